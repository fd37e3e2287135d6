//! Two implementations, one truth (B5): random stories, judged by the program and by the checker.

use std::collections::BTreeMap;

use identity::Person;
use pact::{Act, Body};
use serde_json::Value;

use crate::checker::{problems, python, root, runs};
use crate::story::{Story, TODAY, boundary, propose};

/// A story in which two people with two devices each say whatever comes to mind.
fn any_story(seed: u64) -> Story {
    // splitmix64: the story depends on the seed alone.
    let mut state = seed;
    let mut below = move |n: usize| {
        state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % u64::try_from(n.max(1)).unwrap()).unwrap()
    };
    let mut s = Story::begin();
    s.link(Person::A, 0xa5, None);
    s.link(Person::B, 0xb5, None);
    let mut knows = vec![Vec::new(); 4];
    // Everything that was said, with its item or object, and the body.
    let mut said: Vec<(identity::Hash, Person, Option<Vec<u8>>, Body)> = Vec::new();
    for n in 0..60 {
        let device = below(4);
        let person = s.devices[device].person;
        if below(3) == 0 {
            knows[device] = s.heads();
        }
        let proposals: Vec<_> = said
            .iter()
            .filter(|one| matches!(one.3, Body::Propose { .. }))
            .cloned()
            .collect();
        let objects: Vec<_> = said
            .iter()
            .filter(|one| matches!(one.3, Body::Set { .. }))
            .cloned()
            .collect();
        let mut redo = None;
        let (about, body) = match below(12) {
            0..=1 => {
                let item = u8::try_from(below(3)).unwrap();
                let same = |p: &&(identity::Hash, Person, Option<Vec<u8>>, Body)| {
                    p.2.as_deref() == Some(&[item; 16])
                };
                let known: Vec<_> = proposals.iter().filter(same).map(|p| p.0).collect();
                let mut replaces: Vec<_> =
                    known.iter().copied().filter(|_| below(3) == 0).collect();
                replaces.sort_unstable();
                let answers = (below(3) == 0)
                    .then(|| known.get(below(known.len())).copied())
                    .flatten();
                let mut body = propose(&format!("offer {n}"), &replaces, answers);
                if let Body::Propose { content, until, .. } = &mut body {
                    if below(8) == 0 {
                        content.who = pact::Who::Only(Person::A);
                    }
                    *until = identity::Day(TODAY + [0, 1, 90, 366, 367, 500][below(6)]);
                }
                (Some(vec![item; 16]), body)
            }
            2..=7 if !proposals.is_empty() => {
                let (p, _, about, _) = proposals[below(proposals.len())].clone();
                let body = match below(10) {
                    0..=4 => Body::Agree { p },
                    5 => Body::Decline { p },
                    6 => Body::Withdraw { p },
                    _ => Body::Complete { p },
                };
                (about, body)
            }
            8..=9 if !objects.is_empty() && below(4) > 0 => {
                let (hash, _, about, _) = objects[below(objects.len())].clone();
                let id = about.unwrap_or_else(|| hash.0.to_vec());
                let over: Vec<_> = objects
                    .iter()
                    .filter(|o| o.0.0[..] == id || o.2.as_ref() == Some(&id))
                    .filter(|_| below(3) > 0)
                    .map(|o| o.0)
                    .collect();
                let mut body = boundary(person, &format!("boundary {n}"), &over);
                if let Body::Set { content, .. } = &mut body
                    && below(3) == 0
                {
                    *content = None;
                }
                (Some(id), body)
            }
            10 if !said.is_empty() => {
                let (hash, _, mut about, mut body) = said[below(said.len())].clone();
                redo = Some(hash);
                if below(4) == 0 {
                    // Something else altogether: another answer, another proposal, another sort.
                    (_, _, about, body) = said[below(said.len())].clone();
                }
                if let Body::Propose { content, .. } = &mut body
                    && below(2) == 0
                {
                    content.text = "other words".to_owned();
                }
                (about, body)
            }
            _ => (None, boundary(person, &format!("boundary {n}"), &[])),
        };
        let day = TODAY + u32::try_from(below(3)).unwrap();
        let act = Act {
            redo,
            body: body.clone(),
        };
        let known = knows[device].clone();
        s.flags.unattended = below(6) == 0;
        let hash = s.say(device, &known, day, about.as_deref(), &act);
        if redo.is_none() {
            said.push((hash, person, about, body));
        }
    }
    s
}

