//! What two people say to each other in confidence: how it was heard, asking for a talk, a sorry, the
//! story of a setback; each kept as a draft on the way, each taken back within its two minutes.

use crate::people::World;
use crate::words::id;

fn said(world: &World, who: &str, args: &[&str], answers: &[&str]) {
    world.run(who, args, answers).ends(0);
}

/// Both meet, ten minutes later.
fn later(world: &World, instant: &str) {
    world.at(instant);
    world.meet();
}

/// Read; what I understood; not quite: each is words, and none of it is asked for.
#[test]
fn s6_how_words_were_heard_is_told_by_hand_alone() {
    let world = World::met();
    said(
        &world,
        "ana",
        &["say"],
        &["I counted the glasses.", ".", "y"],
    );
    later(&world, "2025-03-02T19:10");
    let told = id(&world, "ben", "say", false);
    world
        .run("ben", &["heard", &told], &["r", "y"])
        .ends(1)
        .says("It is not opened yet.");
    // Reading says nothing to the writer, by no exchange.
    said(&world, "ben", &["words", &told], &[]);
    later(&world, "2025-03-02T19:20");
    let listed = world.run("ana", &["words"], &[]).ends(0);
    listed.never_says("From Ben").never_says("read");
    // What he understood, as a draft first.
    world
        .run(
            "ben",
            &["heard", &told, "--understood"],
            &["You were worried about the money.", ".", ""],
        )
        .ends(0)
        .says(&format!("handfast heard {told} --understood"));
    world
        .run("ben", &["heard", &told, "--understood"], &["g", "y"])
        .ends(0)
        .says("What you understood. Hearing is not agreeing.");
    later(&world, "2025-03-02T19:30");
    let answer = id(&world, "ana", "heard", false);
    let mine = id(&world, "ana", "say", true);
    world
        .run("ana", &["words", &answer], &[])
        .ends(0)
        .says("This is what I understood:")
        .says("  | You were worried about the money.")
        .says(&format!("It answers: handfast words {mine}"));
    said(
        &world,
        "ana",
        &["heard", &answer],
        &["n", "About you, not the money.", ".", "y"],
    );
    later(&world, "2025-03-02T19:40");
    let quite = id(&world, "ben", "heard", false);
    world
        .run("ben", &["words", &quite], &[])
        .ends(0)
        .says("That is not quite it:");
    world
        .run("ben", &["heard", &quite], &["r", "y"])
        .ends(0)
        .says("You say that you read it, and nothing more.");
    later(&world, "2025-03-02T19:50");
    let read = id(&world, "ana", "heard", false);
    // The list is by day, so the newest answer is looked for.
    let all = world.run("ana", &["words", "--json"], &[]).ends(0).json();
    assert!(all["words"].as_array().unwrap().len() >= 4, "{read}: {all}");
    // Wrongly.
    world
        .run("ben", &["heard", &told, "You were angry"], &[])
        .ends(2)
        .says("never typed on the command line")
        .never_says("angry");
    world
        .run("ben", &["heard", "zzzzzz", "--understood"], &[])
        .ends(1);
    world.run("ben", &["heard", "zzzzzz"], &[]).ends(1);
    world
        .run("ben", &["heard", &told, "--understood", "--not-quite"], &[])
        .ends(2);
    world
        .run("ana", &["heard", &mine, "--understood"], &[])
        .ends(1)
        .says("That is yours.");
    world
        .run_unattended("ben", &["heard", &told, "--understood"])
        .ends(2)
        .says("A script has to bring the words");
    world.run("ben", &["heard", &told], &[""]).ends(0);
}

/// A time and a place; yes, later, no.
#[test]
fn a_talk_is_asked_for_and_later_is_an_answer() {
    let world = World::met();
    // Stopped after the first question, and gone on with.
    world
        .run("ben", &["talk"], &["Friday at six", ".", ""])
        .ends(0)
        .says("Kept as a draft");
    world
        .run("ben", &["talk"], &["g", "The kitchen table", ".", ".", "y"])
        .ends(0)
        .says("When:")
        .says("Friday at six")
        .says("Yes, later and no are all answers.");
    later(&world, "2025-03-02T19:10");
    world
        .run("ana", &["talk", "yes"], &[".", "y"])
        .ends(1)
        .says("It is not opened yet.");
    let asked = id(&world, "ana", "talk", false);
    world
        .run("ana", &["words", &asked], &[])
        .ends(0)
        .says("May we talk?")
        .says("A request to talk, dated")
        .says(&format!("handfast talk yes|later|no {asked}"))
        .says("  | The kitchen table");
    world
        .run("ana", &["talk", "later"], &[""])
        .ends(0)
        .says("Not now");
    world
        .run("ana", &["talk", "later"], &["On Sunday.", ".", "y"])
        .ends(0)
        .says("Not now; later.");
    later(&world, "2025-03-02T19:20");
    let answer = id(&world, "ben", "talk", false);
    world
        .run("ben", &["words", &answer], &[])
        .ends(0)
        .says("Not now; later.")
        .says("On Sunday.");
    world
        .run("ben", &["words"], &[""])
        .ends(0)
        .says("An answer about a talk")
        .says("A request to talk");
    // Wrongly.
    for line in [
        &["talk", "maybe"][..],
        &["talk", "Friday at six?"],
        &["talk", "yes", "gladly and soon"],
        &["talk", "yes", "zzzzzz", "more"],
    ] {
        world
            .run("ana", line, &[])
            .ends(2)
            .never_says("gladly")
            .never_says("Friday at");
    }
    world.run("ana", &["talk", "yes", "zzzzzz"], &[]).ends(1);
    world.run_unattended("ana", &["talk", "no"]).ends(6);
    world.run("ana", &["talk"], &[""]).ends(0).says("Not now");
}

