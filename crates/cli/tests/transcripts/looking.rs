//! The full-screen view in a real terminal: what stands on the screen, where the cursor stands, and
//! that the terminal is as it was afterwards.

use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::calendars::some_weeks;
use crate::people::{PASSPHRASE, World, check_screen, needed};

/// A terminal of its own in which one command runs.
struct Screen<'w> {
    tmux: PathBuf,
    /// Keeps the folder.
    _world: &'w World,
    /// One server for each screen: a server that is ending takes no new one.
    socket: PathBuf,
}

static SCREENS: AtomicUsize = AtomicUsize::new(0);

impl<'w> Screen<'w> {
    /// A shell that runs the program once and then says how it ended.
    fn open(world: &'w World, who: &str, line: &str, size: (u16, u16), term: &str) -> Option<Self> {
        let tmux = needed(&["tmux"], "the full-screen view")?;
        let n = SCREENS.fetch_add(1, Ordering::Relaxed);
        let socket = world.path(&format!("tmux-{n}"));
        let screen = Self {
            tmux,
            _world: world,
            socket,
        };
        let environment: String = world
            .command(who, &[])
            .get_envs()
            .filter_map(|(name, value)| {
                Some(format!(
                    "{}='{}' ",
                    name.to_str()?,
                    value?.to_str()?.replace('\'', "'\\''")
                ))
            })
            .collect();
        let script = world.path("run.sh");
        let program = env!("CARGO_BIN_EXE_handfast");
        let text = format!(
            "echo before\nenv -i TERM={term} {environment} \
             HANDFAST_PASSPHRASE_COMMAND=\"echo '{PASSPHRASE}'\" {program} {line}\n\
             echo \"ended with $?\"\nread wait\n"
        );
        std::fs::write(&script, text).unwrap();
        let (columns, lines) = size;
        screen.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns.to_string(),
            "-y",
            &lines.to_string(),
            &format!("sh {}", script.display()),
        ]);
        Some(screen)
    }

    fn tmux(&self, line: &[&str]) -> String {
        let out = Command::new(&self.tmux)
            .args(["-u", "-S"])
            .arg(&self.socket)
            .args(line)
            .env_remove("TMUX")
            .env("LANG", "C.UTF-8")
            .stdin(Stdio::null())
            .output()
            .unwrap();
        assert!(
            out.status.success(),
            "{line:?}: {}",
            String::from_utf8_lossy(&out.stderr)
        );
        String::from_utf8(out.stdout).unwrap()
    }

    fn press(&self, key: &str) {
        self.tmux(&["send-keys", key]);
    }

    fn text(&self) -> String {
        self.tmux(&["capture-pane", "-p"])
    }

    /// The line on which the real cursor stands.
    fn at_cursor(&self) -> String {
        let at = self.tmux(&["display-message", "-p", "#{cursor_x} #{cursor_y}"]);
        let (x, y) = at.trim().split_once(' ').unwrap();
        // While a frame is being drawn the cursor is elsewhere; whoever waits looks again.
        if x != "0" {
            return String::new();
        }
        let y: usize = y.parse().unwrap();
        self.text().lines().nth(y).unwrap_or_default().to_owned()
    }

    /// The number of the program that runs in it.
    fn program(&self) -> String {
        let shell = self.tmux(&["display-message", "-p", "#{pane_pid}"]);
        let shell = shell.trim();
        let children = format!("/proc/{shell}/task/{shell}/children");
        let children = std::fs::read_to_string(children).unwrap();
        let program = children.split_whitespace().next().expect("it runs");
        program.to_owned()
    }

    /// Ends the program in it by a signal, as a session that closes does.
    fn end_by(&self, signal: &str) {
        let done = Command::new("kill")
            .args(["-s", signal, &self.program()])
            .status();
        assert!(done.unwrap().success());
    }

    fn has_own_screen(&self) -> bool {
        self.tmux(&["display-message", "-p", "#{alternate_on}"])
            .trim()
            == "1"
    }

    #[track_caller]
    fn until(&self, what: &str, is_so: impl Fn(&Self) -> bool) {
        let begun = Instant::now();
        while !is_so(self) {
            assert!(
                begun.elapsed() < Duration::from_secs(30),
                "never: {what}\n{}",
                self.text()
            );
            std::thread::sleep(Duration::from_millis(15));
        }
    }

    #[track_caller]
    fn shows(&self, text: &str) {
        self.until(text, |screen| screen.text().contains(text));
    }

    #[track_caller]
    fn cursor_on(&self, text: &str) {
        self.until(&format!("the cursor on {text:?}"), |screen| {
            screen.at_cursor().contains(text)
        });
    }
}

impl Drop for Screen<'_> {
    fn drop(&mut self) {
        let _ = Command::new(&self.tmux)
            .arg("-S")
            .arg(&self.socket)
            .arg("kill-server")
            .output();
    }
}

