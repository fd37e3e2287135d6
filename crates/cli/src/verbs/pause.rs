//! `pause`: stop now; what to say, and when you are back. It needs no plan, agreement or unlock.

use identity::Hash;
use node::pausing::Pausing;
use node::{Clock, Home};
use pact::{Body, calendar};
use serde_json::json;

use crate::desk::Desk;
use crate::doing;
use crate::evening;
use crate::names::Names;
use crate::render;
use crate::returns::{self, Of};
use crate::run::Done;
use crate::spoken;
use crate::tray;
use crate::trouble::{Exit, Trouble, home_trouble};

/// Stop now; shows what to say, and when you are back
///
/// Twenty minutes, unless your plan for such moments or --for says otherwise.
/// Typed again while it lasts, it shows the same return. It works without a
/// plan, without an agreement and while this device is locked. No time of day
/// is signed or sent.
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment)]
pub(crate) struct Args {
    /// How long: 20m, 1h
    #[arg(long = "for", value_name = "TIME", num_args = 0..=1, default_missing_value = "")]
    pub(crate) length: Option<String>,
    /// A slip costs nobody the pause: a length, the name of a plan, or what is left aside.
    #[arg(hide = true)]
    pub(crate) words: Vec<String>,
}

/// How long a pause is that nobody gave a length.
const MINUTES: u16 = 20;

/// Up to here a length is read as it is said: "ten hours".
const MOST_SAID: u16 = 600;

/// Shows what to say, at once; then signs that a pause was taken, or leaves that for later.
pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    let (asked, mut aside) = sorted(args);
    if desk.written_on.is_some() {
        return sign_later(asked.unwrap_or(MINUTES), desk);
    }
    let places = desk.places()?;
    let rehearsal = node::marks(&places).is_ok_and(|marks| marks.rehearsal);
    let clock = Clock::from_env(rehearsal).map_err(|error| home_trouble(error.into()))?;
    let now = clock.now();
    let mut home = evening::open_unasked(desk, &places);
    let plan = home.as_mut().and_then(|home| {
        let named = evening::named(home, desk, &aside.join(" "));
        if named.is_some() {
            aside.clear();
        }
        named.or_else(|| evening::plan(home, desk))
    });
    let resting = match (&plan, home.as_mut()) {
        (None, Some(home)) => evening::resting(home, desk),
        _ => None,
    };
    let before = Pausing::kept(&places);
    let running =
        Pausing::running(&places, now).filter(|kept| asked.is_none_or(|n| n == kept.minutes));
    let minutes = asked.or(plan.as_ref().and_then(|plan| plan.minutes));
    let pause = running.unwrap_or_else(|| Pausing::of(minutes.unwrap_or(MINUTES), now).marked());
    let place = plan.as_ref().and_then(|plan| plan.back.clone());
    let (ends, later) = pause.ends(&clock, now).unwrap_or((now.minute, false));
    // The agreed line comes first, whatever the length. Where the length is another one than agreed,
    // the line may say the agreed one, so this one is said behind it.
    let agreed = plan.as_ref().and_then(|plan| {
        let line = plan.aloud.clone()?;
        let agreed = plan.minutes.is_none_or(|minutes| minutes == pause.minutes);
        Some(if agreed {
            line
        } else {
            let line = line.trim_end_matches(['.', ' ']);
            format!(
                "{line}. This time I need {}",
                spoken::minutes(pause.minutes)
            )
        })
    });
    let line = aloud(
        agreed.as_deref(),
        pause.minutes,
        place.as_deref(),
        ends,
        later,
    );

    desk.out.data(&page(&line, ends, later, plan.as_ref()));
    // What stood on the page until now: a pause that runs, or one that nobody came back from.
    let stood =
        |kept: Pausing| kept.ends(&clock, now).is_some() || kept.over(&clock, now).is_some();
    if running.is_none() && before.is_some_and(stood) {
        desk.out
            .talk("A new pause; the one before is over with it.");
    }
    let meant_a_length = asked.is_none()
        && (args.length.is_some() || aside.iter().any(|word| word.contains(char::is_numeric)));
    evening::left_aside(
        desk,
        &aside,
        if meant_a_length {
            "The pause holds. Another length: handfast pause 30m"
        } else {
            "The pause holds."
        },
    );
    if let Some(short) = resting {
        // After what helps now: why the line that both agreed is not there.
        desk.out.talk(&format!(
            "Your plan rests since its review date. Another day:\n  handfast review {short}"
        ));
    }
    let kept = if running.is_some() {
        Kept::Already
    } else if !places.is_begun() {
        Kept::Nowhere
    } else {
        pause.keep(&places).map_err(|error| {
            Trouble::refused(
                "pause",
                format!(
                    "When it ends could not be kept: {}.",
                    crate::trouble::causes(&error)
                ),
            )
            .hint("The pause holds. Look at the clock yourself.")
        })?;
        note(desk, home, pause, plan.as_ref().map(|plan| plan.p))?
    };
    match kept {
        Kept::Signed => {
            let goes = desk.with_home(|_, home| Ok(doing::goes(home)))?;
            desk.out.talk(&format!(
                "Noted and signed: that you took a pause, and how long; no time of day.\n{goes}"
            ));
        }
        Kept::Later => desk
            .out
            .talk("That you took it waits for you, unsigned. When you are back: handfast back"),
        Kept::Already | Kept::Nowhere => {}
    }
    desk.out.document(
        "pause",
        json!({
            "say": line,
            "minutes": pause.minutes,
            "until": calendar::time(ends),
            "place": place,
            "ignored": aside,
            "changed": match kept { Kept::Already | Kept::Nowhere => Some(false), Kept::Signed => Some(true), Kept::Later => None },
        }),
    );
    Ok(Exit::Done)
}

