//! `space`: no contact, from now. The valve is shut before anything is asked, opened or said.

use clap::Subcommand;
use identity::Day;
use node::space::{self, Announced, Reached, Standing, Taken};
use node::{Home, Places};
use pact::{Body, calendar};
use serde_json::{Value, json};

use crate::days;
use crate::desk::{Desk, not_now};
use crate::devices;
use crate::doing;
use crate::evening;
use crate::meeting;
use crate::names::Names;
use crate::render;
use crate::run::Done;
use crate::screens::leaf::Leaf;
use crate::spaces::{self, Spaces};
use crate::tray;
use crate::trouble::{Exit, Trouble, causes, home_trouble};

/// No contact, from now: start, change, end, show
///
/// Nothing leaves this device from then on, until you end it: it needs no
/// reason, no end and nobody's agreement. It works while this is locked, without
/// a network, and from a script. Then you are asked whether the other is to be
/// told: once, for at most ten seconds, and then it is silent whatever came of
/// it. From outside, silence looks as if this device were switched off.
///
/// It is about this device. If you use others, take space there too.
///
///   handfast space start
///   handfast space start --until 2025-04-01 --practical
///   handfast space start --silent --no-input             (in a script)
///   handfast space change --until sunday --tell
///   handfast space end
#[derive(Debug, Default, clap::Args)]
#[command(verbatim_doc_comment, disable_help_subcommand = true)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) what: Option<What>,
}

/// What to do about space.
#[derive(Debug, Subcommand)]
pub(crate) enum What {
    /// Take space on this device, now
    Start(Start),
    /// Change the day, the practical lane, or who knows
    Change(Change),
    /// End mine; nobody else can
    End,
    /// How it stands
    Show,
}

/// How it begins.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Start {
    /// A day that you name; you are asked on it, and it ends nothing by itself
    #[arg(long, value_name = "DAY")]
    pub(crate) until: Option<String>,
    /// Tell nobody
    #[arg(long)]
    pub(crate) silent: bool,
    /// Let short words about children and bills come and go
    #[arg(long)]
    pub(crate) practical: bool,
}

/// What changes.
#[derive(Debug, Default, clap::Args)]
pub(crate) struct Change {
    /// Name a day, or another one
    #[arg(long, value_name = "DAY", conflicts_with = "no_until")]
    pub(crate) until: Option<String>,
    /// Name no day
    #[arg(long)]
    pub(crate) no_until: bool,
    /// Open the practical lane
    #[arg(long, conflicts_with = "no_practical")]
    pub(crate) practical: bool,
    /// Close the practical lane, at once
    #[arg(long)]
    pub(crate) no_practical: bool,
    /// Tell the other, once, as it is then
    #[arg(long)]
    pub(crate) tell: bool,
}

pub(crate) fn run(args: &Args, desk: &mut Desk) -> Done {
    match &args.what {
        Some(What::Start(args)) => start(args, desk),
        Some(What::Change(args)) => change(args, desk),
        Some(What::End) => end(desk),
        Some(What::Show) | None => show(desk),
    }
}

fn start(args: &Start, desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    if let Some(taken) = spaces::taken(&places) {
        return already(taken, args, desk, &places);
    }
    // A day that cannot be read must not keep anybody from being left alone.
    let today = tray::today(&places)?;
    let until = day(args.until.as_deref(), today);
    let taken = Taken {
        practical: args.practical,
        until: until.as_ref().ok().copied().flatten(),
    };
    shut(&places, taken)?;
    if let Err(trouble) = until {
        return Err(Trouble {
            message: format!("{} {}", trouble.message, all_the_same(taken)),
            hint: Some("To name a day: handfast space change --until DAY".into()),
            ..trouble
        });
    }
    desk.out.talk(&begun(taken));
    let told = if args.silent {
        None
    } else {
        ask_to_tell(desk, taken)?
    };
    after(desk, &places, taken, told.as_ref());
    document(desk, Some(taken), told.as_ref(), true);
    Ok(Exit::Done)
}

/// Takes it although the rest of the line means nothing, and says so: a slip must not keep anybody
/// from being left alone.
pub(crate) fn start_anyway(args: &Start, desk: &Desk) -> Result<String, Trouble> {
    let places = desk.begun()?;
    if spaces::taken(&places).is_some() {
        return Ok("You have space; it stands as it stood.".to_owned());
    }
    let taken = Taken {
        practical: args.practical,
        until: None,
    };
    shut(&places, taken)?;
    Ok(all_the_same(taken))
}

/// What became of a line that was not understood to its end.
fn all_the_same(taken: Taken) -> String {
    let leaves = if taken.practical {
        "nothing but short words about children and bills leaves this device"
    } else {
        "nothing leaves this device"
    };
    format!("You have space all the same, without a day: {leaves}. Nobody was told.")
}

