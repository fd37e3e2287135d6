//! The tour: stories A and B, as far as the program reaches today, in two fresh homes with real
//! programs, a real network on loopback and a clock that jumps.

mod play;
mod stage;

use std::path::{Path, PathBuf};

use crate::desk::Desk;
use crate::run::Done;
use crate::trouble::{Exit, Trouble};
use stage::{PASSPHRASE, Player, Stage};

/// Plays it and leaves both homes.
pub(crate) fn run(desk: &mut Desk, dir: Option<&Path>) -> Done {
    if desk.out.json() {
        return Err(
            Trouble::usage("The tour is told, not computed; it has no --json.")
                .hint("handfast tour"),
        );
    }
    let exe = std::env::current_exe().map_err(|error| {
        Trouble::refused("tour", format!("This program cannot find itself: {error}."))
            .hint("Run it by its full path.")
    })?;
    let stage = Stage::new(exe, folder(dir)?, desk.out.clone());
    play::all(&stage)?;
    farewell(&stage);
    Ok(Exit::Done)
}

fn folder(wanted: Option<&Path>) -> Result<PathBuf, Trouble> {
    use std::os::unix::fs::DirBuilderExt;
    let make = |path: &Path| std::fs::DirBuilder::new().mode(0o700).create(path);
    if let Some(path) = wanted {
        make(path).map_err(|error| {
            let shown = path.display();
            Trouble::usage(if error.kind() == std::io::ErrorKind::AlreadyExists {
                format!("{shown} is there already.")
            } else {
                format!("The folder {shown} cannot be made: {error}.")
            })
            .hint("Name a folder that does not exist yet.")
        })?;
        return std::fs::canonicalize(path).map_err(|error| {
            Trouble::refused("tour", crate::trouble::sentence(&error.to_string()))
                .hint("Try another folder.")
        });
    }
    let beside = std::env::temp_dir();
    for n in 1..1000_u32 {
        let path = beside.join(format!("handfast-tour-{}-{n}", std::process::id()));
        match make(&path) {
            Ok(()) => return Ok(path),
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => {
                return Err(Trouble::refused(
                    "tour",
                    format!("No folder in {}: {error}.", beside.display()),
                )
                .hint("Name one: handfast tour --dir FOLDER"));
            }
        }
    }
    Err(Trouble::refused("tour", "No free folder for the tour.")
        .hint("Name one: handfast tour --dir FOLDER"))
}

fn farewell(stage: &Stage) {
    stage.scene("Now you");
    stage.tell(
        "Both homes stay, to play with. They are rehearsals: their clock is a file, and they meet \
         only each other. Open two terminals.",
    );
    let mut text = String::new();
    for who in [Player::Ana, Player::Ben] {
        text.push_str(&format!("\nTerminal of {}:\n\n", who.name()));
        text.push_str(&format!(
            "  export HANDFAST_NOW=@{}\n",
            stage.clock().display()
        ));
        text.push_str(&format!(
            "  export HANDFAST_STATE={}\n",
            stage.state(who).display()
        ));
        text.push_str(&format!(
            "  alias hf='{} --home {}'\n",
            stage.exe().display(),
            stage.home(who).display()
        ));
        text.push_str("  hf\n");
    }
    text.push_str(&format!(
        "\nThe passphrase of both: {PASSPHRASE}\n\n\
         To meet, at the same time:   Ana: hf sync --wait 60      Ben: hf sync\n\
         Or, for a whole evening:     both: hf serve --live       and: hf log --follow\n\n\
         The clock stands still until you move it. To the next evening, for example:\n\n  \
         echo 2025-04-02T19:00 > {}\n\n\
         Only forward: moved back, it is not an evening, and what you write may stay.\n\
         Nothing leaves before two minutes have passed on that clock.\n\
         When you have seen enough, remove the folder:\n\n  rm -r {}\n\n\
         To begin for yourself: handfast start\n",
        stage.clock().display(),
        stage.dir().display(),
    ));
    // Paths may be long; they must stay in one piece to be copied.
    stage.plain(&text);
}
