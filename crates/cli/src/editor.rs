//! A person's own editor, for the plan's text alone and only when asked for (S45).

use std::fs::OpenOptions;
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::Command;

use crate::desk::Desk;
use crate::trouble::Trouble;

/// More than a text may hold; what an editor leaves is read no further.
const LONGEST: u64 = 256 * 1024;

/// The file, gone when this goes.
struct Sheet(PathBuf);

impl Drop for Sheet {
    fn drop(&mut self) {
        // It may be gone already: some editors write a new file and rename it.
        let _ = std::fs::remove_file(&self.0);
    }
}

/// Opens a text in `$VISUAL` or `$EDITOR`, and gives what was left there.
pub(crate) fn text(desk: &Desk, now: &str, name: &str) -> Result<String, Trouble> {
    let editor = ["VISUAL", "EDITOR"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|editor| !editor.trim().is_empty())
        .ok_or_else(|| {
            Trouble::refused("editor", "Neither $VISUAL nor $EDITOR names an editor.")
                .hint("Type it here instead: handfast edit WHAT")
        })?;
    let failed = |what: &str| {
        Trouble::refused("editor", format!("{what}. Nothing has changed."))
            .hint("Type it here instead: handfast edit WHAT")
    };
    // Memory, not the disk; of this login alone.
    let folder = std::env::var_os("XDG_RUNTIME_DIR")
        .map(PathBuf::from)
        .filter(|folder| folder.is_absolute() && folder.is_dir())
        .ok_or_else(|| failed("There is no runtime folder ($XDG_RUNTIME_DIR) to write it in"))?;
    let sheet = Sheet(folder.join(format!("handfast-{name}.txt")));
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(&sheet.0)
        .and_then(|mut file| writeln!(file, "{now}"))
        .map_err(|_| failed("The text could not be laid out for the editor"))?;
    desk.out.talk(
        "Your editor has the text in a file of its own, removed afterwards. Editors keep copies \
         and histories; what is only between you is never written there.",
    );
    let ended = Command::new("sh")
        .arg("-c")
        .arg(format!("{editor} \"$1\""))
        .arg("handfast")
        .arg(&sheet.0)
        .status();
    if !ended.is_ok_and(|status| status.success()) {
        return Err(failed("The editor did not end well"));
    }
    let mut text = String::new();
    std::fs::File::open(&sheet.0)
        .and_then(|file| file.take(LONGEST).read_to_string(&mut text))
        .map_err(|_| failed("What the editor left cannot be read as text"))?;
    Ok(text.trim_end().to_owned())
}
