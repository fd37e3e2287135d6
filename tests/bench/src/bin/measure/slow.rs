//! An ordinary disk: each sync of it takes three milliseconds, by a shim that is preloaded (`slow.c`).

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a sync takes on top, in microseconds.
const SYNC_US: u32 = 3_000;

/// The shim, built.
pub(crate) struct SlowDisk {
    library: PathBuf,
}

impl SlowDisk {
    /// Builds the shim into a folder. Needs a C compiler as `cc`.
    pub(crate) fn new(folder: &Path) -> Self {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("slow.c");
        let library = folder.join("slow.so");
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&library, &source])
            .output()
            .expect("a C compiler as `cc`");
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        Self { library }
    }

    /// Lets a program run on such a disk.
    pub(crate) fn under<'c>(&self, command: &'c mut Command) -> &'c mut Command {
        command
            .env("LD_PRELOAD", &self.library)
            .env("SLOW_US", SYNC_US.to_string())
    }
}
