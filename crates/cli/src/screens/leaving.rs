//! What stands before one leaves and after: what goes, what stays, and what nobody is told.

use std::path::PathBuf;

use node::Places;
use node::leaving::Left;

use crate::render;

/// Before an archive is erased.
pub(crate) const BEFORE_ERASING_AN_ARCHIVE: &str = "\
Erasing an archive                                   at once, for good, alone

 - What was signed, and your private notes in it, cannot be read again from
   here. Nobody is told. A copy made elsewhere stays as it is.
";

/// The page before one leaves.
pub(crate) fn before(erase: bool, tell: bool, places: &Places) -> String {
    let at_once = if tell { TOLD } else { AT_ONCE };
    let kept = if erase { ERASED } else { KEPT };
    format!(
        "{}{}{kept}{}    {}\n\n",
        render::heading("LEAVE", "at once, alone, for good"),
        at_once,
        STAYS,
        places.home.display()
    )
}

const AT_ONCE: &str = "
 - Nothing is sent and nobody is asked. For the other it is as if this device
   were switched off.
 - What can sign, send or receive here is destroyed, and all words between you,
   read or not. It cannot be taken back.
";

const TOLD: &str = "
 - One attempt is made, of at most ten seconds, to give the other a last word of
   yours. What you had signed before and has not gone yet goes before it. You
   are not told what came of it. Then nothing is sent any more.
 - What can sign, send or receive here is destroyed, and all words between you,
   read or not. It cannot be taken back.
";

const KEPT: &str = " - What either of you signed stays with you, and your private notes: sealed,
   and read with your passphrase. To keep nothing: handfast leave --erase
";

const ERASED: &str = " - Nothing is kept: what was signed and your private notes are destroyed too.
   To have a copy of what was signed, first: handfast export DIR
";

const STAYS: &str = " - What was signed stays signed, and the other keeps what the other has.
   Backups, and this shell's list of commands, are not touched.
 - If you are afraid of what may follow, talk to somebody first:
   handfast help safety

It lies in:
";

/// What there is to say afterwards.
pub(crate) fn after(erased: bool, told: bool, left: &Left, jobs: &[PathBuf]) -> String {
    let mut page = String::from(if told {
        "You have left. One attempt was made to give the other your last word.\n"
    } else {
        "You have left. Nothing was sent.\n"
    });
    match &left.archive {
        Some(archive) => {
            let home = archive.display();
            page.push_str(&format!(
                "\nWhat is kept lies sealed in:\n    {home}\n\
                 To read it, with your passphrase, whenever you like:\n    \
                 handfast --home \"{home}\" log\n\
                 In place of log also plan, days, report, export, verify, note.\n\
                 To erase it, the same with: leave --erase\n"
            ));
        }
        None if erased => page.push_str("Nothing is kept here.\n"),
        None => page.push_str("Nothing was signed yet, so nothing is kept.\n"),
    }
    if left.stuck {
        page.push_str(
            "\nA process of it did not end. It can send nothing. Logging out of this computer
ends it.\n",
        );
    }
    page.push_str("\nIf you have set up times for it yourself, take them away:\n");
    for job in jobs {
        page.push_str(&format!("    {}\n", job.display()));
    }
    page.push_str(
        "    in cron:     crontab -e, and delete the lines with handfast
    in systemd:  systemctl --user disable --now hf-meet.timer, then its files
    in launchd:  launchctl remove, then the file in ~/Library/LaunchAgents
They cannot meet anybody any more; they only stand there.\n\n\
Where to find help, at any time: handfast help safety\n",
    );
    page
}
