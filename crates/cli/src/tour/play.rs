//! What happens in the tour, told as it happens.

use super::stage::{PASSPHRASE, Player, Stage};
use crate::trouble::Trouble;

use Player::{Ana, Ben};

/// The whole play.
pub(super) fn all(stage: &Stage) -> Result<(), Trouble> {
    beginning(stage)?;
    writing_together(stage)?;
    both_signatures(stage)?;
    eleven_days(stage)?;
    ahead_and_after(stage)?;
    each_their_own(stage)?;
    checked(stage)
}

fn beginning(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("Sunday 2 March, in the evening");
    stage.at("2025-03-02T19:00")?;
    stage.tell(
        "Ana and Ben sit at one table, each with a computer. Ben has lied about where Ben was in \
         the evenings; they have talked, and want to write down what each will do. Each begins on a \
         device of their own, with a passphrase of their own.",
    );
    let start = ["start", "--rehearsal"];
    stage.run(Ana, &start, &["", PASSPHRASE, PASSPHRASE, "Ana"])?;
    stage.tell("Ben does the same.");
    stage.run_quietly(Ben, &start, &["", PASSPHRASE, PASSPHRASE, "Ben"])?;
    stage.tell(
        "From here on each command asks for the passphrase first; that line is left out below.",
    );

    stage.tell(
        "Ana sets where this device can be met; here it is this machine, at home it is an address in \
         the home network. Ana shows an invitation, and Ben takes it up. Their devices talk to each \
         other directly.",
    );
    stage.run(
        Ana,
        &["settings", "listen", &free_address()?],
        &[PASSPHRASE],
    )?;
    let invite = ["invite"];
    let mut inviting = stage.begin(Ana, &invite, &[PASSPHRASE, "Ben", "y"])?;
    stage.until(&mut inviting, |shown| ticket(shown).is_some())?;
    let code = ticket(&inviting.shown).unwrap_or_default();
    let joined = stage.run_quietly(Ben, &["join"], &[PASSPHRASE, &code, "Ana", "y"])?;
    stage.finish(&mut inviting)?;
    stage.show(Ana, &invite, &inviting.shown);
    stage.show(Ben, &["join"], &joined);
    stage.tell(
        "Both saw the same six words and said yes. Had somebody stood between them, the words \
         would have differed, and nothing would have been shared.",
    );
    Ok(())
}

fn writing_together(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("The plan is a draft first, and both write it");
    stage.at("2025-03-02T19:20")?;
    stage.run(
        Ben,
        &[
            "promise",
            "Home by six",
            "--every",
            "weekday",
            "--by",
            "18:00",
            "--text",
            "I am home by six on weekdays. If it gets later, I say so before six.",
        ],
        &[PASSPHRASE],
    )?;
    for (title, every) in [
        ("Anger-management evening", "tuesday"),
        ("Yoga", "monday,thursday"),
    ] {
        stage.run(Ben, &["promise", title, "--every", every], &[PASSPHRASE])?;
    }
    stage.tell("And a plan for the moments when voices rise.");
    stage.run(
        Ben,
        &[
            "when-then",
            "When voices rise",
            "--mine",
            "goes to the other room, reads or lies down",
            "--theirs",
            "stays calm and does not follow",
            "--pause",
            "20m",
            "--back",
            "The kitchen table",
        ],
        &[PASSPHRASE],
    )?;
    stage.run(
        Ana,
        &[
            "promise",
            "One topic at a time",
            "--text",
            "When we argue, I bring up one thing.",
        ],
        &[PASSPHRASE],
    )?;
    stage.at("2025-03-02T19:30")?;
    stage.tell("For two minutes each could have taken a step back. Now their devices meet.");
    meet(stage, true)?;

    stage.scene("Monday 3 March: Ana on a train, Ben at home");
    stage.at("2025-03-03T08:10")?;
    stage.tell("Without a network, both change the same sentence at the same time.");
    stage.run(
        Ana,
        &[
            "edit",
            "home",
            "--text",
            "I am home by six on weekdays. If it gets later, I call before six.",
        ],
        &[PASSPHRASE],
    )?;
    stage.run(
        Ben,
        &[
            "edit",
            "home",
            "--text",
            "I am home by six on working days. If it gets later, I say so before six.",
        ],
        &[PASSPHRASE],
    )?;
    stage.at("2025-03-03T18:30")?;
    stage.tell("In the evening their devices meet again. Both changes are there, in both homes.");
    meet(stage, false)?;
    stage.run(Ana, &["plan", "home"], &[PASSPHRASE])?;
    stage.run(Ben, &["plan", "home"], &[PASSPHRASE])?;
    Ok(())
}

