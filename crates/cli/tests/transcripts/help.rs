//! Pages that need no home, and the reference that is generated from the binary.

use std::fs;
use std::path::Path;

use crate::people::World;

#[test]
fn help_works_without_home_passphrase_or_network() {
    let world = World::new();
    for page in [
        &["--help"][..],
        &["help"],
        &["help", "all"],
        &["help", "safety"],
        &["help", "kept"],
        &["kept", "--help"],
    ] {
        let said = world.run_bare("nobody", page, &[]).ends(0);
        assert!(!said.out.is_empty());
        assert!(said.err.is_empty());
    }
    assert!(!world.path("nobody").exists(), "help keeps nothing");
}

#[test]
fn s17_the_page_of_helplines_is_dated_and_honest() {
    let said = World::new()
        .run_bare("nobody", &["help", "safety"], &[])
        .ends(0);
    for number in [
        "1-800-799-7233",
        "0808 2000 247",
        "116 016",
        "3919",
        "016",
        "1522",
        "1800 341 900",
        "1800 737 732",
        "112",
        "0800 222 555",
        "0808 802 4040",
    ] {
        assert!(said.out.contains(number), "{number}");
    }
    // What a person can do alone stands there too, and that going may be the most dangerous time.
    for line in [
        "handfast lock",
        "handfast space start",
        "handfast leave",
        "most dangerous time",
    ] {
        assert!(said.out.contains(line), "{line}");
    }
    said.says("as known to the authors on 20")
        .says("nobody has checked them since");
}

#[test]
fn the_short_page_shows_the_first_groups_and_how_to_see_all() {
    World::new()
        .run_bare("nobody", &["--help"], &[])
        .ends(0)
        .says("Today")
        .says("Our plan")
        .says("lock")
        .says("handfast tour")
        .says("handfast help all");
}

#[test]
fn later_verbs_are_not_listed_as_if_they_worked() {
    let said = World::new()
        .run_bare("nobody", &["help", "all"], &[])
        .ends(0);
    assert!(!said.out.contains("\n  bundle"));
}

/// `handfast help reference > docs/command-reference.md` mends it.
#[test]
fn the_command_reference_is_what_the_binary_says() {
    let said = World::new()
        .run_bare("nobody", &["help", "reference"], &[])
        .ends(0);
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/command-reference.md");
    if std::env::var_os("UPDATE_REFERENCE").is_some() {
        fs::write(&path, &said.out).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == said.out,
        "docs/command-reference.md is old: handfast help reference > docs/command-reference.md"
    );
}

#[test]
fn every_verb_has_a_manual_and_it_fits() {
    let world = World::new();
    let all = world.run_bare("nobody", &["help", "all"], &[]).ends(0).out;
    let mut verbs = 0;
    for line in all
        .lines()
        .filter(|line| line.starts_with("  ") && !line.starts_with("   "))
    {
        let verb = line.split_whitespace().next().unwrap();
        world
            .run_bare("nobody", &["help", verb], &[])
            .ends(0)
            .says("Usage: handfast");
        world
            .run_bare("nobody", &[verb, "--help"], &[])
            .ends(0)
            .says("Everywhere");
        verbs += 1;
    }
    assert!(verbs >= 30, "{verbs}");
}