/// The four panes by keys, the cursor on the chosen line, S15: nothing is added up.
#[test]
fn s15_the_full_screen_view_by_keys() {
    let world = some_weeks();
    world.run("ana", &["thanks", "For waiting"], &[]).ends(0);
    world.at("2025-03-13T22:00");
    world.meet();
    let Some(screen) = Screen::open(&world, "ben", "look", (80, 24), "screen") else {
        return;
    };
    screen.shows("[1 Today]");
    assert!(screen.has_own_screen());
    screen.cursor_on("Thursday 13 March");
    check_screen(&screen.text());
    screen.press("Down");
    screen.cursor_on("Thanks from Ana");
    screen.press("Down");
    screen.cursor_on("  | For waiting");

    screen.press("2");
    screen.shows("[2 Plan]");
    screen.press("Down");
    screen.cursor_on("Home by six");
    check_screen(&screen.text());
    screen.press("Enter");
    screen.shows("Ben's promise, every weekday, by 18:00");
    screen.cursor_on("Home by six");
    screen.press("Escape");
    screen.shows("Our plan");
    screen.cursor_on("Home by six");

    screen.press("Tab");
    screen.shows("[3 Days]");
    screen.press("Down");
    screen.press("Down");
    screen.cursor_on("3 March");
    assert!(
        screen.at_cursor().contains("●     ●     ◐     ○"),
        "{}",
        screen.at_cursor()
    );
    check_screen(&screen.text());
    screen.press("Enter");
    screen.shows("Thursday 6 March: missed.");
    check_screen(&screen.text());

    screen.press("4");
    screen.shows("[4 Log]");
    screen.press("Down");
    screen.cursor_on("says thanks");
    screen.press("Enter");
    screen.shows("  | For waiting");
    screen.press("BTab");
    screen.shows("[3 Days]");

    screen.press("q");
    screen.shows("ended with 0");
    assert!(!screen.has_own_screen());
    let after = screen.text();
    assert!(after.contains("before"), "{after}");
    assert!(!after.contains("[3 Days]"), "{after}");
}

/// On a narrow screen too the last line says how to leave, nothing loses its name, and what both let
/// go does not stand among what counts.
#[test]
fn a_narrow_screen_keeps_the_way_out_and_every_name() {
    let world = some_weeks();
    let line = [
        "boundary",
        "When there is gambling, I keep my own account and I do not lend money.",
    ];
    world.run("ana", &line, &["s"]).ends(0);
    world
        .run("ben", &["promise", "Walk on Sundays"], &[])
        .ends(0);
    world.run("ben", &["offer", "walk"], &["s"]).ends(0);
    world.at("2025-03-13T22:00");
    world.meet();
    world.run("ana", &["agree", "walk"], &["s"]).ends(0);
    world.at("2025-03-14T22:00");
    world.meet();
    for (who, then) in [("ben", "2025-03-14T22:10"), ("ana", "2025-03-14T22:20")] {
        world.run(who, &["review", "walk"], &["t", "s", ""]).ends(0);
        world.at(then);
        world.meet();
    }
    let short = world.run("ana", &["plan", "--json"], &[]).ends(0).json();
    let short = short["items"].as_array().unwrap().iter();
    let of_boundary = |one: &&serde_json::Value| one["owned"].is_object();
    let mut short = short.filter(of_boundary).map(|one| one["short"].as_str());
    let short = short.next_back().flatten().unwrap().to_owned();
    // A boundary whose title is only its cut beginning has its words once.
    world
        .run("ana", &["plan"], &[])
        .ends(0)
        .says("  Ana's boundary  ")
        .says("  | When there is gambling, I keep my own account and I do not lend money.")
        .never_says("...")
        .never_says("Walk on Sundays");
    for columns in [80, 60, 40] {
        let Some(screen) = Screen::open(&world, "ana", "look", (columns, 40), "screen") else {
            return;
        };
        screen.shows("[1 Today]");
        let last = || {
            let text = screen.text();
            text.trim_end()
                .lines()
                .last()
                .unwrap_or_default()
                .to_owned()
        };
        for pane in ["1 Today", "2 Plan", "3 Days", "4 Log"] {
            screen.press(&pane[..1]);
            screen.shows(&format!("[{pane}]"));
            screen.until("how to leave", |_| last().contains("q: leave"));
            if pane == "2 Plan" {
                screen.shows(&short);
                assert!(!screen.text().contains("Walk on Sundays"));
                screen.press("End");
                screen.press("Enter");
                screen.shows("back");
                screen.until("how to leave", |_| last().contains("q: leave"));
                screen.press("Escape");
            } else if pane == "3 Days" {
                screen.press("End");
                screen.until("the whole legend", |screen| {
                    let text = screen.text();
                    let words: Vec<&str> = text.split_whitespace().collect();
                    words.join(" ").contains("nothing at all: a blank")
                });
            }
            // A word that is cut at the edge is on no screen.
            check_screen(&screen.text());
        }
        screen.press("q");
        screen.shows("ended with 0");
    }
}