fn both_signatures(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("Thursday 6 March: Ben offers");
    stage.at("2025-03-06T20:00")?;
    stage.tell("A draft binds nobody. Ben signs these exact words, and asks for Ana's signature.");
    stage.run(Ben, &["offer", "home"], &[PASSPHRASE, "s"])?;
    for what in ["anger", "yoga", "voices"] {
        stage.run_quietly(Ben, &["offer", what], &[PASSPHRASE, "s"])?;
    }
    stage.run_quietly(Ana, &["offer", "topic"], &[PASSPHRASE, "s"])?;
    stage.tell(
        "Ben offers the other two as well and the plan for hard evenings, and Ana offers one of Ana's. \
         A boundary needs no offer: it says what Ana does, and is in force when Ana signs.",
    );
    stage.run(
        Ana,
        &[
            "boundary",
            "When I am asked the same thing late at night, I will answer it the next day.",
        ],
        &[PASSPHRASE, "s"],
    )?;
    stage.at("2025-03-06T20:10")?;
    meet(stage, false)?;

    stage.scene("Friday 7 March: Ana agrees, the next morning");
    stage.at("2025-03-07T07:30")?;
    stage.run(Ana, &["status"], &[PASSPHRASE])?;
    stage.tell("Ana reads it and signs. The passphrase is asked again for this.");
    stage.run(Ana, &["agree", "home"], &[PASSPHRASE, "s", PASSPHRASE])?;
    for what in ["anger", "yoga", "voices"] {
        stage.run_quietly(Ana, &["agree", what], &[PASSPHRASE, "s", PASSPHRASE])?;
    }
    stage.run_quietly(Ben, &["agree", "topic"], &[PASSPHRASE, "s", PASSPHRASE])?;
    stage.at("2025-03-07T07:40")?;
    meet(stage, false)?;
    stage.tell("It counts from the next day. Ana edits the draft once more: what was agreed stays as it is.");
    stage.run(Ana, &["edit", "home", "--by", "18:30"], &[PASSPHRASE])?;
    stage.run(Ana, &["compare", "home"], &[PASSPHRASE])?;
    Ok(())
}

fn eleven_days(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("From Monday 10 March: the days");
    stage.at("2025-03-10T17:58")?;
    stage.run(Ben, &["kept", "home"], &[PASSPHRASE])?;
    stage.tell("That was the wrong key, and Ben takes it back. For two minutes nothing has left.");
    stage.run(Ben, &["undo"], &[PASSPHRASE])?;
    stage.run(
        Ben,
        &["kept", "home", "--note", "Took the early train"],
        &[PASSPHRASE],
    )?;
    stage.tell("Ben does so on ten more weekdays; for Ana they come in together, later.");
    for day in ["11", "12", "13", "14", "17", "18", "19", "20", "21", "24"] {
        stage.at(&format!("2025-03-{day}T18:05"))?;
        stage.run_quietly(Ben, &["kept", "home"], &[PASSPHRASE])?;
    }
    stage.at("2025-03-24T19:00")?;
    stage.run(
        Ana,
        &[
            "thanks",
            "Every evening I heard the door before six. Thank you.",
            "--for",
            "home",
        ],
        &[PASSPHRASE],
    )?;
    stage.at("2025-03-24T19:10")?;
    meet(stage, false)?;
    stage.run(Ben, &["status"], &[PASSPHRASE])?;
    Ok(())
}