/// What became of the entry.
#[derive(Clone, Copy)]
enum Kept {
    Signed,
    Later,
    Already,
    Nowhere,
}

/// Signs it where the home is open and its person here; else leaves it for later (S27).
fn note(
    desk: &mut Desk,
    home: Option<Home>,
    pause: Pausing,
    plan: Option<Hash>,
) -> Result<Kept, Trouble> {
    let minutes = pause.minutes;
    let kept = match home {
        Some(mut home) if home.is_paired() && desk.attended() => {
            doing::in_space(desk, &home);
            let said = doing::sign(
                &mut home,
                Body::Pause {
                    target: plan,
                    minutes,
                },
                None,
            );
            let said = said.and_then(|entry| returns::remember(&mut home, pause.mark, entry));
            desk.hold(home);
            said.map(|()| Kept::Signed)?
        }
        Some(home) if !home.is_paired() => {
            desk.hold(home);
            Kept::Nowhere
        }
        _ => {
            // As it was said aloud, whatever the plan says by then.
            let line = [
                "pause".to_owned(),
                "--for".to_owned(),
                format!("{minutes}m"),
            ];
            let of = pause.mark.map(|mark| Of { mark, late: false });
            tray::keep_of(desk, &line, of)?;
            Kept::Later
        }
    };
    Ok(kept)
}

/// A pause that was taken while this was locked, now with its person there.
fn sign_later(minutes: u16, desk: &mut Desk) -> Done {
    desk.with_home(|desk, home| {
        Names::of(home)?;
        let plan = evening::of(home, desk.today(home))?;
        let target = plan.map(|plan| plan.p);
        let body = Body::Pause { target, minutes };
        let hash = doing::sign_on(home, body, desk.written_on)?;
        returns::remember(home, desk.of_pause.map(|of| of.mark), hash)?;
        let said = format!("You took a pause of {}.", spoken::minutes(minutes));
        doing::signed(
            desk,
            home,
            &said,
            "pause",
            json!({ "id": hash.to_string(), "minutes": minutes }),
        );
        Ok(Exit::Done)
    })
}

/// "I need twenty minutes. Kitchen table, twenty to ten."
fn aloud(
    agreed: Option<&str>,
    minutes: u16,
    place: Option<&str>,
    ends: u16,
    later: bool,
) -> String {
    let when = spoken::time(ends);
    let when = if later {
        format!("{when}, tomorrow")
    } else {
        when
    };
    let place = place.map(|place| render::title(place, 60));
    let place = place
        .as_deref()
        .map(|place| place.trim_end_matches(['.', ' ']));
    let back = match place {
        // "Kitchen table, ten o'clock"; behind a sentence of several words it needs its "at".
        Some(place) if place.split_whitespace().count() > 3 => {
            format!("{}, at {when}", capital(place))
        }
        Some(place) if !place.is_empty() => format!("{}, {when}", capital(place)),
        _ => format!("I am back at {when}"),
    };
    let need = match agreed.map(|line| render::title(line, 160)) {
        Some(line) if !line.is_empty() => line.trim_end_matches(['.', ' ']).to_owned(),
        _ => format!("I need {}", spoken::minutes(minutes)),
    };
    format!("{need}. {back}.")
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().into_iter().flat_map(char::to_uppercase);
    first.chain(chars).collect()
}

