//! How much memory opening takes: what Argon2 was told to use, and little else.
//!
//! Not of a home to rehearse in, whose passphrase costs next to nothing.

use std::process::{Command, Stdio};

use node::{Home, Passphrase, Places};

use crate::bench::Bench;
use crate::tools::peak_of;

impl Bench {
    pub(crate) fn unlocking(&self) {
        let home = self.folder.path().join("lived-in");
        let places = Places {
            state: home.with_extension("state"),
            home: home.clone(),
        };
        let passphrase = Passphrase::new("not a rehearsal".to_owned().into());
        drop(Home::begin(places, &passphrase, "ana", false).expect("a home"));
        let handfast = || {
            let mut command = Command::new(self.bin.join("handfast"));
            command
                .env_clear()
                .env("PATH", "/usr/bin:/bin")
                .env("HOME", self.folder.path())
                .env("HANDFAST_STATE", home.with_extension("state"))
                .env("HANDFAST_PASSPHRASE_COMMAND", "echo not a rehearsal")
                .args(["--quiet", "--home"])
                .arg(&home)
                .stdin(Stdio::null());
            command
        };
        let most = peak_of(handfast().arg("unlock"));
        drop(handfast().arg("lock").output());
        println!("| memory of `unlock`, peak | {most} kB | | | Argon2's 64 MiB + 8 MiB |");
    }
}