fn ahead_and_after(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("Tuesday 25 March: late, and said before");
    stage.at("2025-03-25T17:00")?;
    stage.run(
        Ben,
        &[
            "heads-up",
            "home",
            "Nearer half past six, the dentist runs late.",
        ],
        &[PASSPHRASE],
    )?;
    stage.at("2025-03-25T17:05")?;
    meet(stage, false)?;
    stage.run(Ana, &["status"], &[PASSPHRASE])?;
    stage.tell("Ana says that it was heard. Hearing is not agreeing.");
    stage.run(Ana, &["heard", "home"], &[PASSPHRASE])?;

    stage.scene("Thursday 27 March: late, without a word");
    stage.at("2025-03-27T21:00")?;
    stage.tell("Nobody writes this down for Ben. Ben does it, the same evening.");
    stage.run(
        Ben,
        &[
            "missed",
            "home",
            "--note",
            "Stayed until eight and did not call.",
        ],
        &[PASSPHRASE],
    )?;
    stage.run(
        Ben,
        &["amends", "home", "An alarm at five, from now on."],
        &[PASSPHRASE, "s"],
    )?;
    stage.tell("What came before stays as it was; nothing starts again from the beginning.");
    Ok(())
}

fn each_their_own(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("Friday 28 March: Ana's own");
    stage.at("2025-03-28T21:00")?;
    stage.tell("This time it was Ana who brought up three topics at once, and Ana who says so.");
    stage.run(
        Ana,
        &[
            "missed",
            "topic",
            "--note",
            "Three topics at once on Friday",
        ],
        &[PASSPHRASE],
    )?;
    stage.tell(
        "Voices rise. Ben stops: one line to read aloud, and when Ben is back. This needs no plan and \
         no passphrase; what is to be signed of it waits until Ben unlocks.",
    );
    stage.at("2025-03-28T21:20")?;
    stage.run(Ben, &["pause"], &[])?;
    stage.at("2025-03-28T21:39")?;
    stage.run(Ben, &["back"], &[])?;
    stage.at("2025-04-01T19:00")?;
    stage.scene("Tuesday 1 April: looking back");
    stage.tell(
        "On Monday neither noted anything. That stays a blank, on both screens: nothing counts it, \
         nothing asks about it.",
    );
    meet(stage, false)?;
    stage.run(Ana, &["log", "--since", "2025-03-24"], &[PASSPHRASE])?;
    stage.run(Ana, &["days", "home"], &[PASSPHRASE])?;
    stage.run(Ben, &["plan", "home"], &[PASSPHRASE])?;
    Ok(())
}

fn checked(stage: &Stage) -> Result<(), Trouble> {
    stage.scene("Everything, checked on both sides");
    for who in [Ana, Ben] {
        stage.run(who, &["verify"], &[PASSPHRASE])?;
    }
    Ok(())
}

/// Ana waits and Ben comes; shown in full once, then in one line.
fn meet(stage: &Stage, shown: bool) -> Result<(), Trouble> {
    let wait = ["sync", "--wait", "20"];
    let mut waiting = stage.begin(Ana, &wait, &[PASSPHRASE])?;
    // So that Ana's device listens before Ben's knocks; should it not, Ana's knocks itself.
    std::thread::sleep(std::time::Duration::from_millis(250));
    let came = stage.run_quietly(Ben, &["sync"], &[PASSPHRASE])?;
    stage.finish(&mut waiting)?;
    if shown {
        stage.show(Ana, &wait, &waiting.shown);
        stage.show(Ben, &["sync"], &came);
    } else {
        stage.plain("\n(Their devices meet: handfast sync, on both.)\n");
    }
    Ok(())
}

/// An address on this machine that nobody uses.
fn free_address() -> Result<String, Trouble> {
    let socket = std::net::UdpSocket::bind("127.0.0.1:0").and_then(|socket| socket.local_addr());
    socket.map(|address| address.to_string()).map_err(|error| {
        Trouble::refused(
            "tour",
            format!("This machine has no network of its own (loopback): {error}."),
        )
        .hint("The tour needs the loopback network; look at how this machine is set up.")
    })
}

/// The invitation's code in what was shown.
fn ticket(shown: &str) -> Option<String> {
    shown
        .split_inclusive(char::is_whitespace)
        .find(|word| {
            word.starts_with("hf1") && word.len() > 40 && word.ends_with(char::is_whitespace)
        })
        .map(|word| word.trim().to_owned())
}