/// Space has been taken here before: nothing is lost by saying it twice.
fn already(taken: Taken, args: &Start, desk: &Desk, places: &Places) -> Done {
    desk.out
        .talk(spaces::mine(taken, tray::today(places)?).trim_start());
    if args.until.is_some() || args.practical != taken.practical {
        desk.out
            .talk("It stands as it stood. To change it: handfast space change");
    }
    document(desk, Some(taken), None, false);
    Ok(Exit::Done)
}

fn begun(taken: Taken) -> String {
    if taken.practical {
        "You have space. Nothing leaves this device from now on but short words about children and \
         bills: at most 280 characters, three a day from each of you. They show when you can be \
         reached. To close that at once:\n  handfast space change --no-practical"
            .to_owned()
    } else {
        "You have space. Nothing leaves this device from now on.".to_owned()
    }
}

/// Asks whether the other is to be told, with what would be signed before one's eyes. It is silent
/// meanwhile, and Enter keeps it so.
fn ask_to_tell(desk: &mut Desk, taken: Taken) -> Result<Option<Told>, Trouble> {
    let later = "Nobody was told. To tell once, later: handfast space change --tell";
    if !desk.attended() {
        desk.out.talk(later);
        return Ok(None);
    }
    let opened = desk.with_home(|desk, home| {
        if !home.is_paired() {
            return Ok(None);
        }
        tell(desk, home, taken)
    });
    match opened {
        Ok(told) => {
            if told.is_none() {
                desk.out.talk(later);
            }
            Ok(told)
        }
        // The silence needs no passphrase.
        Err(trouble) => {
            desk.out.talk(&format!("{} {later}", trouble.message));
            Ok(None)
        }
    }
}

/// What came of telling.
struct Told {
    other: String,
    reached: Reached,
    untold: Vec<String>,
}

fn tell(desk: &mut Desk, home: &mut Home, taken: Taken) -> Result<Option<Told>, Trouble> {
    let names = Names::of(home)?;
    let other = render::title(&names.other, 30);
    let day = taken.until.map_or_else(String::new, |day| {
        format!(", and named {}", calendar::name(day))
    });
    let mut page = format!("\n{}", render::heading("SIGN", "it stays"));
    page.push_str(&render::wrap(&format!(
        "\n  \"{} has taken space{day}.\"\n\n  {other} can show this to anybody, with proof that you \
         signed it. One attempt, at most ten seconds; then this device is silent, whatever came of \
         it. What you had signed before and has not gone yet goes along. {other} hears of the end when \
         you have ended it and your devices meet.",
        render::title(&names.mine, 30)
    )));
    if home.last_grace().is_some() {
        page.push_str(&render::wrap(
            "  What you wrote in the last minutes goes along: for that there is no undo then.",
        ));
    }
    page.push_str(&format!(
        "\n[Enter] tell nobody    [t] tell {other}, once\n"
    ));
    desk.out.page(&page);
    if desk.ask.choose(&["t"]) != Some("t") {
        return Ok(None);
    }
    desk.out.talk("Trying, for at most ten seconds.");
    let Announced {
        other: reached,
        untold,
    } = node::meet::announce(home, taken.until).map_err(meeting::trouble)?;
    let devices = devices::of(home.replica().map_err(home_trouble)?, &names);
    let name = |log| devices.iter().find(|device| device.log == log);
    Ok(Some(Told {
        other,
        reached,
        untold: untold
            .into_iter()
            .filter_map(|log| Some(name(log)?.name.clone()))
            .collect(),
    }))
}

/// What is to be known once it is silent.
fn after(desk: &mut Desk, places: &Places, taken: Taken, told: Option<&Told>) {
    let mut said = String::new();
    if let Some(told) = told {
        let other = &told.other;
        let silent = if taken.practical {
            "From now on nothing leaves but those short words."
        } else {
            "From now on nothing leaves."
        };
        said.push_str(&match told.reached {
            Reached::Told => format!("{other} has been told. {silent}\n"),
            Reached::Perhaps => format!(
                "The line ended on the way: {other} may have been told, or not. {silent}\n"
            ),
            Reached::OwnAlone => format!(
                "{other} could not be told; another device of yours was. {silent}\n"
            ),
            Reached::Nobody if taken.practical => format!(
                "{other} could not be told, and what was signed for it is taken back. {silent}\n"
            ),
            Reached::Nobody => format!(
                "{other} could not be told. It is silent all the same, and what was signed for it is \
                 taken back: from outside this device is as if switched off.\n"
            ),
        });
    }
    let untold = told.map_or_else(
        || own_others(desk, places),
        |told| Some(told.untold.clone()),
    );
    match untold {
        Some(names) if names.is_empty() => {}
        Some(names) => said.push_str(&format!(
            "Not told, and not silent: {}. Take space there too.\n",
            names.join(", ")
        )),
        None => said.push_str("If you use other devices, take space there too.\n"),
    }
    if told.is_none() && taken.practical {
        said.push_str(
            "A changed program on the other side can tell from the practical words that you took space.\n",
        );
    }
    said.push_str("It ends when you end it: handfast space end");
    desk.out.talk(&said);
}