#[test]
fn ctrl_c_lock_and_the_system_close_the_full_screen_view() {
    let world = some_weeks();
    for how in ["ctrl-c", "lock", "TERM", "HUP"] {
        // A small screen too.
        let Some(screen) = Screen::open(&world, "ben", "look", (40, 8), "screen") else {
            return;
        };
        screen.shows("[1 Today]");
        match how {
            "lock" => drop(world.run("ben", &["lock"], &[]).ends(0)),
            "ctrl-c" => screen.press("C-c"),
            signal => screen.end_by(signal),
        }
        screen.shows("ended with 0");
        assert!(!screen.has_own_screen(), "{how}");
        // The terminal is out of its raw mode: a line typed is shown as it is typed.
        screen.tmux(&["send-keys", "-l", "typed again"]);
        screen.shows("typed again");
    }
}

/// A window that is closed takes its terminal with it: nothing is left that runs.
#[test]
fn the_full_screen_view_ends_with_its_terminal() {
    let world = some_weeks();
    let Some(screen) = Screen::open(&world, "ben", "look", (80, 24), "screen") else {
        return;
    };
    screen.shows("[1 Today]");
    let program = PathBuf::from(format!("/proc/{}", screen.program()));
    assert!(program.exists());
    screen.tmux(&["kill-server"]);
    let begun = Instant::now();
    while program.exists() {
        assert!(begun.elapsed() < Duration::from_secs(20), "it still runs");
        std::thread::sleep(Duration::from_millis(15));
    }
}

#[test]
fn without_a_terminal_for_it_the_menu_comes() {
    let world = some_weeks();
    world
        .run("ben", &["look"], &[""])
        .ends(0)
        .says("Home by six")
        .says("A number, or only Enter to leave.");
    world
        .run("ben", &["look", "--no-input"], &[])
        .ends(0)
        .says("Home by six")
        .never_says("A number");
    let said = world.run("ben", &["look", "--json"], &[]).ends(0).json();
    assert_eq!(said["kind"], "status");
    world.run("ben", &["look", "more"], &[]).ends(2);
    let Some(screen) = Screen::open(&world, "ben", "look", (80, 50), "dumb") else {
        return;
    };
    screen.shows("A number, or only Enter to leave.");
    assert!(!screen.has_own_screen());
    screen.press("Enter");
    screen.shows("ended with 0");
}

/// Ctrl-C at a question says what Enter says, and ends it; the terminal is as it was.
#[test]
fn ctrl_c_at_a_question_says_that_nothing_has_changed() {
    let world = World::met();
    let line = "promise; echo \"code $?\"; stty -a";
    let Some(screen) = Screen::open(&world, "ben", line, (80, 40), "screen") else {
        return;
    };
    let question = "What do you promise";
    screen.shows(question);
    screen.press("Half");
    screen.press("C-c");
    screen.shows("ended with");
    let text = screen.text();
    assert!(
        text.contains("Not now; from here on nothing has changed."),
        "{text}"
    );
    assert!(text.contains("code 130"), "{text}");
    assert!(
        text.contains("intr = ^C") && text.contains("eol = <undef>"),
        "{text}"
    );
    assert!(!world.run("ben", &["plan"], &[]).out.contains("Half"));
    // Of a page on a screen of its own nothing stays.
    let line = "paper --check; echo \"code $?\"";
    let Some(screen) = Screen::open(&world, "ana", line, (80, 24), "screen") else {
        return;
    };
    screen.shows("Type the words from your paper");
    assert!(screen.has_own_screen());
    screen.press("C-c");
    screen.shows("code 130");
    assert!(!screen.has_own_screen());
    assert!(
        screen
            .text()
            .contains("Not now; from here on nothing has changed.")
    );
}

/// Keys pressed while somebody waits for the other answer no question of the meeting: neither an Enter,
/// which would be a no for both, nor a yes to six words that nobody has seen.
#[test]
fn s11_what_was_typed_before_the_six_words_answers_nothing() {
    let world = World::new();
    world.begin("ana", "Ana");
    world.begin("ben", "Ben");
    world.run("ana", &["settings", "other", "Ben"], &[]).ends(0);
    let line = "invite --listen 127.0.0.1:0";
    let Some(screen) = Screen::open(&world, "ana", line, (220, 70), "screen") else {
        return;
    };
    screen.shows("Waiting. Ctrl-C ends it");
    for key in ["Enter", "yes", "Enter", "Enter"] {
        screen.press(key);
    }
    screen.shows("\nyes\n");
    let text = screen.text();
    let code = text
        .split_whitespace()
        .find(|word| word.starts_with("hf1"))
        .unwrap()
        .to_owned();
    let joining = world.start("ben", &["join"], &[&code, "Ana", "y"]);
    screen.shows("[Enter] not now    [y] yes    [n] no");
    screen.shows("\n>");
    let text = screen.text();
    assert!(
        !text.contains("did not say yes") && !text.contains("Your yes is kept"),
        "{text}"
    );
    screen.press("y");
    screen.press("Enter");
    screen.shows("ended with 0");
    assert!(screen.text().contains("Ben and you have met."));
    joining.finish().ends(0);
}
