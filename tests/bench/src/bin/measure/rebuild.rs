//! The view made anew: from the vault's records, beside the same fold of records that lie in memory.

use std::path::Path;
use std::time::Instant;

use identity::Person;
use node::{Home, Passphrase, Places};
use replica::testing::history;

use crate::bench::{Bench, LIVES, LONG_RUNS};
use crate::tools::{median, row};

impl Bench {
    pub(crate) fn rebuild(&self) {
        let (records, years) = LIVES[0];
        let life = history(1, records, u32::try_from(years).expect("some years"));
        let in_memory = life.home(Person::A);
        let mut on_disk = open(&self.life(0).join("ana"));
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..LONG_RUNS {
            let begun = Instant::now();
            let from_memory = in_memory
                .replica
                .reckoned(&in_memory.shelf)
                .expect("a view");
            times[0].push(begun.elapsed());
            let begun = Instant::now();
            let from_vault = on_disk.rebuilt_for_testing().expect("a view");
            times[1].push(begun.elapsed());
            assert!(
                from_memory.to_bytes() == from_vault.to_bytes(),
                "the same view"
            );
        }
        let [memory, vault] = times.map(median);
        row("view from the vault / from memory", vault, memory, 3.5);
    }
}

fn open(home: &Path) -> Home {
    let places = Places {
        home: home.to_owned(),
        state: home.with_extension("state"),
    };
    let passphrase = Passphrase::new("rehearsal".to_owned().into());
    Home::unlock(places, &passphrase).expect("a home")
}