/// Own devices that go on, by name; none where this home is closed.
fn own_others(desk: &mut Desk, places: &Places) -> Option<Vec<String>> {
    let mut home = evening::open_unasked(desk, places)?;
    let named = (|| {
        if !home.is_paired() {
            return Some(Vec::new());
        }
        let others = home.own_other_devices().ok()?;
        let names = Names::of(&mut home).ok()?;
        let devices = devices::of(home.replica().ok()?, &names);
        let of = |device: devices::Device| others.contains(&device.log).then_some(device.name);
        Some(devices.into_iter().filter_map(of).collect())
    })();
    desk.hold(home);
    named
}

fn change(args: &Change, desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    let Some(before) = spaces::taken(&places) else {
        return Err(
            Trouble::refused("no-space", "You have not taken space on this device.")
                .hint("To take it, from now: handfast space start"),
        );
    };
    let nothing = args.until.is_none()
        && !(args.no_until || args.practical || args.no_practical || args.tell);
    if nothing {
        return Err(Trouble::usage("What is to change?").hint(
            "handfast space change --until DAY, or --no-until\n\
             handfast space change --practical, or --no-practical\n\
             handfast space change --tell",
        ));
    }
    let until = match &args.until {
        Some(typed) => day(Some(typed), tray::today(&places)?)?,
        None if args.no_until => None,
        None => before.until,
    };
    // What makes it more silent waits for nothing; what makes it less needs its person.
    let narrower = Taken {
        practical: before.practical && !args.no_practical,
        until,
    };
    if narrower != before {
        shut(&places, narrower)?;
    }
    let taken = Taken {
        practical: args.practical || narrower.practical,
        until,
    };
    if taken.practical && !before.practical {
        if !desk.attended() {
            return Err(Trouble::in_person("Opening the practical lane needs you."));
        }
        desk.with_home(|_, _| Ok(()))?;
        shut(&places, taken)?;
        desk.out.talk(&begun(taken));
    }
    let told = if args.tell {
        if !desk.attended() {
            return Err(Trouble::in_person("Telling somebody needs you."));
        }
        desk.with_home(|desk, home| {
            Names::of(home)?;
            tell(desk, home, taken)
        })?
    } else {
        None
    };
    if told.is_some() {
        after(desk, &places, taken, told.as_ref());
    } else {
        let mut said = spaces::mine(taken, tray::today(&places)?);
        if taken != before {
            said.push_str(
                "Nobody is told of the change. To tell once: handfast space change --tell",
            );
        }
        desk.out.talk(said.trim_start());
    }
    let changed = taken != before || told.is_some();
    document(desk, Some(taken), told.as_ref(), changed);
    Ok(Exit::Done)
}

fn end(desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    if !desk.attended() {
        return Err(Trouble::in_person("Ending space needs you."));
    }
    desk.with_home(|desk, home| {
        let open = space::standing(&places) == Standing::Open;
        if home.has_lost_state() {
            return Err(Trouble::refused(
                "lost-state",
                "This home came here without what this machine knew of it, so nothing leaves it.",
            )
            .hint("To go on with it, with your passphrase: handfast sync"));
        }
        if !home.is_paired() {
            if open {
                return Ok(none_taken(desk));
            }
            open_again(&places)?;
            desk.out.talk("Your space has ended.");
            document(desk, None, None, true);
            return Ok(Exit::Done);
        }
        let names = Names::of(home)?;
        // An attempt that was cut off: nobody was told of it, so nobody hears of its end.
        home.settle_announcement().map_err(home_trouble)?;
        let announced = home.space_announced().map_err(home_trouble)?.is_some();
        if open && !announced {
            return Ok(none_taken(desk));
        }
        if announced {
            let leaf = Leaf {
                says: "You have ended your space.",
                at_once: true,
                ..Leaf::default()
            };
            doing::sign_shown(desk, home, &names, &leaf, Body::SpaceEnded, None)?;
        } else if desk.ask.answered()
            && desk.ask.yes("This device meets again then. End your space?") != Some(true)
        {
            return Err(not_now());
        }
        open_again(&places)?;
        let other = render::title(&names.other, 30);
        let heard = if announced {
            let undo = match home.last_grace() {
                Some(grace) => format!(
                    " For {} you can take that back: handfast undo",
                    doing::span(grace.as_secs())
                ),
                None => String::new(),
            };
            format!("{other} hears of it when your devices meet.{undo}")
        } else {
            "Nobody was told of it, and nobody is told of its end.".to_owned()
        };
        desk.out.talk(&format!(
            "Your space has ended here: this device meets again.\n{heard}\n\
             If {other} wrote a letter meanwhile, it comes closed. You may leave it so, open it or drop \
             it; {other} is never told which.\n\
             If handfast serve ran before, start it again."
        ));
        document(desk, None, None, true);
        Ok(Exit::Done)
    })
}

