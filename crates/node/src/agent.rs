//! The agent: one background process for each home that holds the vault key after `unlock`, so
//! that short commands need no passphrase, and lets go of it after ten idle minutes, after a
//! suspend, and when told (S46).
//!
//! It speaks one byte each way over a socket that only this user can open. It never holds the
//! person's root: certifying and revoking ask for the passphrase (formats B2).

mod process;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use vault::state::{Lock, Post};
use vault::{FileError, Places, VaultKey};
use zeroize::Zeroizing;

use crate::notify::{self, Notice, Reachable};

pub use process::{Duty, run};

/// How long the key is kept without being asked for.
pub const IDLE: Duration = Duration::from_secs(600);

/// The socket's name in the state folder.
const SOCKET: &str = "agent";

/// How long an answer may take before the agent counts as not there.
const ANSWER: Duration = Duration::from_secs(2);

const ASK_KEY: u8 = b'k';
const ASK_STATUS: u8 = b's';
const ASK_LOCK: u8 = b'l';
/// What the new process writes to its standard output once its socket is there.
const READY: u8 = 6;
const HAVE: u8 = b'+';
const HAVE_NOT: u8 = b'-';

/// What can go wrong with the agent.
#[derive(Debug, thiserror::Error)]
pub enum AgentError {
    /// A file of the state folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// The socket or the process cannot be made.
    #[error("cannot start the agent")]
    Start(#[source] io::Error),
    /// The new process ended before it was ready.
    #[error("the agent did not start")]
    NotReady,
    /// Another agent is there already.
    #[error("this home has an agent already")]
    Running,
    /// An agent is there, but does not end.
    #[error("the agent does not answer; it was not possible to end it")]
    Stuck,
    /// What it was to do besides failed.
    #[error("the agent could not serve")]
    Serve(#[from] crate::meet::MeetError),
}

/// What an agent says of itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Status {
    /// Whether reading and acting need no passphrase now.
    pub unlocked: bool,
    /// Whether it also meets the partner.
    pub serving: bool,
}

/// The vault key, if an agent has it. Asking counts as use.
pub fn key(places: &Places) -> Option<VaultKey> {
    let mut stream = connect(places, ASK_KEY)?;
    // Both parts come together, or the first alone.
    let mut answer = Zeroizing::new([0; 33]);
    stream.read_exact(answer.as_mut_slice()).ok()?;
    let (have, key) = answer.split_first_chunk::<1>()?;
    let key = Zeroizing::new(<[u8; 32]>::try_from(key).ok()?);
    (*have == [HAVE]).then(|| VaultKey::from_bytes(*key))
}

/// What the agent says of itself, if there is one.
pub fn status(places: &Places) -> Option<Status> {
    let mut stream = connect(places, ASK_STATUS)?;
    let mut answer = [0; 2];
    stream.read_exact(&mut answer).ok()?;
    Some(Status {
        unlocked: answer[0] == HAVE,
        serving: answer[1] == HAVE,
    })
}

/// Closes this device: the agent and every `serve` of the home let go of their keys and end.
/// When this returns Ok, no agent holds the key. True if there was one.
pub fn lock(places: &Places) -> Result<bool, AgentError> {
    let running = Lock::is_held(places, Post::Agent)?;
    notify::tell(&places.state, Notice::Lock);
    if !running {
        return Ok(false);
    }
    if let Some(mut stream) = connect(places, ASK_LOCK) {
        let mut answer = [0; 1];
        // The key is wiped before it answers.
        if stream.read_exact(&mut answer).is_ok() && answer == [HAVE_NOT] {
            return Ok(true);
        }
    }
    end_by_force(places)
}

/// An agent that does not answer (stopped, or stuck) is killed: it keeps nothing that matters.
fn end_by_force(places: &Places) -> Result<bool, AgentError> {
    #[cfg(target_os = "linux")]
    if let Some(peer) =
        reach(places).and_then(|stream| rustix::net::sockopt::socket_peercred(stream).ok())
    {
        let _ = rustix::process::kill_process(peer.pid, rustix::process::Signal::KILL);
    }
    let deadline = Instant::now() + ANSWER;
    while Lock::is_held(places, Post::Agent)? {
        if Instant::now() > deadline {
            return Err(AgentError::Stuck);
        }
        thread::sleep(Duration::from_millis(5));
    }
    Ok(true)
}

/// Starts the agent as a process of its own: `program args…`, whose first act must be [`run`].
/// The key goes over a pipe, never through an argument or the environment (S47).
pub fn start(key: &VaultKey, program: &Path, args: &[OsString]) -> Result<(), AgentError> {
    let mut child = Command::new(program)
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .env_remove("HANDFAST_PASSPHRASE_COMMAND")
        .current_dir("/")
        .spawn()
        .map_err(AgentError::Start)?;
    let mut stdin = child.stdin.take().ok_or(AgentError::NotReady)?;
    stdin
        .write_all(key.to_bytes().as_slice())
        .map_err(AgentError::Start)?;
    drop(stdin);
    let mut stdout = child.stdout.take().ok_or(AgentError::NotReady)?;
    let mut ready = [0; 1];
    while stdout.read_exact(&mut ready).is_ok() {
        if ready == [READY] {
            return Ok(());
        }
    }
    // It ended: collect it, so that no zombie stays.
    match child.wait() {
        Ok(status) if status.code() == Some(process::ALREADY) => Err(AgentError::Running),
        Ok(_) | Err(_) => Err(AgentError::NotReady),
    }
}

fn reach(places: &Places) -> Option<UnixStream> {
    let way = Reachable::new(&places.state, OsStr::new(SOCKET)).ok()?;
    let stream = UnixStream::connect(way.path()).ok()?;
    stream.set_read_timeout(Some(ANSWER)).ok()?;
    stream.set_write_timeout(Some(ANSWER)).ok()?;
    Some(stream)
}

fn connect(places: &Places, ask: u8) -> Option<UnixStream> {
    let mut stream = reach(places)?;
    stream.write_all(&[ask]).ok()?;
    Some(stream)
}
