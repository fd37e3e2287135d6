//! What a person reads before anything of theirs is kept (S17), and the choice to go no further.

use crate::desk::Desk;
use crate::screens::safety;

/// The page, ≤ 80 columns.
pub(crate) const PAGE: &str = "\
Before you begin

For two people who both want to mend something, and who can both say no to
each other. If saying no is not safe, this is not the right tool.

 - Only the two of you see what you write. No account, no server.
 - Some things are signed: they stay, and can be shown to others. Some are
   confidential: they fade and prove nothing. You are told which, every time.
 - You can take space, take back a yes, or leave: alone, at once, offline.
 - Choose your passphrase yourself. If somebody set this up for you, change
   it when you are alone; nobody is told.
 - You are given 24 words, for paper: whoever has them can be taken for you.
   They cannot be changed: if somebody may have read them, begin a new plan.
 - Whoever uses this computer or this login may see what you did here. When
   your devices meet, each can tell that the other is on.

Where to find help, without a network: page 2, or handfast help safety.
";

/// Shows it and asks whether to go on. `false`: not now, and nothing is kept.
pub(crate) fn shown(desk: &mut Desk) -> bool {
    loop {
        desk.out.page(PAGE);
        desk.out
            .page("[Enter] go on    [2] page 2    [q] not now; nothing is kept\n");
        // The one question where Enter goes on, as the page says; the end of the input does not.
        match desk.ask.go_on(&["2", "q"]) {
            Some("") => return true,
            Some("2") => {
                desk.out.page("\n");
                desk.out.page(&safety::page());
                desk.out
                    .page("\n[Enter] back to page 1    [q] not now; nothing is kept\n");
                // Page 1 pushes page 2 off a small screen, so it waits.
                if desk.ask.go_on(&["q"]) != Some("") {
                    return false;
                }
                desk.out.page("\n");
            }
            _ => return false,
        }
    }
}
