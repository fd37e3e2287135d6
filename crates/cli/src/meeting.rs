//! Beginning together and meeting again, as far as a person sees it.

use std::net::SocketAddr;

use node::meet::{MeetError, Outcome};
use node::pair::{PairError, Paired, Stopped, Talk};
use node::{Home, Passphrase};
use protocol::{PairingEnd, TicketError};
use serde_json::json;
use zeroize::Zeroizing;

use crate::desk::{Desk, not_now};
use crate::keyboard;
use crate::narrow;
use crate::out::{Out, When};
use crate::render;
use crate::run::Done;
use crate::trouble::{Exit, Trouble, alone, causes, home_trouble};

/// Pairs without a code to type.
pub(crate) fn pair(
    desk: &mut Desk,
    why: &str,
    place: impl FnOnce(&mut Desk, &mut Home, &str) -> Result<(), Trouble>,
    how: impl FnOnce(&mut Home, &Passphrase, &str, &mut dyn Talk) -> Result<Paired, PairError>,
) -> Done {
    pair_with(
        desk,
        why,
        |_| Ok(()),
        place,
        |home, passphrase, other, (), talk| how(home, passphrase, other, talk),
    )
}

/// Pairs: passphrase, what else is asked, what the other is called, where this device is, six
/// words.
pub(crate) fn pair_with<T>(
    desk: &mut Desk,
    why: &str,
    more: impl FnOnce(&mut Desk) -> Result<T, Trouble>,
    place: impl FnOnce(&mut Desk, &mut Home, &str) -> Result<(), Trouble>,
    how: impl FnOnce(&mut Home, &Passphrase, &str, T, &mut dyn Talk) -> Result<Paired, PairError>,
) -> Done {
    let (mut home, passphrase) = desk.open_in_person_again(
        why,
        "Meeting signs with what your passphrase alone opens. Your passphrase again:",
    )?;
    if home.is_paired() {
        return Err(pair_trouble(PairError::Paired));
    }
    if home.is_half_paired() {
        let question = "You said yes once, and the other's yes has not come. If the other's screen says that \
                        you have met, or that a yes is kept: not now, and handfast sync on both. If not, you \
                        have not met, and may begin anew here. Forget that yes?";
        if asked_now(desk, question) != Some(true) {
            return Err(not_now());
        }
        home.forget_half().map_err(home_trouble)?;
    }
    let more = more(desk)?;
    let other = match home.settings().other.clone() {
        Some(name) => {
            desk.out.page(&format!(
                "The other is called {} here. Another name: handfast settings other NAME\n",
                render::title(&name, 20)
            ));
            name
        }
        None => name(desk, "What do you call the other?", None)?,
    };
    place(desk, &mut home, &other)?;
    // An attempt that comes to nothing does not ask it again.
    home.set("other", &other).map_err(home_trouble)?;
    let paired = how(
        &mut home,
        &passphrase,
        &other,
        more,
        &mut Talking {
            desk,
            other: &other,
        },
    );
    let met = match paired.map_err(pair_trouble)? {
        Paired::Met => {
            desk.out.talk(&format!(
                "\n{other} and you have met. What you write from now on is for you two.\n\n\
                 A first promise:   handfast promise \"Home by six\" --every weekday --by 18:00\n\
                 Where things are:  handfast\n\n\
                 To meet again:     handfast sync     both of you, at the same time\n\
                 Or by itself:      handfast serve    left running on both devices"
            ));
            true
        }
        Paired::SaidYes => {
            desk.out.talk(&format!(
                "\nYour yes is kept; {other}'s has not come. {other}'s own screen says which it is:\n \
                 - A yes is kept there too, or you have met: handfast sync, on both.\n \
                 - Nothing of that: you have not met. Begin again: handfast invite, and handfast join."
            ));
            false
        }
    };
    desk.out
        .document("paired", json!({ "met": met, "other": other }));
    Ok(Exit::Done)
}

/// Whether a code can be an invitation at all; told before anything else is asked.
pub(crate) fn readable(code: &str) -> Result<(), Trouble> {
    protocol::Ticket::parse(code)
        .map(drop)
        .map_err(|error| unreadable(code, error))
}

/// Whether a code is one that goes on in the next line.
pub(crate) fn goes_on(code: &str) -> bool {
    protocol::Ticket::goes_on(code)
}

/// A yes or no of the meeting, to a question that was read: keys pressed while nothing was asked are no
/// answer to it, and an Enter among them would be a no for both.
fn asked_now(desk: &mut Desk, question: &str) -> Option<bool> {
    keyboard::forget_typed();
    desk.ask.yes(question)
}

/// Whether a text begins as a code does; what follows in one never reads so.
pub(crate) fn begins(code: &str) -> bool {
    code.trim().to_lowercase().starts_with("hf1")
}

struct Talking<'a> {
    desk: &'a mut Desk,
    other: &'a str,
}

