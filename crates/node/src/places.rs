//! Where a home lies, from what was typed, the environment, or the platform's folders.

use std::env;
use std::ffi::OsString;
use std::path::{Path, PathBuf};

use etcetera::BaseStrategy;
use vault::Places;

/// Names the home's folder.
pub const HOME: &str = "HANDFAST_HOME";
/// Names the state's folder.
pub const STATE: &str = "HANDFAST_STATE";

/// Why there is no place for a home.
#[derive(Debug, thiserror::Error)]
pub enum PlacesError {
    /// The platform names no home directory.
    #[error("this login has no home directory; say --home DIR")]
    NoHomeDirectory,
    /// A relative path, and no folder that it is relative to.
    #[error("the current folder cannot be found")]
    NoCurrentFolder(#[source] std::io::Error),
}

/// The folders of the home that is meant: `--home`, else `HANDFAST_HOME`, else the platform's data
/// folder. What must not travel with backups lies in the platform's state folder, under a name
/// derived from the home's path, or in `HANDFAST_STATE`.
pub fn find(home: Option<&Path>) -> Result<Places, PlacesError> {
    let set = |name| {
        env::var_os(name)
            .filter(|value: &OsString| !value.is_empty())
            .map(PathBuf::from)
    };
    let base = || etcetera::choose_base_strategy().map_err(|_| PlacesError::NoHomeDirectory);
    let home = match home.map(Path::to_owned).or_else(|| set(HOME)) {
        Some(home) => std::path::absolute(home).map_err(PlacesError::NoCurrentFolder)?,
        None => base()?.data_dir().join("handfast"),
    };
    let state = match set(STATE) {
        Some(state) => std::path::absolute(state).map_err(PlacesError::NoCurrentFolder)?,
        None => {
            let base = base()?;
            let folder = base.state_dir().unwrap_or_else(|| base.data_dir());
            folder.join("handfast").join(name_of(&home))
        }
    };
    Ok(Places { home, state })
}

/// One way to the folder may be a link; the state belongs to the folder itself.
fn name_of(home: &Path) -> String {
    let real = home.canonicalize().unwrap_or_else(|_| {
        // Not begun yet: the folder it will lie in may be there.
        let parent = home.parent().and_then(|parent| parent.canonicalize().ok());
        match (parent, home.file_name()) {
            (Some(parent), Some(name)) => parent.join(name),
            _ => home.to_owned(),
        }
    });
    let hash = identity::sha256(real.as_os_str().as_encoded_bytes()).to_string();
    hash.chars().take(16).collect()
}