/// Question by question, kept on the way, remarked on, sent in confidence; signing it is another step.
#[test]
fn a_sorry_is_guided_and_resumed_and_signed_only_by_itself() {
    let world = World::met();
    world.agreed("Home by six", &["--every", "weekday", "--by", "18:00"]);
    world.at("2025-03-10T20:00");
    said(
        &world,
        "ben",
        &["missed", "home", "--on", "2025-03-07"],
        &[],
    );
    let begin = ["sorry", "--about", "home"];
    let stopped = world
        .run("ben", &begin, &["You waited until ten.", ".", ""])
        .ends(0)
        .says("1 of 5.  What have you heard from Ana about how it was?")
        .says("2 of 5.  What did you do?")
        .says("Kept as a draft");
    let line = stopped.err.lines().last().unwrap().trim().to_owned();
    let words: Vec<&str> = line.split(' ').skip(1).collect();
    assert_eq!(words[..2], ["sorry", "--about"]);
    // What is not finished is not signed, and the first two are not left out.
    let unfinished = [&words[..], &["--sign"]].concat();
    world
        .run("ben", &unfinished, &["s"])
        .ends(1)
        .says("It does not say yet what you did.");
    world
        .run("ben", &words, &["g", "."])
        .ends(0)
        .says("ended empty, it stops here")
        .says("Kept as a draft");
    let sent = world
        .run(
            "ben",
            &words,
            &[
                "g",
                "I lied about the train, but you would have been angry.",
                ".",
                ".",
                "I call before six.",
                ".",
                ".",
                "1",
                "w",
                "2",
                "n",
                "I lied about the train.",
                ".",
                "y",
            ],
        )
        .ends(0);
    let first = sent
        .err
        .find("what follows can undo what came before")
        .unwrap();
    let page = sent.err.rfind("SEND, CONFIDENTIAL").unwrap();
    assert!(first < page, "it was said before the words were mended");
    let sent = sent
        .says("A sorry, about: missed, Home by six")
        .says("It arrives closed, and");
    assert!(sent.err.contains("You waited until ten."));
    world
        .run("ben", &["words"], &[])
        .ends(0)
        .never_says("Drafts");
    // Thanks do not lead on the day on which it comes.
    said(&world, "ben", &["thanks", "You waited with supper."], &[]);
    later(&world, "2025-03-10T20:10");
    let page = world.run("ana", &["status"], &[]).ends(0);
    let (sorry, thanks) = (page.out.find("A sorry."), page.out.find("Thanks from Ben"));
    assert!(sorry.unwrap() < thanks.unwrap(), "{}", page.out);
    let page = page.never_says("train").never_says("until ten");
    assert!(page.out.contains("Open it when you like."));
    let closed = id(&world, "ana", "sorry", false);
    world
        .run("ana", &["words", &closed], &[])
        .ends(0)
        .says("About what Ben noted: missed, Home by six")
        .says("What I did")
        .says("  | I lied about the train.")
        .says("What I will change")
        .says("The promise: Home by six.");
    // The next day thanks lead again, and nothing has asked Ana for anything.
    world.at("2025-03-11T20:10");
    said(&world, "ben", &["thanks", "And again."], &[]);
    later(&world, "2025-03-11T20:20");
    let page = world.run("ana", &["status"], &[]).ends(0);
    assert!(page.out.contains("Thanks from Ben") && !page.out.contains("sorry"));
    // Nothing of it is signed until that is asked for, with the whole text before it.
    let log = world.run("ben", &["log", "--json"], &[]).ends(0);
    assert!(!log.out.contains("sorry") && !log.out.contains("train"));
    world
        .run("ben", &["sorry", "--sign"], &[""])
        .ends(0)
        .says("SIGN")
        .says("Not now");
    let signed = world.run("ben", &["sorry", "--sign"], &["s"]).ends(0);
    let whole = signed.err.find("I lied about the train.").unwrap();
    assert!(whole < signed.err.find("Signed: it stays.").unwrap());
    later(&world, "2025-03-11T20:30");
    let status = world.run("ana", &["status"], &[]).ends(0);
    let row = status
        .out
        .lines()
        .find(|line| line.contains("Signed, and closed"))
        .unwrap();
    assert!(!status.out.contains("train"), "{}", status.out);
    let record = row.split_whitespace().last().unwrap();
    world
        .run("ana", &["log"], &[])
        .ends(0)
        .says("signed a sorry")
        .never_says("train");
    world
        .run("ana", &["heard", record], &["s"])
        .ends(1)
        .says("It is not opened yet.")
        .never_says("train");
    world
        .run("ana", &["words", record], &[])
        .ends(0)
        .says("A sorry, signed by Ben")
        .says("I lied about the train.");
    // Opened, it is not new any more; and it can be heard by its id.
    world
        .run("ana", &["status"], &[])
        .ends(0)
        .never_says("Signed, and closed");
    world
        .run("ana", &["heard", record], &["s"])
        .ends(0)
        .says("You heard it: a sorry");
    // Wrongly.
    world
        .run("ben", &["sorry", "I am sorry"], &[])
        .ends(2)
        .never_says("I am sorry");
    world
        .run("ben", &["sorry", "--about", "nothing"], &[])
        .ends(1);
    world
        .run("ana", &["sorry", "--sign"], &[])
        .ends(1)
        .says("no sorry of yours");
    world.run_unattended("ben", &["sorry"]).ends(6);
    world.run("ben", &["sorry", "--fade", "100"], &[]).ends(2);
    world.run("ben", &["sorry"], &[""]).ends(0).says("Not now");
}