impl Talk for Talking<'_> {
    fn ticket(&mut self, text: &str, addresses: &[SocketAddr]) {
        let out = &self.desk.out;
        out.talk(&format!(
            "\nAn invitation for {}. It works once, for ten minutes. It says where this device is: {}.\n\
             {} types: handfast join    and pastes this code, or scans it:\n",
            self.other,
            spoken(addresses),
            self.other
        ));
        out.verbatim(&format!("{text}\n"));
        out.document(
            "invitation",
            json!({ "code": text, "addresses": addresses.iter().map(ToString::to_string).collect::<Vec<_>>() }),
        );
        if let Some(picture) = picture(text) {
            out.page(&format!("\n{picture}\n"));
        }
        out.talk("\nWaiting. Ctrl-C ends it; nothing has been shared yet.");
    }

    fn connected(&mut self) {
        self.desk
            .out
            .talk("\nYour devices are talking to each other.");
    }

    fn same_words(&mut self, words: &[&'static str; 6]) -> bool {
        self.desk.out.page(&format!(
            "\nSix words, to read to each other aloud:\n\n      {}\n\n",
            render::strong(&words.join("  "))
        ));
        let question = format!(
            "Do the same six stand at {}'s side, in the same order?",
            self.other
        );
        // The one that meets has heard of Ctrl-C already, and says what it ends.
        self.desk.ask.told_elsewhere(true);
        let yes = asked_now(self.desk, &question) == Some(true);
        self.desk.ask.told_elsewhere(false);
        yes
    }

    fn waiting(&mut self) {
        self.desk
            .out
            .talk(&format!("\nYour yes is kept. Waiting for {}.", self.other));
    }

    fn on_stop(&self) -> Option<Stopped> {
        // The thread that asks sits at the keyboard: this process ends here and now.
        Some(|said_yes| {
            Out::new(false, false, When::Auto).talk(if said_yes {
                "\nEnded here. Your yes is kept; when the other has said yes too: handfast sync"
            } else {
                "\nEnded here. You have not met, and nothing was shared."
            });
            keyboard::give_back();
            std::process::exit(Exit::Refused as i32);
        })
    }
}

/// A name for a person here; a slip asks the same question again. What is `secret` is no name: who
/// has just typed it twice may type it once more, and it must stand on no screen.
pub(crate) fn name(
    desk: &mut Desk,
    question: &str,
    secret: Option<&str>,
) -> Result<String, Trouble> {
    let mut left_empty = false;
    for _ in 0..TURNS {
        let Some(typed) = desk.ask.line(question) else {
            // What was typed before is not thrown away by one Enter.
            if left_empty {
                return Err(not_now());
            }
            left_empty = true;
            desk.out
                .page("It needs a name. Only Enter once more: not now.\n");
            continue;
        };
        if secret.is_some_and(|secret| is_alike(&typed, secret)) {
            desk.ask.wipe_line();
            desk.out.page(
                "That was your passphrase again, so it is not taken. It asks for a name now.\n",
            );
            continue;
        }
        match node::settings::person_name(&typed) {
            Ok(name) => return Ok(name),
            Err(error) => desk.out.page(&render::wrap(&format!(
                "That cannot be a name here: {error}. Try again, or press Enter for not now."
            ))),
        }
    }
    Err(not_now())
}

/// Whether a name is that secret, whatever its letters and blanks are.
fn is_alike(name: &str, secret: &str) -> bool {
    let plain = |text: &str| -> Zeroizing<String> {
        let letters = text.chars().filter(|c| !c.is_whitespace());
        Zeroizing::new(letters.flat_map(char::to_lowercase).collect())
    };
    plain(name) == plain(secret)
}

/// How often one question is asked again.
const TURNS: usize = 5;

/// Addresses, as they are told to a person.
pub(crate) fn spoken(addresses: &[SocketAddr]) -> String {
    let all: Vec<String> = addresses.iter().map(ToString::to_string).collect();
    all.join(", ")
}

/// The code as a picture, where somebody looks at it.
fn picture(text: &str) -> Option<String> {
    use std::io::IsTerminal;
    let dumb = std::env::var_os("TERM").is_none_or(|term| term == "dumb");
    if dumb || !std::io::stderr().is_terminal() {
        return None;
    }
    // Upper case is the denser alphabet of these pictures, and the code reads the same in it.
    let code = fast_qr::QRBuilder::new(text.to_uppercase()).build().ok()?;
    let picture = code.to_str();
    // Cut by the edge of the window it would be nothing to scan.
    let fits = |line: &str| render::width(line) <= narrow::of_stderr();
    picture.lines().all(fits).then_some(picture)
}

