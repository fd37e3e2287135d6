//! The tray takes from anyone here, and opens for the vault key alone.

use std::fs;

use vault::{
    VaultKey,
    tray::{self, TrayError},
};

use crate::{Home, passphrase};

#[test]
fn slips_come_out_as_they_went_in_and_in_order() {
    let home = Home::new();
    assert_eq!(tray::list(&home.places).unwrap(), []);
    let slips: Vec<_> = (0..12_u8)
        .map(|number| tray::put(&home.places, &[number; 20]).unwrap())
        .collect();
    assert_eq!(tray::list(&home.places).unwrap(), slips);
    for (number, slip) in (0..12_u8).zip(&slips) {
        assert_eq!(
            *tray::open(&home.places, &home.key, slip).unwrap(),
            [number; 20]
        );
    }
    tray::remove(&home.places, &slips[0]).unwrap();
    tray::remove(&home.places, &slips[0]).unwrap();
    assert_eq!(tray::list(&home.places).unwrap(), slips[1..]);
    let next = tray::put(&home.places, b"").unwrap();
    assert!(next > slips[11]);
    assert!(
        tray::open(&home.places, &home.key, &next)
            .unwrap()
            .is_empty()
    );
}

#[test]
fn a_new_passphrase_opens_what_was_put_before() {
    let home = Home::new();
    let slip = tray::put(&home.places, b"text").unwrap();
    vault::change_passphrase(&home.places, &passphrase("apple"), &passphrase("pear")).unwrap();
    let key = vault::unlock(&home.places, &passphrase("pear")).unwrap();
    assert_eq!(
        tray::open(&home.places, &key, &slip).unwrap().as_slice(),
        b"text"
    );
}

#[test]
fn a_changed_renamed_or_foreign_slip_does_not_open() {
    let home = Home::new();
    let slip = tray::put(&home.places, b"the text of it").unwrap();
    let path = fs::read_dir(home.places.home.join("tray"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let bytes = fs::read(&path).unwrap();
    for at in 0..bytes.len() {
        let mut changed = bytes.clone();
        changed[at] ^= 0x40;
        fs::write(&path, changed).unwrap();
        assert!(
            matches!(
                tray::open(&home.places, &home.key, &slip),
                Err(TrayError::Damaged)
            ),
            "byte {at}"
        );
        fs::write(&path, &bytes[..at]).unwrap();
        assert!(
            matches!(
                tray::open(&home.places, &home.key, &slip),
                Err(TrayError::Damaged)
            ),
            "length {at}"
        );
    }
    fs::write(&path, &bytes).unwrap();
    let other = VaultKey::from_bytes([9; 32]);
    assert!(matches!(
        tray::open(&home.places, &other, &slip),
        Err(TrayError::Damaged)
    ));
    tray::open(&home.places, &home.key, &slip).unwrap();
    fs::rename(
        &path,
        path.with_file_name(
            path.file_name()
                .unwrap()
                .to_str()
                .unwrap()
                .replace("00000001", "00000002"),
        ),
    )
    .unwrap();
    let renamed = tray::list(&home.places).unwrap().remove(0);
    assert!(matches!(
        tray::open(&home.places, &home.key, &renamed),
        Err(TrayError::Damaged)
    ));
}

/// Points of small order make a shared secret that everybody knows (S35).
#[test]
fn points_that_do_not_contribute_are_refused() {
    let home = Home::new();
    let slip = tray::put(&home.places, b"text").unwrap();
    let path = fs::read_dir(home.places.home.join("tray"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let bytes = fs::read(&path).unwrap();
    for point in [[0; 32], {
        let mut one = [0; 32];
        one[0] = 1;
        one
    }] {
        fs::write(&path, [&bytes[..1], &point, &bytes[33..]].concat()).unwrap();
        assert!(matches!(
            tray::open(&home.places, &home.key, &slip),
            Err(TrayError::Damaged)
        ));
    }
}

#[test]
fn too_much_is_refused_and_strange_files_are_no_slips() {
    let home = Home::new();
    assert!(matches!(
        tray::put(&home.places, &[0; 65_537]),
        Err(TrayError::Full)
    ));
    for name in [
        "notes.txt",
        "1-ab.slip",
        "00000001-zz.slip",
        "00000001-00.slip.new",
    ] {
        fs::write(home.places.home.join("tray").join(name), "x").unwrap();
    }
    assert_eq!(tray::list(&home.places).unwrap(), []);
}
