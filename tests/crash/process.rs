//! The process that dies: this test binary once more, with the shim before it, doing the steps of a script.

use std::{
    env, fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    sync::OnceLock,
};

use vault::{Places, Vault, VaultKey};

use crate::script::{self, Content, Step};

/// Says that this process is the one that dies, and where.
const ROOT: &str = "CRASH_ROOT";
const SEED: &str = "CRASH_SEED";
const LENGTH: &str = "CRASH_LENGTH";
/// Where to go on in the script: how many steps stand already, and the key of the home.
const FROM: &str = "CRASH_FROM";
const KEY: &str = "CRASH_KEY";

pub(crate) fn places(root: &Path) -> Places {
    Places {
        home: root.join("home"),
        state: root.join("state"),
    }
}

/// The folder under which all this happens: memory if there is some, since the images need no real disk.
pub(crate) fn scratch() -> tempfile::TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() {
        tempfile::tempdir_in(memory)
    } else {
        tempfile::tempdir()
    };
    made.unwrap()
}

/// Builds the shim, once.
pub(crate) fn shim() -> &'static Path {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    BUILT.get_or_init(|| {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("crash/shim.c");
        let library = Path::new(env!("CARGO_TARGET_TMPDIR")).join("crash-shim.so");
        // Another run of this test may be using it, so it is built beside and moved onto its place.
        let fresh = library.with_extension(std::process::id().to_string());
        let built = Command::new("cc")
            .args(["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o"])
            .args([&fresh, &source])
            .arg("-lpthread")
            .output()
            .expect("a C compiler as `cc`");
        assert!(
            built.status.success(),
            "{}",
            String::from_utf8_lossy(&built.stderr)
        );
        fs::rename(fresh, &library).unwrap();
        library
    })
}

/// A process to be: which script, from where, and what the shim does to it.
pub(crate) struct Run<'a> {
    pub(crate) root: &'a Path,
    pub(crate) seed: u64,
    pub(crate) length: usize,
    pub(crate) from: Option<(usize, &'a VaultKey)>,
    pub(crate) log: Option<&'a Path>,
    pub(crate) strike: Option<(u64, &'a str)>,
}

impl Run<'_> {
    fn command(&self) -> Command {
        let mut command = Command::new(env::current_exe().unwrap());
        command
            .args(["--exact", "the_process_that_dies", "--nocapture"])
            .env(ROOT, self.root)
            .env(SEED, self.seed.to_string())
            .env(LENGTH, self.length.to_string())
            .env("LD_PRELOAD", shim())
            .env("SHIM_ROOT", self.root)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        if let Some((from, key)) = self.from {
            command.env(FROM, from.to_string()).env(KEY, write_key(key));
        }
        if let Some(log) = self.log {
            command.env("SHIM_LOG", log);
        }
        if let Some((at, what)) = self.strike {
            command.env("SHIM_AT", at.to_string()).env("SHIM_DO", what);
        }
        command
    }

    pub(crate) fn to_its_end(&self) -> Output {
        self.command().output().unwrap()
    }

    pub(crate) fn start(&self) -> Child {
        self.command()
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap()
    }
}

/// What the process said was told to it as durable: the key of the home, and how many steps.
#[derive(Clone, Debug, Default)]
pub(crate) struct Acknowledged {
    pub(crate) key: Option<VaultKey>,
    pub(crate) steps: usize,
}

impl Acknowledged {
    pub(crate) fn read(root: &Path) -> Self {
        Self::parse(&fs::read(root.join("acks")).unwrap_or_default())
    }

    pub(crate) fn parse(text: &[u8]) -> Self {
        let mut acknowledged = Self::default();
        let text = String::from_utf8(text.to_vec()).unwrap();
        for line in text
            .split_inclusive('\n')
            .filter_map(|line| line.strip_suffix('\n'))
        {
            match line.strip_prefix("key ") {
                Some(key) => acknowledged.key = Some(read_key(key)),
                None => acknowledged.steps = line.parse().unwrap(),
            }
        }
        acknowledged
    }
}

pub(crate) fn write_key(key: &VaultKey) -> String {
    key.to_bytes()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub(crate) fn read_key(text: &str) -> VaultKey {
    let bytes: Vec<u8> = (0..32)
        .map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap())
        .collect();
    VaultKey::from_bytes(bytes.try_into().unwrap())
}

/// The body of the process. Returns at once where nobody asked for it.
pub(crate) fn body() {
    let Ok(root) = env::var(ROOT) else { return };
    let number = |name: &str| env::var(name).unwrap().parse::<u64>().unwrap();
    let root = PathBuf::from(root);
    let places = places(&root);
    let steps = script::script(number(SEED), number(LENGTH) as usize);
    let mut acks = fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(root.join("acks"))
        .unwrap();
    let (from, key) = match env::var(KEY) {
        Ok(key) => (number(FROM) as usize, read_key(&key)),
        Err(_) => {
            let key = insist("beginning", || {
                // A failure after the last step does not mean that there is no home.
                script::begin(&places).or_else(|told| {
                    script::opening(&places, [0, 0])
                        .map(|(_, key)| key)
                        .map_err(|_| told)
                })
            });
            acks.write_all(format!("key {}\n", write_key(&key)).as_bytes())
                .unwrap();
            (0, key)
        }
    };
    let mut content = Content::default();
    for step in &steps[..from] {
        content = content.after(step);
    }
    let mut vault = insist("opening", || {
        Vault::open(&places, &key).map_err(script::told)
    });
    for (number, step) in steps.iter().enumerate().skip(from) {
        let after = content.clone().after(step);
        one(&mut vault, &places, &key, &content, &after, step);
        content = after;
        acks.write_all(format!("{}\n", number + 1).as_bytes())
            .unwrap();
    }
}

/// Does a step; after a failure, which may come too late to mean that nothing happened, looks and does it again.
fn one(
    vault: &mut Vault,
    places: &Places,
    key: &VaultKey,
    content: &Content,
    after: &Content,
    step: &Step,
) {
    let mut failed = false;
    insist(&format!("{step:?}"), || {
        if failed {
            let stands = script::content(vault, places, key)?;
            let passphrase = script::opening(places, [after.passphrase, content.passphrase])?.0;
            if (Content {
                passphrase,
                ..stands
            }) == *after
            {
                return Ok(());
            }
        }
        failed = true;
        script::perform(vault, places, content, step)
    });
}

/// Tries three times, telling each failure; then this process gives up in good order.
fn insist<T>(what: &str, mut attempt: impl FnMut() -> script::Told<T>) -> T {
    for _ in 0..3 {
        match attempt() {
            Ok(done) => return done,
            Err(error) => println!("told: {what}: {error}"),
        }
    }
    std::process::exit(9);
}
