//! 0700 and 0600 whatever the umask; symlinks and foreign owners refused (S48).

use std::{
    fs,
    os::unix::fs::{PermissionsExt, chown, symlink},
    path::{Path, PathBuf},
    process::Command,
};

use vault::{Cost, FileError, KeysError, Places, Vault, VaultError, state, tray};

use crate::{Home, LOG, passphrase, places, records};

fn mode(path: &Path) -> u32 {
    path.symlink_metadata().unwrap().permissions().mode() & 0o7777
}

fn everything(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(everything(&path));
        }
        found.push(path);
    }
    found
}

/// Uses every kind of file, so that each stands there.
fn use_all(places: &Places) {
    let key = vault::create(places, &passphrase("apple"), b"s", Cost::Rehearsal).unwrap();
    let mut vault = Vault::open(places, &key).unwrap();
    let txn = vault.begin().unwrap();
    txn.append(&LOG, 1, &records(1, 3, 30)).unwrap();
    txn.commit().unwrap();
    vault::change_passphrase(places, &passphrase("apple"), &passphrase("pear")).unwrap();
    state::set_valve(places, state::Valve::Shut).unwrap();
    state::mark_leaving(places, b"keep", false).unwrap();
    std::mem::forget(
        state::Lock::take(places, state::Post::Serve)
            .unwrap()
            .unwrap(),
    );
    std::mem::forget(
        state::Lock::take(places, state::Post::Agent)
            .unwrap()
            .unwrap(),
    );
    tray::put(places, b"x").unwrap();
}

/// The umask belongs to the whole process, so each one gets a process: this test, called again.
#[test]
fn everything_is_private_whatever_the_umask() {
    if let Ok(folder) = std::env::var("VAULT_TEST_UMASK_FOLDER") {
        let folder = PathBuf::from(folder);
        use_all(&Places {
            home: folder.join("a/home"),
            state: folder.join("b/state"),
        });
        return;
    }
    for umask in ["000", "022", "077", "177", "777"] {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("a")).unwrap();
        fs::create_dir(dir.path().join("b")).unwrap();
        let run = Command::new("sh")
            .args(["-c", &format!("umask {umask}; exec \"$0\" --exact permissions::everything_is_private_whatever_the_umask")])
            .arg(std::env::current_exe().unwrap())
            .env("VAULT_TEST_UMASK_FOLDER", dir.path())
            .output()
            .unwrap();
        assert!(
            run.status.success(),
            "umask {umask}: {}",
            String::from_utf8_lossy(&run.stdout)
        );
        let mut count = 0;
        for path in everything(dir.path())
            .iter()
            .filter(|path| path.parent() != Some(dir.path()))
        {
            let private = if path.is_dir() { 0o700 } else { 0o600 };
            assert_eq!(mode(path), private, "umask {umask}: {}", path.display());
            count += 1;
        }
        assert!(count >= 13, "only {count} files were looked at");
    }
}

#[test]
fn what_was_opened_to_others_is_closed_again() {
    let home = Home::new();
    let opened = [
        &home.places.home,
        &home.places.state,
        &home.places.home.join("tray"),
    ];
    for folder in opened {
        fs::set_permissions(folder, fs::Permissions::from_mode(0o777)).unwrap();
    }
    for file in ["keys.json", "vault.db", "vault.db-wal", "vault.db-shm"] {
        fs::set_permissions(
            home.places.home.join(file),
            fs::Permissions::from_mode(0o666),
        )
        .unwrap();
    }
    fs::set_permissions(
        home.places.state.join("witness"),
        fs::Permissions::from_mode(0o644),
    )
    .unwrap();
    let key = vault::unlock(&home.places, &passphrase("apple")).unwrap();
    Vault::open(&home.places, &key).unwrap();
    tray::list(&home.places).unwrap();
    for path in [
        everything(&home.places.home),
        everything(&home.places.state),
    ]
    .concat()
    {
        if path.file_name().unwrap() != "valve" {
            assert_eq!(mode(&path) & 0o077, 0, "{}", path.display());
        }
    }
    assert_eq!(
        (mode(&home.places.home), mode(&home.places.state)),
        (0o700, 0o700)
    );
}

/// Puts a link to the same thing in place of it.
fn link(path: &Path) {
    let moved = path.with_extension("moved");
    fs::rename(path, &moved).unwrap();
    symlink(moved, path).unwrap();
}

fn is_symlink(error: Result<(), FileError>) -> bool {
    matches!(error, Err(FileError::Symlink { .. }))
}

