//! The agent's own process: takes the key from its standard input, hands it out, forgets it.

use std::ffi::OsStr;
use std::fs;
use std::future::pending;
use std::io::{Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{UnixListener, UnixStream};
use tokio::time::{sleep, timeout};
use vault::state::{Lock, Post};
use vault::{Places, Vault, VaultKey};
use zeroize::Zeroizing;

use super::{ASK_KEY, ASK_LOCK, ASK_STATUS, AgentError, HAVE, HAVE_NOT, IDLE, READY, SOCKET};
use crate::clock::{Clock, slept};
use crate::meet::{self, Serve};
use crate::notify::{Listener, Notice, Reachable};

/// The exit code of a process that found another agent in its place.
pub(super) const ALREADY: i32 = 17;

/// A sleep of the machine longer than this counts as a suspend.
const DOZE: Duration = Duration::from_secs(1);

/// What an agent does besides holding the key.
#[derive(Clone, Debug)]
pub enum Duty {
    /// Nothing.
    Key,
    /// It also meets the partner.
    Serve(Serve),
}

/// The body of the agent's process; returns when it is locked. Call it before anything else has
/// started a thread, and end the process when it returns: with code 17 on
/// [`AgentError::Running`], so that [`super::start`] can tell.
pub fn run(places: &Places, clock: &Clock, duty: Duty) -> Result<(), AgentError> {
    // Own session: closing the terminal does not end it. It fails only for a group leader.
    let _ = rustix::process::setsid();
    // No core file and no reading of its memory by other processes of this user (S47).
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_dumpable_behavior(rustix::process::DumpableBehavior::NotDumpable);
    let _post = Lock::take(places, Post::Agent)?.ok_or(AgentError::Running)?;
    let key = key_from_stdin()?;
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .map_err(AgentError::Start)?;
    let ended = runtime.block_on(live(places, clock, duty, key));
    drop(fs::remove_file(places.state.join(SOCKET)));
    ended
}

fn key_from_stdin() -> Result<VaultKey, AgentError> {
    let mut bytes = Zeroizing::new([0; 32]);
    std::io::stdin()
        .lock()
        .read_exact(bytes.as_mut_slice())
        .map_err(AgentError::Start)?;
    Ok(VaultKey::from_bytes(*bytes))
}

/// Tells the parent that the socket is there, then lets go of the terminal.
fn say_ready() -> Result<(), AgentError> {
    let mut out = std::io::stdout();
    out.write_all(&[READY])
        .and_then(|()| out.flush())
        .map_err(AgentError::Start)?;
    let null = fs::OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/null")
        .map_err(AgentError::Start)?;
    let released =
        rustix::stdio::dup2_stdin(&null).and_then(|()| rustix::stdio::dup2_stdout(&null));
    released.map_err(|errno| AgentError::Start(errno.into()))
}

/// What the agent knows between two requests.
struct Held {
    key: Option<Open>,
    used_ms: u64,
    slept: Duration,
    /// How long the machine has slept since it started.
    asleep: fn() -> Duration,
    serving: bool,
}

async fn live(places: &Places, clock: &Clock, duty: Duty, key: VaultKey) -> Result<(), AgentError> {
    let socket = places.state.join(SOCKET);
    // We hold the post, so a socket that lies here is a dead one's.
    drop(fs::remove_file(&socket));
    let way = Reachable::new(&places.state, OsStr::new(SOCKET)).map_err(AgentError::Start)?;
    let listener = UnixListener::bind(way.path()).map_err(AgentError::Start)?;
    fs::set_permissions(&socket, fs::Permissions::from_mode(0o600)).map_err(AgentError::Start)?;
    let notices = Listener::bind(&places.state).map_err(AgentError::Start)?;

    let mut serving = match &duty {
        Duty::Key => None,
        Duty::Serve(how) => {
            let home =
                crate::Home::open(places.clone(), key.clone()).map_err(meet::MeetError::from)?;
            Some(Box::pin(meet::serving(home, how.clone(), |_| {})))
        }
    };
    let mut held = Held {
        key: Some(Open::new(places, key)),
        used_ms: clock.unix_ms(),
        slept: slept(),
        asleep: slept,
        serving: serving.is_some(),
    };
    say_ready()?;

    loop {
        let serve = async {
            match serving.as_mut() {
                Some(serve) => serve.await,
                None => pending().await,
            }
        };
        tokio::select! {
            ended = serve => {
                serving = None;
                held.serving = false;
                // What ended it shows in the status; the key is still wanted.
                drop(ended);
            }
            Ok((stream, _)) = listener.accept() => {
                if answer(stream, &mut held, clock).await == Next::End {
                    return Ok(());
                }
            }
            Ok(Notice::Lock) = notices.next() => return Ok(()),
            () = sleep(clock.nap(Duration::from_secs(10))) => {}
        }
        held.forget_if_due(clock);
        if held.key.is_none() && !held.serving {
            return Ok(());
        }
    }
}

/// The key, and the vault held open with it: while one process has the database open, the next
/// one need not read the write-ahead log to know where things lie.
struct Open {
    key: VaultKey,
    _vault: Option<Vault>,
}

impl Open {
    fn new(places: &Places, key: VaultKey) -> Self {
        let _vault = Vault::open(places, &key).ok();
        Self { key, _vault }
    }
}

impl Held {
    /// Idle for ten minutes on the home's clock, or the machine slept: the key goes.
    fn forget_if_due(&mut self, clock: &Clock) {
        let idle = clock.unix_ms().saturating_sub(self.used_ms);
        let idle = u128::from(idle) >= IDLE.as_millis();
        if idle || (self.asleep)().saturating_sub(self.slept) > DOZE {
            self.key = None;
        }
    }
}

#[derive(PartialEq, Eq)]
enum Next {
    Stay,
    End,
}

async fn answer(mut stream: UnixStream, held: &mut Held, clock: &Clock) -> Next {
    // The folder is 0700 and the socket 0600; the uid is checked all the same (S46).
    let own = rustix::process::getuid().as_raw();
    if stream.peer_cred().map(|peer| peer.uid()).ok() != Some(own) {
        return Next::Stay;
    }
    let mut ask = [0; 1];
    if !matches!(
        timeout(Duration::from_millis(200), stream.read_exact(&mut ask)).await,
        Ok(Ok(_))
    ) {
        return Next::Stay;
    }
    // Exact at each request: after a suspend nobody is faster than the timer.
    held.forget_if_due(clock);
    let say = |have: bool| if have { HAVE } else { HAVE_NOT };
    match ask[0] {
        ASK_KEY => {
            let mut reply = Zeroizing::new(vec![say(held.key.is_some())]);
            if let Some(open) = &held.key {
                reply.extend_from_slice(open.key.to_bytes().as_slice());
                held.used_ms = clock.unix_ms();
            }
            drop(timeout(Duration::from_millis(200), stream.write_all(&reply)).await);
            Next::Stay
        }
        ASK_STATUS => {
            let reply = [say(held.key.is_some()), say(held.serving)];
            drop(timeout(Duration::from_millis(200), stream.write_all(&reply)).await);
            Next::Stay
        }
        ASK_LOCK => {
            held.key = None;
            drop(timeout(Duration::from_millis(200), stream.write_all(&[HAVE_NOT])).await);
            Next::End
        }
        _ => Next::Stay,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]
    use std::ffi::OsStr;
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    /// Milliseconds that the machine of this test has slept.
    static SLEPT: AtomicU64 = AtomicU64::new(0);

    #[tokio::test]
    async fn s46_after_a_suspend_the_key_is_gone_at_the_very_request() {
        let dir = tempfile::tempdir().unwrap();
        let places = Places {
            home: dir.path().join("home"),
            state: dir.path().join("state"),
        };
        let clock = Clock::injected(OsStr::new("2025-03-04T08:00")).unwrap();
        let mut held = Held {
            key: Some(Open::new(&places, VaultKey::from_bytes([7; 32]))),
            used_ms: clock.unix_ms(),
            slept: Duration::ZERO,
            asleep: || Duration::from_millis(SLEPT.load(Ordering::SeqCst)),
            serving: false,
        };
        let mut answers = Vec::new();
        // Awake; what the two clocks may differ by; a suspend.
        for slept in [0, 1_000, 1_001] {
            SLEPT.store(slept, Ordering::SeqCst);
            let (mut ours, theirs) = UnixStream::pair().unwrap();
            ours.write_all(&[ASK_KEY]).await.unwrap();
            assert!(answer(theirs, &mut held, &clock).await == Next::Stay);
            let mut answer = Vec::new();
            ours.read_to_end(&mut answer).await.unwrap();
            answers.push((answer[0], answer.len()));
        }
        assert_eq!(answers, [(HAVE, 33), (HAVE, 33), (HAVE_NOT, 1)]);
        assert!(held.key.is_none());
    }
}