fn none_taken(desk: &Desk) -> Exit {
    desk.out
        .talk("You have not taken space on this device. To take it: handfast space start");
    document(desk, None, None, false);
    Exit::Done
}

fn show(desk: &mut Desk) -> Done {
    let places = desk.begun()?;
    let today = tray::today(&places)?;
    // Who took it may look without a passphrase; what the other announced lies in the closed home.
    let taken = spaces::taken(&places);
    let home = if taken.is_some() {
        evening::open_unasked(desk, &places)
    } else {
        Some(desk.take_home()?)
    };
    let Some(mut home) = home else {
        if let Some(taken) = taken {
            desk.out.data(spaces::mine(taken, today).trim_start());
            document(desk, Some(taken), None, false);
        }
        return Ok(Exit::Done);
    };
    let told = shown(desk, &mut home, today);
    desk.hold(home);
    told
}

fn shown(desk: &Desk, home: &mut Home, today: Day) -> Done {
    let known = Spaces::of(home)?;
    let mut page = if home.is_paired() {
        known.told(&Names::of(home)?, today)
    } else {
        known
            .mine
            .map_or_else(String::new, |taken| spaces::mine(taken, today))
    };
    if known.mine.is_some() && home.is_paired() {
        let other = render::title(&Names::of(home)?.other, 30);
        page.push_str(&if known.announced {
            format!("{other} was told, or may have been.\n")
        } else {
            format!("{other} was not told.\n")
        });
    }
    if space::standing(home.places()) == Standing::Lost {
        page.push_str("Nothing leaves this device: what was kept beside it here is lost.\n");
        let again = if home.has_lost_state() {
            "handfast sync"
        } else {
            "handfast space end"
        };
        page.push_str(&render::row("To let it meet again", "", again));
    } else if page.is_empty() {
        page.push_str("Nobody has taken space, as far as is known here.\n");
        page.push_str(&render::row(
            "No contact, from now",
            "",
            "handfast space start",
        ));
    }
    desk.out.data(page.trim_start());
    desk.out.document("space", json!({ "space": known.json() }));
    Ok(Exit::Done)
}

/// A day that comes.
fn day(typed: Option<&str>, today: Day) -> Result<Option<Day>, Trouble> {
    match days::ahead(typed, today)? {
        Some(day) if day <= today => Err(Trouble::usage(format!(
            "{} is over, or is today; a later day can be named.",
            calendar::name(day)
        ))
        .code("day")
        .hint("--until sunday, or --until 2025-04-01")),
        day => Ok(day),
    }
}

fn shut(places: &Places, taken: Taken) -> Result<(), Trouble> {
    space::take(places, taken).map_err(|error| {
        let said = match space::standing(places) {
            Standing::Open => "You have NOT got space: this device may still meet.",
            Standing::Taken(_) | Standing::Lost => {
                "Nothing leaves this device, but the day was not kept."
            }
        };
        Trouble::refused("space", format!("{said} {}.", causes(&error))).hint(
            "Switch off its network, or end the program everywhere: handfast lock. Then try again.",
        )
    })
}

fn open_again(places: &Places) -> Result<(), Trouble> {
    space::end(places).map_err(|error| {
        Trouble::refused(
            "space",
            format!("It could not be ended: {}.", causes(&error)),
        )
        .hint("It is silent still. Try again: handfast space end")
    })
}

fn document(desk: &Desk, taken: Option<Taken>, told: Option<&Told>, changed: bool) {
    let known = taken.map(|taken| {
        json!({
            "until": taken.until.map(calendar::iso),
            "practical": taken.practical,
        })
    });
    let told = told.map(|told| {
        json!({
            "other": match told.reached {
                Reached::Told => "told",
                Reached::Perhaps => "perhaps",
                Reached::OwnAlone => "own-devices-alone",
                Reached::Nobody => "not-told",
            },
            "own_devices_not_told": told.untold,
        })
    });
    desk.out.document(
        "space",
        json!({ "mine": known.unwrap_or(Value::Null), "told": told, "changed": changed }),
    );
}
