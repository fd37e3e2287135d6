//! The greeting: both send it at once, and nothing else is said before it.

use super::ahead::Said;
use super::meeting::Meeting;
use super::words::Greeted;
use super::{Closing, HELLO_MS, Here, How, Output, State, Stop, Why};
use crate::frames::{Frame, Hello};
use crate::{Moment, VERSION, Violation};

/// Our greeting is out; theirs is awaited.
pub(super) struct AwaitHello {
    how: How,
    /// What the greeting said of words.
    words: Greeted,
    deadline: Moment,
    /// Whether the other end had to be told our yes again; once is enough.
    confirmed: bool,
}

/// Says how far each log is held here. One's own ends at what was offered: a record in its grace
/// must not show, and one that never left must not be committed to before the other end has proven
/// that it holds a prefix of this log (B6).
pub(super) fn greet(how: How, here: &mut Here<'_>) -> Result<AwaitHello, Stop> {
    let mut words = Greeted::new(here);
    if how.practical {
        words.digest = None;
    }
    let practical = how.practical;
    let hello = Hello {
        version: VERSION,
        live: how.live,
        practical,
        roster: (!practical).then(|| here.replica.roster().digest()),
        marks: if practical {
            Vec::new()
        } else {
            here.replica.marks()
        },
        words: words.digest,
    };
    here.transmit(&[Frame::Hello(hello)]);
    let deadline = here.clock.moment.plus(HELLO_MS);
    here.queue
        .push_back(Output::WakeAt(Why::PeerSilent, deadline));
    Ok(AwaitHello {
        how,
        words,
        deadline,
        confirmed: false,
    })
}

impl AwaitHello {
    pub(super) fn handle(mut self, said: Said, here: &mut Here<'_>) -> Result<State, Stop> {
        let kind = said.kind();
        let Said::Frame(frame) = said else {
            return Err(Violation::OutOfPlace(kind).into());
        };
        if let Frame::Hello(hello) = frame {
            let mut meeting = Meeting::new(self.how, hello, self.words, here)?;
            meeting.pump(here)?;
            return Ok(State::Meeting(Box::new(meeting)));
        }
        if matches!(frame, Frame::Confirm { .. }) && !self.confirmed && !self.how.practical {
            // The other end crashed between its yes and ours (B3). It greets once it has met.
            self.confirmed = true;
            let own = super::confirm::own_confirm(here.replica);
            here.transmit(own.as_slice());
            return Ok(State::AwaitHello(self));
        }
        if matches!(frame, Frame::Pad { .. }) {
            return Ok(State::AwaitHello(self));
        }
        Err(Violation::OutOfPlace(kind).into())
    }

    pub(super) fn tick(self, here: &Here<'_>) -> Result<State, Stop> {
        if here.clock.moment >= self.deadline {
            return Err(Stop::Close(Closing::Silent));
        }
        Ok(State::AwaitHello(self))
    }
}