fn page(line: &str, ends: u16, later: bool, plan: Option<&evening::Plan>) -> String {
    let mut page = String::from("\n\n");
    for line in render::wrap(&format!("    {line}")).lines() {
        page.push_str(&format!("{}\n", render::strong(line)));
    }
    let day = if later { " tomorrow" } else { "" };
    page.push_str(&format!("\n\nBack at {}{day}.\n", calendar::time(ends)));
    if let Some(does) = plan.and_then(|plan| plan.does.as_deref()) {
        page.push_str("Until then, as you planned:\n");
        page.push_str(&render::quote(does));
    }
    page.push_str("If you are afraid, go where you are safe; no plan binds you.\n\n");
    page.push_str(&render::row("When you are back", "", "handfast back"));
    page
}

/// What a line says: the length in it, if there is one, and the words beside it.
fn sorted(args: &Args) -> (Option<u16>, Vec<String>) {
    let given = args
        .length
        .iter()
        .flat_map(|given| given.split_whitespace());
    let words = args.words.iter().flat_map(|word| word.split_whitespace());
    let mut words: Vec<String> = given.chain(words).map(str::to_owned).collect();
    // The longest first: "half an hour" is not an hour.
    for many in (1..=words.len()).rev() {
        for from in 0..=words.len().saturating_sub(many) {
            let said = words
                .get(from..from.saturating_add(many))
                .unwrap_or_default();
            if let Some(minutes) = length(&said.join(" ")) {
                words.drain(from..from.saturating_add(many));
                words.retain(|word| word != "for");
                return (Some(minutes), words);
            }
        }
    }
    (None, words)
}

/// "20m", "1h", "90", "half an hour", "twenty minutes".
fn length(typed: &str) -> Option<u16> {
    let typed = typed.trim().to_lowercase();
    let said = match typed.as_str() {
        "half an hour" | "half hour" => Some(30),
        "a quarter of an hour" | "quarter of an hour" | "a quarter hour" => Some(15),
        "three quarters of an hour" => Some(45),
        "one hour" => Some(60),
        typed => (1..=MOST_SAID).find(|n| spoken::minutes(*n) == typed),
    };
    if said.is_some() {
        return said;
    }
    let digits = typed.trim_start_matches(|c: char| c.is_ascii_digit());
    let (number, unit) = typed.split_at(typed.len().saturating_sub(digits.len()));
    let unit = match unit.trim() {
        "" | "m" | "min" | "mins" | "minute" | "minutes" => 1,
        "h" | "hour" | "hours" => 60,
        _ => return None,
    };
    let minutes = number.parse::<u16>().ok()?.checked_mul(unit)?;
    (1..=pact::act::MAX_PAUSE)
        .contains(&minutes)
        .then_some(minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_line_to_read_aloud() {
        assert_eq!(
            aloud(None, 20, Some("kitchen table."), 21 * 60 + 40, false),
            "I need twenty minutes. Kitchen table, twenty to ten."
        );
        assert_eq!(
            aloud(None, 30, None, 20, true),
            "I need thirty minutes. I am back at twenty past midnight, tomorrow."
        );
        assert_eq!(
            aloud(Some("I go out now."), 20, None, 600, false),
            "I go out now. I am back at ten o'clock."
        );
    }

    #[test]
    fn lengths() {
        assert_eq!(
            ["20m", "1h", "90", "24h", "5 min", "2 hours"].map(length),
            [20, 60, 90, 1440, 5, 120].map(Some)
        );
        assert_eq!(
            ["half an hour", "an hour", "Twenty minutes", "two hours"].map(length),
            [30, 60, 20, 120].map(Some)
        );
        assert_eq!(
            ["0", "25h", "2w", "", "-5", "99999999h", "m", "now"].map(length),
            [None; 8]
        );
    }

    #[test]
    fn the_length_is_found_among_the_words() {
        let of = |given: Option<&str>, words: &str| {
            let (minutes, aside) = sorted(&Args {
                length: given.map(str::to_owned),
                words: words.split_whitespace().map(str::to_owned).collect(),
            });
            (minutes, aside.join(" "))
        };
        for (given, words, minutes, aside) in [
            (None, "", None, ""),
            (None, "20m", Some(20), ""),
            (None, "for half an hour", Some(30), ""),
            (None, "voices 30m", Some(30), "voices"),
            (None, "now", None, "now"),
            (None, "--fro 45m", Some(45), "--fro"),
            (Some("30m"), "now", Some(30), "now"),
            (Some("half"), "an hour", Some(30), ""),
            (Some("1"), "hour", Some(60), ""),
            (Some("2w"), "", None, "2w"),
            (Some(""), "", None, ""),
        ] {
            assert_eq!(
                of(given, words),
                (minutes, aside.to_owned()),
                "{given:?} {words}"
            );
        }
    }
}