/// Why two did not meet, and what to do.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is told in its own words"
)]
pub(crate) fn pair_trouble(error: PairError) -> Trouble {
    use PairError as E;
    let fresh =
        "Both can begin this step again: handfast invite, and handfast join with the new code.";
    let said = |code, message: &str| Trouble::refused(code, message).hint(fresh);
    match error {
        E::Home(error) => home_trouble(error),
        E::Transport(error) => socket(&causes(&error)),
        E::Paired => Trouble::refused("already-paired", "This home has its two people already.")
            .hint("For another plan, begin another home: handfast --home DIR start"),
        E::HalfFinished => Trouble::refused("half-finished", "An earlier meeting was not finished, and may still be.")
            .hint("Let it finish: handfast sync"),
        E::Rehearsal => said("rehearsal", "One of the two homes is a rehearsal, the other is not. Nothing has changed."),
        E::Ticket(error) => unreadable("hf1", error),
        E::Silent => trouble(MeetError::Silent),
        E::NobodyThere => Trouble::refused("nobody-there", "Nobody waits for this code any more, or it cannot be reached from here. Nothing has changed.")
            .hint("Is the invitation still open there, and are you in the same network? Then once more: handfast join\n\
                   In different networks the one who invites gives an address that can be reached from outside, with a port \
                   that the router there passes on: handfast invite --address ADDRESS\n\
                   Else ask for a new one: handfast invite, on the other's device."),
        E::NotBoth => said("words-differ", "One of you did not say yes to the six words. You have not met, on either side. Nothing was shared."),
        E::TurnedAway => said("too-late", "Nobody waits for this code any more; ask for a new one. Nothing has changed."),
        E::Ended(end) => ended(&end, fresh),
        other => said("pairing", &format!("You have not met yet: {}.", causes(&other))),
    }
}

fn ended(end: &PairingEnd, fresh: &str) -> Trouble {
    use PairingEnd as E;
    let (code, message) = match end {
        E::Refused => (
            "words-differ",
            "One of you did not say yes to the six words. You have not met, on either side. Nothing was shared.",
        ),
        E::Expired => (
            "expired",
            "The ten minutes of this invitation are over. Nothing has changed.",
        ),
        E::WrongTicket => (
            "wrong-code",
            "Somebody came with a wrong or used code. This invitation is over; nothing was shared.",
        ),
        E::WrongKey => (
            "wrong-device",
            "Another device answered than the one that invited. Nothing was shared.",
        ),
        E::TimedOut => (
            "no-answer",
            "There was no answer in time. Nothing was shared.",
        ),
        E::Lost => (
            "broken",
            "The connection ended before you had said yes, so you have not met. If the other's screen says that a yes is kept there, it comes to nothing.",
        ),
        E::Violation(_) => (
            "does-not-check-out",
            "What the other side sent does not check out. Nothing was shared.",
        ),
        E::Met => ("met", "You have met already."),
    };
    Trouble::refused(code, message).hint(fresh)
}

/// A code that is none, in the words of the page: nobody who copied it knows a ticket.
fn unreadable(code: &str, why: TicketError) -> Trouble {
    let begins = begins(code);
    let said = match why {
        TicketError::NotATicket if !begins => {
            "That is not a code of an invitation; one begins with hf1."
        }
        TicketError::Version => "This code comes from a newer handfast; this one cannot read it.",
        TicketError::NotATicket | TicketError::Checksum | TicketError::Malformed => {
            "A character of the code is wrong or missing; copy it again, from hf1 to its end."
        }
    };
    Trouble::refused("code", said).hint("Try again: handfast join. Nothing has changed.")
}

/// Why a meeting could not be tried here. Nothing tells about the other.
#[expect(
    clippy::wildcard_enum_match_arm,
    reason = "the rest is told in its own words"
)]
pub(crate) fn trouble(error: MeetError) -> Trouble {
    use MeetError as E;
    match error {
        E::Home(error) => home_trouble(error),
        E::Alone => alone(),
        E::Transport(error) => socket(&causes(&error)),
        E::Silent => Trouble::refused("silent", "Nothing leaves this device now.")
            .hint("Why: handfast space show"),
        E::Serving => Trouble::refused(
            "serving",
            "This home is meeting already, in another window.",
        )
        .hint("What has come in: handfast status\nTo end it there: Ctrl-C, or handfast lock"),
        other => Trouble::refused(
            "meeting",
            format!("Meeting could not be tried: {}.", causes(&other)),
        )
        .hint("Try again: handfast sync"),
    }
}

fn socket(why: &str) -> Trouble {
    Trouble::refused(
        "network",
        format!("This device could not open its side of the network: {why}."),
    )
    .hint("Look at where it listens: handfast settings listen")
}

/// How a meeting ended, as an exit code.
pub(crate) fn outcome(outcome: Outcome) -> Result<(), Trouble> {
    match outcome {
        Outcome::Done => Ok(()),
        Outcome::DoesNotCheckOut => Err(Trouble {
            code: "does-not-check-out",
            message: "Something that came in does not check out. It is kept aside; your own things are fine.".into(),
            hint: Some("See what it is: handfast verify".into()),
            exit: Exit::Unverified,
        }),
        Outcome::NeedsYou => Err(Trouble {
            code: "needs-you",
            message: "This home was copied back from an older time. To go on, it needs your passphrase.".into(),
            hint: Some("In a terminal: handfast sync".into()),
            exit: Exit::InPerson,
        }),
    }
}