/// The mark is signed; its story fades, and names it.
#[test]
fn the_story_of_a_setback_is_told_in_confidence() {
    let world = World::met();
    world
        .run("ana", &["setback", "--story"], &["x"])
        .ends(1)
        .says("no setback of yours");
    world
        .run("ben", &["setback", "--note", "I shouted."], &["s"])
        .ends(0)
        .says("handfast setback --story");
    world
        .run(
            "ben",
            &["setback", "--story", "--fade", "5"],
            &["It began at the door. You made me shout.", ".", "y"],
        )
        .ends(0)
        .says("How it was: setback")
        .says("says what Ana is, wants or caused.")
        .says("To Ana. 5 days after Ana opens it");
    later(&world, "2025-03-02T19:10");
    let story = id(&world, "ana", "story", false);
    world
        .run("ana", &["words", &story], &[])
        .ends(0)
        .says("About what Ben noted: setback")
        .says("It began at the door.");
    world
        .run("ana", &["log"], &[])
        .ends(0)
        .never_says("the door");
    world
        .run("ben", &["setback", "voices", "It was loud"], &[])
        .ends(2);
    world
        .run("ben", &["setback", "--story", "--note", "x"], &[])
        .ends(2);
}

/// The last step is taken back, whether it was signed or said; what was said is a draft again.
#[test]
fn undo_takes_back_the_last_step_words_or_an_entry() {
    let world = World::met();
    said(&world, "ben", &["thanks", "For the soup."], &[]);
    world.at("2025-03-02T19:01");
    said(
        &world,
        "ben",
        &["say"],
        &["I was short with you.", ".", "y"],
    );
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("words, in confidence")
        .says("a draft again")
        .never_says("short with you");
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("For the soup.");
    world.run("ben", &["undo"], &[]).ends(1);
    said(&world, "ben", &["say"], &["g", "y"]);
    world.at("2025-03-02T19:02");
    said(&world, "ben", &["thanks", "For the salad."], &[]);
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("For the salad.");
    // Two minutes after it was said it may have left, whether or not it has.
    world.at("2025-03-02T19:04");
    world.run("ben", &["undo"], &[]).ends(1);
    let listed = world.run("ben", &["words", "--json"], &[]).ends(0).json();
    assert_eq!(listed["words"].as_array().unwrap().len(), 1);
    // What was let go from one's own screen is taken back all the same, and is no draft.
    said(&world, "ben", &["say"], &["Never mind.", ".", "y"]);
    let never = world.run("ben", &["words", "--json"], &[]).ends(0).json();
    let all = never["words"].as_array().unwrap().iter();
    let ids: Vec<&str> = all.map(|one| one["id"].as_str().unwrap()).collect();
    for id in ids {
        said(&world, "ben", &["words", id, "--drop"], &[]);
    }
    world
        .run("ben", &["undo"], &[])
        .ends(0)
        .says("words, in confidence")
        .never_says("a draft again");
    // A script takes nothing back.
    world.run_unattended("ben", &["undo"]).ends(6);
}