/// The program's own view of a story without forks or revocations.
fn view(s: &Story) -> pact::View {
    let mut view = pact::View::new(s.founding.pact());
    for device in &s.devices {
        let mut marks = BTreeMap::new();
        for record in &device.records {
            marks.extend(record.seen().iter().map(|mark| (mark.log, mark.head())));
            assert!(view.fold(&pact::Placed {
                hash: record.hash(),
                log: record.log(),
                person: device.person,
                seq: record.seq(),
                day: record.day(),
                flags: record.flags(),
                about: record.about(),
                marks: &marks,
                reading: &pact::read(record.kind(), record.body()),
            }));
        }
    }
    view
}

fn name(state: pact::State) -> &'static str {
    match state {
        pact::State::Open => "open",
        pact::State::Declined => "declined",
        pact::State::Withdrawn => "withdrawn",
        pact::State::Answered => "answered",
        pact::State::Crossed => "crossed",
        pact::State::Begins(_) => "begins",
        pact::State::InForce => "in-force",
        pact::State::Rests => "rests",
        pact::State::Replaced => "replaced",
        pact::State::Completed => "completed",
    }
}

/// Two implementations, one truth (B5): random stories, judged by both.
#[test]
fn both_implementations_agree_on_any_story() {
    if !runs() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let stories: Vec<_> = (0..150).map(any_story).collect();
    for (i, story) in stories.iter().enumerate() {
        std::fs::write(folder.path().join(i.to_string()), story.export()).unwrap();
    }
    // Signatures are checked elsewhere; without them a thousand judgements take seconds.
    let driver = "
import json, sys
sys.path.insert(0, sys.argv[1])
import verify
verify.signed = lambda *_: True
for i in range(int(sys.argv[3])):
    data = open(f'{sys.argv[2]}/{i}', 'rb').read()
    for day in sys.argv[4:]:
        print(json.dumps(verify.check(data, int(day))))
";
    let days = [TODAY, TODAY + 1, TODAY + 2, TODAY + 60, TODAY + 400];
    let checker = root().join("crates/node/assets/checker");
    let mut arguments = ["-B", "-c", driver].map(str::to_owned).to_vec();
    arguments.push(checker.to_str().unwrap().to_owned());
    arguments.push(folder.path().to_str().unwrap().to_owned());
    arguments.push(stories.len().to_string());
    arguments.extend(days.map(|day| day.to_string()));
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let output = python(&arguments).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let mut seen = BTreeMap::new();
    for (i, story) in stories.iter().enumerate() {
        let view = view(story);
        for day in days.map(identity::Day) {
            let line = lines.next().unwrap_or_else(|| {
                panic!("{}", String::from_utf8_lossy(&output.stderr));
            });
            let result: Value = serde_json::from_str(line).unwrap();
            assert_eq!(problems(&result), "[]", "story {i}");
            let theirs: BTreeMap<String, (String, bool)> = result["proposals"]
                .as_array()
                .unwrap()
                .iter()
                .map(|p| {
                    let agreed = p["agreed"].as_bool().unwrap();
                    (
                        p["p"].as_str().unwrap().into(),
                        (p["state"].as_str().unwrap().into(), agreed),
                    )
                })
                .collect();
            let ours: BTreeMap<String, (String, bool)> = (0..3)
                .flat_map(|item| view.history(pact::ItemId([item; 16]), day))
                .map(|(p, _, _, state)| {
                    let agreed = view.was_agreed(p).unwrap();
                    (p.to_string(), (name(state).to_owned(), agreed))
                })
                .collect();
            assert_eq!(theirs, ours, "story {i}, day {day:?}");
            for (state, _) in ours.into_values() {
                *seen.entry(state).or_insert(0) += 1;
            }
            let theirs: BTreeMap<String, Vec<String>> = result["owned"]
                .as_array()
                .unwrap()
                .iter()
                .map(|o| {
                    let sets = o["in_force"].as_array().unwrap();
                    let sets = sets
                        .iter()
                        .map(|set| set["set"].as_str().unwrap().to_owned());
                    (o["id"].as_str().unwrap().to_owned(), sets.collect())
                })
                .filter(|(_, sets): &(_, Vec<_>)| !sets.is_empty())
                .collect();
            let ours: BTreeMap<String, Vec<String>> = Person::BOTH
                .into_iter()
                .flat_map(|person| view.owned(person))
                .map(|o| {
                    let mut sets: Vec<_> =
                        o.current.iter().map(|set| set.hash.to_string()).collect();
                    sets.sort();
                    (o.id.to_string(), sets)
                })
                .filter(|(_, sets)| !sets.is_empty())
                .collect();
            assert_eq!(theirs, ours, "owned in story {i}");
        }
    }
    assert!(lines.next().is_none());
    assert_eq!(seen.len(), 10, "every state occurred: {seen:?}");
    eprintln!("{seen:?}");
}
