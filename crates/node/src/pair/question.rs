//! Questions cross from the thread that keeps the connection alive to the one that may block.

use std::net::SocketAddr;
use std::sync::mpsc;
use std::thread;

use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// What pairing shows and asks. Called on the thread that called `invite` or `join`.
pub trait Talk {
    /// The invitation is open: the ticket, and what it says about where we are.
    fn ticket(&mut self, text: &str, addresses: &[SocketAddr]);
    /// Somebody with the ticket (or the inviter) is connected; the words come next.
    fn connected(&mut self);
    /// Six words to read aloud: do the same stand on the other screen?
    fn same_words(&mut self, words: &[&'static str; 6]) -> bool;
    /// Our yes is stored; the other's is awaited.
    fn waiting(&mut self);
    /// What to do when a signal comes; `None` leaves signals alone.
    fn on_stop(&self) -> Option<super::Stopped> {
        None
    }
}

enum Question {
    Ticket(String, Vec<SocketAddr>),
    Connected,
    SameWords([&'static str; 6]),
    Waiting,
}

/// The asking end. What it says to nobody is lost, which harms nothing.
pub(crate) struct Asker {
    questions: mpsc::Sender<Question>,
    answers: UnboundedReceiver<bool>,
}

impl Asker {
    pub(super) fn ticket(&self, text: String, addresses: Vec<SocketAddr>) {
        drop(self.questions.send(Question::Ticket(text, addresses)));
    }

    pub(super) fn connected(&self) {
        drop(self.questions.send(Question::Connected));
    }

    pub(super) fn same_words(&self, words: [&'static str; 6]) {
        drop(self.questions.send(Question::SameWords(words)));
    }

    pub(super) fn waiting(&self) {
        drop(self.questions.send(Question::Waiting));
    }

    /// The next answer; may be dropped at any await point.
    pub(super) async fn answer(&mut self) -> Option<bool> {
        self.answers.recv().await
    }
}

/// Runs `work` on a thread of its own and answers its questions on this one until it is done.
pub(super) fn answering<T: Send>(talk: &mut dyn Talk, work: impl FnOnce(Asker) -> T + Send) -> T {
    let (questions, asked) = mpsc::channel();
    let (answers, answered): (UnboundedSender<bool>, _) = unbounded_channel();
    thread::scope(|scope| {
        let worker = scope.spawn(|| {
            work(Asker {
                questions,
                answers: answered,
            })
        });
        for question in asked {
            match question {
                Question::Ticket(text, addresses) => talk.ticket(&text, &addresses),
                Question::Connected => talk.connected(),
                Question::SameWords(words) => drop(answers.send(talk.same_words(&words))),
                Question::Waiting => talk.waiting(),
            }
        }
        worker
            .join()
            .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    })
}