#[test]
fn symlinks_are_refused() {
    for file in ["vault.db", "vault.db-wal", "vault.db-shm", "keys.json"] {
        let home = Home::new();
        link(&home.places.home.join(file));
        if file == "keys.json" {
            let refused = vault::unlock(&home.places, &passphrase("apple"));
            assert!(matches!(
                refused,
                Err(KeysError::File(FileError::Symlink { .. }))
            ));
        } else {
            let refused = Vault::open(&home.places, &home.key);
            assert!(
                matches!(refused, Err(VaultError::File(FileError::Symlink { .. }))),
                "{file}: {refused:?}"
            );
        }
    }
    let home = Home::new();
    link(&home.places.home.join("tray"));
    assert!(matches!(
        tray::list(&home.places),
        Err(tray::TrayError::File(FileError::Symlink { .. }))
    ));
    link(&home.places.state.join("witness"));
    let refused = Vault::open(&home.places, &home.key);
    assert!(matches!(
        refused,
        Err(VaultError::File(FileError::Symlink { .. }))
    ));
    // A link in the valve's place reads as shut, and setting it replaces the link, not its target.
    let valve = home.places.state.join("valve");
    link(&valve);
    assert_eq!(state::valve(&home.places), state::Valve::Shut);
    state::set_valve(&home.places, state::Valve::Shut).unwrap();
    assert!(valve.symlink_metadata().unwrap().is_file());
    assert_eq!(fs::read(valve.with_extension("moved")).unwrap(), b"open\n");
    link(&home.places.state);
    assert!(is_symlink(state::set_valve(
        &home.places,
        state::Valve::Open
    )));
    link(&home.places.home);
    let refused = vault::unlock(&home.places, &passphrase("apple"));
    assert!(matches!(
        refused,
        Err(KeysError::File(FileError::Symlink { .. }))
    ));
}

#[test]
fn pipes_and_folders_in_the_place_of_files_are_refused() {
    let home = Home::new();
    let keys = home.places.home.join("keys.json");
    fs::remove_file(&keys).unwrap();
    assert!(
        Command::new("mkfifo")
            .arg(&keys)
            .status()
            .unwrap()
            .success()
    );
    let refused = vault::unlock(&home.places, &passphrase("apple"));
    assert!(
        matches!(refused, Err(KeysError::File(FileError::Kind { .. }))),
        "{refused:?}"
    );
    let database = home.places.home.join("vault.db");
    fs::remove_file(&database).unwrap();
    let refused = Vault::open(&home.places, &home.key);
    assert!(matches!(
        refused,
        Err(VaultError::File(FileError::Missing { .. }))
    ));
    fs::create_dir(&database).unwrap();
    let refused = Vault::open(&home.places, &home.key);
    assert!(matches!(
        refused,
        Err(VaultError::File(FileError::Kind { .. }))
    ));
}

/// Only root can give files away, so elsewhere this proves nothing and says so.
#[test]
fn foreign_owners_are_refused() {
    let home = Home::new();
    let targets = [
        "home",
        "home/keys.json",
        "home/vault.db",
        "home/vault.db-wal",
        "state",
        "state/witness",
        "home/tray",
    ];
    for target in targets {
        let path = home.dir.path().join(target);
        if chown(&path, Some(12_345), None).is_err() {
            eprintln!("not root: foreign owners were not tried");
            return;
        }
        let errors = [
            vault::unlock(&home.places, &passphrase("apple"))
                .err()
                .map(|error| error.to_string()),
            Vault::open(&home.places, &home.key)
                .err()
                .map(|error| error.to_string()),
            tray::put(&home.places, b"x")
                .err()
                .map(|error| error.to_string()),
        ];
        let refused = errors
            .iter()
            .flatten()
            .any(|error| error.contains("another user (uid 12345)"));
        assert!(refused, "{target}: {errors:?}");
        chown(&path, Some(rustix::process::geteuid().as_raw()), None).unwrap();
    }
    Vault::open(&home.places, &home.key).unwrap();
}

#[test]
fn an_existing_folder_is_taken_and_closed() {
    let dir = tempfile::tempdir().unwrap();
    let places = places(&dir);
    fs::create_dir(&places.home).unwrap();
    fs::set_permissions(&places.home, fs::Permissions::from_mode(0o755)).unwrap();
    vault::create(&places, &passphrase("apple"), b"s", Cost::Rehearsal).unwrap();
    assert_eq!(mode(&places.home), 0o700);
}
