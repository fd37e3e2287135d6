//! `export`: the signed records and a small independent checker (formats B10), as plain files.
//! Nothing is announced, and no confidential word is among them: they are no records.

use std::fs;
use std::io::{self, Write as _};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::{Path, PathBuf};

use identity::cbor::Writer;

use super::{Home, HomeError};

/// How much is read at once.
const CHUNK: usize = 1 << 20;

/// The checker that couples get: it reads `records.cbor` by the format document alone.
const CHECKER: &[(&str, &[u8])] = &[
    (
        "verify.py",
        include_bytes!("../../assets/checker/verify.py"),
    ),
    ("formats.md", include_bytes!("../../../../docs/formats.md")),
];

/// Why nothing was exported.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// Something of the home.
    #[error(transparent)]
    Home(#[from] HomeError),
    /// Files are written into a new folder only.
    #[error("{0} exists already")]
    Exists(PathBuf),
    /// The folder or a file in it cannot be written.
    #[error("cannot write {path}")]
    Write {
        /// What.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Exported {
    /// How many records.
    pub records: u64,
    /// The files, inside the folder.
    pub files: Vec<String>,
}

impl Home {
    /// Writes `records.cbor` and the checker into a new folder, readable by its owner alone.
    pub fn export(&mut self, folder: &Path) -> Result<Exported, ExportError> {
        let (bytes, records) = self.records_cbor()?;
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |source| ExportError::Write { path, source }
        };
        if fs::symlink_metadata(folder).is_ok() {
            return Err(ExportError::Exists(folder.to_owned()));
        }
        fs::DirBuilder::new()
            .mode(0o700)
            .create(folder)
            .map_err(failed(folder))?;
        let mut files = Vec::new();
        for (name, content) in [("records.cbor", bytes.as_slice())].iter().chain(CHECKER) {
            let path = folder.join(name);
            let mut file = fs::OpenOptions::new()
                .write(true)
                .create_new(true)
                .mode(0o600)
                .open(&path)
                .map_err(failed(&path))?;
            file.write_all(content)
                .and_then(|()| file.sync_all())
                .map_err(failed(&path))?;
            files.push((*name).to_owned());
        }
        Ok(Exported { records, files })
    }

    /// `[1, [statements], [[log, first seq, [stored…]]…]]`.
    fn records_cbor(&mut self) -> Result<(Vec<u8>, u64), HomeError> {
        let reader = self.vault.read()?;
        self.known.refresh(&reader)?;
        let replica = self.known.replica.as_ref().ok_or(HomeError::Alone)?;
        let mut w = Writer::new();
        w.array(3).uint(1);
        let statements: Vec<&[u8]> = replica.roster().statements().collect();
        w.array(statements.len() as u64);
        for statement in statements {
            w.raw(statement);
        }
        let logs: Vec<_> = replica.logs().filter(|log| log.tip.head.seq > 0).collect();
        w.array(logs.len() as u64);
        let mut count: u64 = 0;
        for state in logs {
            let last = state.tip.head.seq;
            w.array(3).bytes(state.log.as_bytes()).uint(1).array(last);
            let mut next = 1;
            while next <= last {
                let chunk = reader.records(state.log.as_bytes(), next, CHUNK)?;
                if chunk.is_empty() {
                    return Err(HomeError::Damaged("a log shorter than its head"));
                }
                for bytes in chunk {
                    if next <= last {
                        w.raw(&bytes);
                        count = count.saturating_add(1);
                    }
                    next = next.saturating_add(1);
                }
            }
        }
        Ok((w.finish(), count))
    }
}
