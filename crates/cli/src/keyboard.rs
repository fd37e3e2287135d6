//! A line from the keyboard of a terminal, in which Ctrl-C ends the question as Enter does: with a
//! sentence. While nobody is asked, Ctrl-C is the signal that it always is.

use std::io::BufRead;
use std::sync::Mutex;

use rustix::termios::{
    OptionalActions, QueueSelector, SpecialCodeIndex, Termios, tcflush, tcgetattr, tcsetattr,
};

/// Ctrl-C, as a terminal sends it.
const STOP: u8 = 3;

/// What stands for "no key" among a terminal's keys (`_POSIX_VDISABLE`).
const NO_KEY: u8 = if cfg!(target_os = "linux") { 0 } else { 0xff };

/// How the terminal was before a question, while one is open.
static BEFORE: Mutex<Option<Termios>> = Mutex::new(None);

/// What came of a question.
pub(crate) enum Line {
    Typed(String),
    /// The input has ended.
    End,
    /// Ctrl-C.
    Stopped,
}

/// For as long as a question is open.
struct Open;

impl Open {
    fn begin() -> Self {
        let stdin = std::io::stdin();
        // Where it cannot be so, Ctrl-C is the signal here too.
        if let (Ok(now), Ok(mut before)) = (tcgetattr(&stdin), BEFORE.lock()) {
            let mut open = now.clone();
            open.special_codes[SpecialCodeIndex::VINTR] = NO_KEY;
            open.special_codes[SpecialCodeIndex::VEOL] = STOP;
            if tcsetattr(&stdin, OptionalActions::Now, &open).is_ok() {
                *before = Some(now);
            }
        }
        Self
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        give_back();
    }
}

/// The terminal as it was, if a question is open: for who ends this process meanwhile.
pub(crate) fn give_back() {
    if let Ok(mut before) = BEFORE.lock()
        && let Some(before) = before.take()
    {
        let _ = tcsetattr(std::io::stdin(), OptionalActions::Now, &before);
    }
}

/// Throws away what was typed at the terminal before the question that comes now: it answered nothing.
/// What comes from a pipe was written for its questions, and stays.
pub(crate) fn forget_typed() {
    let _ = tcflush(std::io::stdin(), QueueSelector::IFlush);
}

/// Ends this process as Ctrl-C does elsewhere; or leaves that to who hears of it.
pub(crate) fn stop(told_elsewhere: bool) -> ! {
    let _ = rustix::process::kill_process(rustix::process::getpid(), rustix::process::Signal::INT);
    if told_elsewhere {
        loop {
            std::thread::park();
        }
    }
    // Something that is over still takes the signal: the code by which it is known.
    std::process::exit(130)
}

/// Waits for one.
pub(crate) fn line() -> Line {
    let _open = Open::begin();
    let mut from = std::io::stdin().lock();
    let mut line = Vec::new();
    loop {
        let there = match from.fill_buf() {
            Ok(there) => there,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(_) => return Line::End,
        };
        let end = there.iter().position(|byte| matches!(*byte, b'\n' | STOP));
        let taken = end.map_or(there.len(), |at| at.saturating_add(1));
        line.extend(there.iter().take(taken));
        from.consume(taken);
        if line.last() == Some(&STOP) {
            return Line::Stopped;
        }
        if end.is_some() || taken == 0 {
            break;
        }
    }
    match String::from_utf8(line) {
        Ok(line) if !line.is_empty() => Line::Typed(line),
        _ => Line::End,
    }
}
