//! Taking space while the disk fails, or the process dies, at one change of the disk after the other
//! (S3): nothing was done and that is said, or it is silent.
#![cfg(target_os = "linux")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::people::World;

/// What stands between a process and its disk: that of the crash tests.
fn shim(world: &World) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tests/crash/shim.c");
    let library = world.path("shim.so");
    let built = Command::new("cc")
        .args(["-shared", "-fPIC", "-O1", "-o"])
        .args([&library, &source])
        .arg("-lpthread")
        .output()
        .expect("a C compiler as `cc`");
    let said = String::from_utf8_lossy(&built.stderr);
    assert!(built.status.success(), "{said}");
    library
}

fn struck(world: &World, shim: &Path, what: &str, at: usize) -> Output {
    let line = [
        "space",
        "start",
        "--silent",
        "--until",
        "2025-04-01",
        "--no-input",
    ];
    let mut command = world.command("ana", &line);
    command
        .env("LD_PRELOAD", shim)
        // The home and, beginning alike, its state.
        .env("SHIM_ROOT", world.path("ana"))
        .env("SHIM_DO", what)
        .env("SHIM_AT", at.to_string());
    command.output().unwrap()
}

#[test]
fn s3_killed_or_failing_at_each_change_of_the_disk() {
    let home = World::met();
    let shim = shim(&home);
    // How many changes there are is known once a process outlives them all.
    let mut changes = usize::MAX;
    for what in ["kill", "cut", "eio", "enospc"] {
        let (mut silent, mut open) = (0, 0);
        for at in (1..).take_while(|at| *at <= changes.min(100)) {
            let world = home.copied();
            let run = struck(&world, &shim, what, at);
            let state = world.path("ana-state");
            let said = String::from_utf8_lossy(&run.stderr).into_owned();
            let valve = fs::read_to_string(state.join("valve")).unwrap();
            let here = format!("{what} at {at}: {valve:?} {said}");
            let is_shut = match valve.as_str() {
                "shut\n" => true,
                "open\n" => false,
                _ => panic!("{here}"),
            };
            // The flag comes first: nothing is noted or said before it.
            assert!(is_shut || !state.join("space").exists(), "{here}");
            assert!(is_shut || !said.contains("You have space"), "{here}");
            assert!(is_shut || run.status.code() != Some(0), "{here}");
            if run.status.code() == Some(1) {
                let told = if is_shut {
                    "Nothing leaves this device"
                } else {
                    "You have NOT got space"
                };
                assert!(said.contains(told), "{here}");
            }
            silent += u32::from(is_shut);
            open += u32::from(!is_shut);
            // Whatever happened, the same line once more ends in silence.
            let again = world.run_bare("ana", &["space", "start", "--silent", "--no-input"], &[]);
            assert_eq!(again.code, 0, "{here}");
            let valve = fs::read_to_string(state.join("valve")).unwrap();
            assert_eq!(valve, "shut\n", "{here}");
            if what == "kill" && run.status.success() {
                changes = at;
                break;
            }
        }
        assert!(changes < 100, "it never came to its end");
        assert!(
            silent > 1 && open > 1,
            "{what}: {silent} silent, {open} open"
        );
    }
}
