//! The checker that couples get with an export is a second implementation: both must agree.
//!
//! It is run as `python3 crates/node/assets/checker/verify.py`. Where python3 or a library for
//! Ed25519 is missing these tests say so loudly and prove nothing.
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use identity::{Person, Record, sign_record};
use pact::{Act, Body, ItemType};
use serde_json::Value;

use crate::story::{ANNA, BEN, Story, TODAY, boundary, export, plan, plan_on, propose};

pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .parent()
        .unwrap()
        .to_owned()
}

pub(crate) fn python(arguments: &[&str]) -> Option<Output> {
    Command::new("python3").args(arguments).output().ok()
}

/// Whether the checker can run here; says loudly why not.
pub(crate) fn runs() -> bool {
    let library = "import sys\ntry:\n import cryptography\nexcept ImportError:\n import nacl";
    let fine = python(&["-c", library]).is_some_and(|output| output.status.success());
    if !fine {
        eprintln!(
            "\n*** SKIPPED: the independent checker was NOT run. It needs python3 and \
             `pip install cryptography`. ***\n"
        );
        assert!(
            std::env::var_os("CI").is_none(),
            "CI must have python3 and cryptography"
        );
    }
    fine
}

fn verify(arguments: &[&str]) -> Output {
    let script = root().join("crates/node/assets/checker/verify.py");
    let mut all = vec!["-B", script.to_str().unwrap()];
    all.extend_from_slice(arguments);
    python(&all).unwrap()
}

/// What the checker says of an export on a day, and its exit code.
fn checked(export: &[u8], day: u32) -> (i32, Value) {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), export).unwrap();
    let day = pact::calendar::iso(identity::Day(day));
    let output = verify(&[file.path().to_str().unwrap(), "--json", "--day", &day]);
    let text = String::from_utf8(output.stdout).unwrap();
    let code = output.status.code().unwrap();
    assert!(
        code < 2 || text.is_empty(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        !String::from_utf8_lossy(&output.stderr).contains("Traceback"),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    (code, serde_json::from_str(&text).unwrap_or(Value::Null))
}

fn states(result: &Value) -> BTreeMap<&str, &str> {
    let proposals = result["proposals"].as_array().unwrap();
    proposals
        .iter()
        .map(|p| (p["title"].as_str().unwrap(), p["state"].as_str().unwrap()))
        .collect()
}

pub(crate) fn problems(result: &Value) -> String {
    result["problems"].to_string()
}

#[test]
fn strict_cbor_vectors() {
    if !runs() {
        return;
    }
    let file = root().join("tests/golden/cbor.json");
    let output = verify(&["--vectors", file.to_str().unwrap()]);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success() && text.ends_with("passed, 0 failed\n"),
        "{text}"
    );
}

#[test]
fn the_golden_plan() {
    if !runs() {
        return;
    }
    let golden = std::fs::read(root().join("tests/golden/export/plan.cbor")).unwrap();
    for day in [TODAY - 1, TODAY, TODAY + 1, TODAY + 90, TODAY + 91] {
        let (code, result) = checked(&golden, day);
        assert_eq!((code, problems(&result).as_str()), (0, "[]"), "day {day}");
        assert_eq!(states(&result), plan_on(day), "day {day}");
    }
    let (_, result) = checked(&golden, TODAY);
    let story = plan();
    assert_eq!(result["pact"], story.founding.pact().to_string());
    let mut roster = identity::Roster::found(story.statements[0].clone()).unwrap();
    roster.admit_all(story.statements.clone());
    assert_eq!(result["roster"], roster.digest().to_string());
    for device in &story.devices {
        let tip = device.tip();
        let all = result["devices"].as_array().unwrap();
        let shown = all
            .iter()
            .find(|shown| shown["log"] == device.log.to_string())
            .unwrap();
        assert_eq!(shown["head"], tip.head.hash.to_string());
        assert_eq!(shown["honoured"], tip.head.seq);
        assert_eq!(shown["good_signatures"], tip.head.seq);
    }
    let owned = result["owned"].as_array().unwrap();
    let titles: Vec<_> = owned
        .iter()
        .flat_map(|object| object["in_force"].as_array().unwrap())
        .map(|set| set["title"].as_str().unwrap())
        .collect();
    assert_eq!(titles, ["When I am very tired"], "{owned:?}");
    assert_eq!(owned.len(), 2);
}

/// The formulas of B2 and B3 with Python's standard library alone, against the golden files.
#[test]
fn the_formulas_of_pairing() {
    if !runs() {
        return;
    }
    let driver = r#"
import hashlib, hmac, json, sys
sys.path.insert(0, sys.argv[2])
import verify
load = lambda name: json.load(open(f'{sys.argv[1]}/{name}.json'))
x = bytes.fromhex
def hkdf(ikm, salt, info):
    prk = hmac.new(salt or bytes(32), ikm, 'sha256').digest()
    return hmac.new(prk, info + b'\x01', 'sha256').digest()
pairing, founding, certificate = load('pairing'), load('founding'), load('certificate')
a = verify.decode(x(certificate['first']['C']))
b = verify.decode(open(f'{sys.argv[1]}/export/plan.cbor', 'rb').read())[1][2][1]
secret, exporter, f = b'\x51' * 16, b'\x52' * 32, x(founding['F'])
mac = hmac.new(secret, b'join' + exporter + a[2] + b[2], 'sha256').hexdigest()
assert mac == pairing['join_mac'], 'join_mac'
assert hashlib.sha256(b'\xa2' * 16).hexdigest() == pairing['commitment'], 'commitment'
assert hashlib.sha256(b'handfast/founding/1\0' + f).hexdigest() == founding['pact'], 'pact'
bits = int.from_bytes(hkdf(secret, exporter, f + a[2] + a[3] + b[2] + b[3]), 'big') >> 190
indices = [bits >> 11 * (5 - i) & 2047 for i in range(6)]
try:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    raw = lambda key: key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    root = Ed25519PrivateKey.from_private_bytes(hkdf(b'\xa1' * 32, b'', b'handfast/person/1'))
    assert raw(root).hex() == founding['root_a'], 'root'
    dh = X25519PrivateKey.from_private_bytes(b'\xa4' * 32)
    assert raw(dh) == a[3], 'dh'
    shared = dh.exchange(X25519PublicKey.from_public_bytes(b[3]))
    assert hkdf(shared, x(founding['pact']), b'handfast/pair/1').hex() == pairing['pair_key'], 'pair'
except ImportError:
    pass
print(json.dumps(indices))
"#;
    let root = root();
    let golden = root.join("tests/golden");
    let checker = root.join("crates/node/assets/checker");
    let arguments = [
        "-B",
        "-c",
        driver,
        golden.to_str().unwrap(),
        checker.to_str().unwrap(),
    ];
    let output = python(&arguments).unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let indices: Vec<usize> = serde_json::from_slice(&output.stdout).unwrap();
    let file: Value =
        serde_json::from_slice(&std::fs::read(golden.join("pairing.json")).unwrap()).unwrap();
    // The list itself: the words of an entropy show their indices by BIP-39's own bits.
    let words: Vec<&str> = file["six_words"]
        .as_array()
        .unwrap()
        .iter()
        .map(|w| w.as_str().unwrap())
        .collect();
    for (index, word) in indices.into_iter().zip(words) {
        let bits = u16::try_from(index).unwrap();
        let mut entropy = [0; 32];
        entropy[..2].copy_from_slice(&(bits << 5).to_be_bytes());
        assert_eq!(identity::Entropy::from_bytes(entropy).to_words()[0], word);
    }
}

#[test]
fn s21_s51_the_plain_report_says_who_signed_what_and_what_that_shows() {
    if !runs() {
        return;
    }
    let file = root().join("tests/golden/export/plan.cbor");
    let output = verify(&[file.to_str().unwrap(), "--day", "2026-11-23"]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success());
    let mut lines = text.lines();
    assert_eq!(
        lines.next(),
        Some("Every signature is in order. That says who, not whether it is true.")
    );
    for said in [
        "It does not show that it is true",
        "12. the one who joined agreed to \"agreed\"",
        "   dated 22 November 2026 by the one who joined; after 11, before 13",
        "\"agreed\", offered by the one who invited: agreed by both, and in force",
        "tried to change what is not theirs; it has no effect",
    ] {
        assert!(text.contains(said), "{said}\n{text}");
    }
    // No jargon and nothing to decipher, but behind --details.
    for jargon in ["pact", "record ", "honoured", "fork", "log "] {
        assert!(!text.contains(jargon), "{jargon}\n{text}");
    }
    let named = verify(&[file.to_str().unwrap(), "--names", "Anna,Ben"]);
    let named = String::from_utf8(named.stdout).unwrap();
    assert!(named.contains("12. Ben agreed to \"agreed\""), "{named}");
    let details = verify(&[file.to_str().unwrap(), "--details"]);
    let details = String::from_utf8(details.stdout).unwrap();
    assert!(details.contains("honoured up to"), "{details}");
    // A changed byte of a signature is said plainly, first.
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    let spoiled = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(spoiled.path(), bytes).unwrap();
    let output = verify(&[spoiled.path().to_str().unwrap()]);
    let text = String::from_utf8(output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(
        text.starts_with("Not everything is in order.\n - An entry bears a signature"),
        "{text}"
    );
}

#[test]
fn a_fork_counts_up_to_where_it_parts() {
    if !runs() {
        return;
    }
    let mut s = Story::begin();
    let p = s.offer(ANNA, 1, "agreed before");
    s.now(BEN, Some(&[1; 16]), Body::Agree { p });
    let q = s.offer(ANNA, 2, "agreed on one path");
    // Ben's device writes two second records.
    let ben = &s.devices[BEN];
    let (tip, log) = (ben.tip(), ben.log);
    let other = Act::new(Body::Thanks {
        text: "the other path".to_owned(),
        about: None,
    });
    let other = identity::NewRecord {
        kind: other.kind(),
        day: identity::Day(TODAY),
        flags: identity::Flags::default(),
        about: None,
        seen: Vec::new(),
        body: other.encode(),
    };
    let other = sign_record(&ben.keys, log, &tip, other).unwrap();
    s.now(BEN, Some(&[2; 16]), Body::Agree { p: q });
    s.forks.push((log, 2, vec![other]));
    let (code, result) = checked(&s.export(), TODAY + 1);
    assert_eq!(code, 1);
    assert!(problems(&result).contains("fork"), "{result}");
    let expected = BTreeMap::from([
        ("agreed before", "in-force"),
        ("agreed on one path", "open"),
    ]);
    assert_eq!(states(&result), expected);
    // A revocation decides for one of the paths.
    s.revoke(BEN, 2);
    let (_, result) = checked(&s.export(), TODAY + 1);
    let expected = BTreeMap::from([
        ("agreed before", "in-force"),
        ("agreed on one path", "in-force"),
    ]);
    assert_eq!(states(&result), expected);
}

#[test]
fn what_is_revoked_does_not_count() {
    if !runs() {
        return;
    }
    for (honoured, state) in [(0, "open"), (1, "in-force"), (2, "withdrawn")] {
        let mut s = Story::begin();
        let p = s.offer(ANNA, 1, "x");
        s.now(BEN, Some(&[1; 16]), Body::Agree { p });
        s.now(BEN, Some(&[1; 16]), Body::Withdraw { p });
        s.revoke(BEN, honoured);
        let (code, result) = checked(&s.export(), TODAY + 1);
        assert_eq!(
            (code, states(&result)["x"]),
            (0, state),
            "honoured up to {honoured}"
        );
    }
}

#[test]
fn a_redo_is_the_same_act_and_never_other_words() {
    if !runs() {
        return;
    }
    // Ben says again, on a new device, that he agrees: it counts once the first is disowned.
    let mut s = Story::begin();
    let p = s.offer(ANNA, 1, "x");
    let first = s.now(BEN, Some(&[1; 16]), Body::Agree { p });
    s.revoke(BEN, 0);
    let new = s.link(Person::B, 0xb5, Some(BEN));
    let heads = s.heads();
    let again = Act {
        redo: Some(first),
        body: Body::Agree { p },
    };
    s.say(new, &heads, TODAY, Some(&[1; 16]), &again);
    assert_eq!(states(&checked(&s.export(), TODAY + 1).1)["x"], "in-force");

    // Ben offers, Anna agrees, Ben disowns his device and puts other words under her answer.
    let mut s = Story::begin();
    let p = s.offer(BEN, 1, "what Anna agreed to");
    s.now(ANNA, Some(&[1; 16]), Body::Agree { p });
    s.revoke(BEN, 0);
    let new = s.link(Person::B, 0xb5, Some(BEN));
    let heads = s.heads();
    let other = Act {
        redo: Some(p),
        body: propose("other words", &[], None),
    };
    s.say(new, &heads, TODAY, Some(&[1; 16]), &other);
    assert_eq!(
        states(&checked(&s.export(), TODAY + 1).1),
        BTreeMap::from([("other words", "open")])
    );
}

#[test]
fn a_change_beside_a_lift_keeps_the_boundary() {
    if !runs() {
        return;
    }
    let mut s = Story::begin();
    let phone = s.link(Person::A, 0xa5, None);
    let made = s.now(ANNA, None, boundary(Person::A, "first", &[]));
    let heads = s.heads();
    let lift = Body::Set {
        ty: ItemType::Boundary,
        content: None,
        over: vec![made],
    };
    s.say(ANNA, &heads, TODAY, Some(&made.0), &Act::new(lift));
    let change = boundary(Person::A, "changed", &[made]);
    s.say(phone, &heads, TODAY, Some(&made.0), &Act::new(change));
    let (_, result) = checked(&s.export(), TODAY);
    assert_eq!(result["owned"][0]["in_force"][0]["title"], "changed");
}

#[test]
fn what_is_wrong_is_said() {
    if !runs() {
        return;
    }
    let s = plan();
    let statements: Vec<_> = s.statements.iter().map(|s| s.bytes().to_vec()).collect();
    let rows = s.rows();
    let says = |statements: &[Vec<u8>], rows: &[_], what: &str| {
        let (code, result) = checked(&export(statements, rows), TODAY);
        assert_eq!(code, 1);
        assert!(problems(&result).contains(what), "{what}: {result}");
    };
    let mut gap = rows.clone();
    gap[0].2.remove(3);
    says(&statements, &gap, "another seq");
    let mut late = rows.clone();
    late[0].2.remove(0);
    late[0].1 = 2;
    says(
        &statements,
        &late,
        "what comes before it is not in the file",
    );
    let mut bad = rows.clone();
    *bad[0].2.last_mut().unwrap().last_mut().unwrap() ^= 1;
    says(&statements, &bad, "the signature is not good");
    says(&statements, &bad, "without a good signature after them");
    let mut swapped = rows.clone();
    let (one, two) = (swapped[0].0, swapped[1].0);
    (swapped[0].0, swapped[1].0) = (two, one);
    says(&statements, &swapped, "the chain is broken");
    says(&statements[..2], &rows, "no certificate");
    let end = statements[2].len();
    for (byte, what) in [
        (end - 1, "not signed by the device"),
        (end - 67, "not signed by its person"),
    ] {
        let mut forged = statements.clone();
        forged[2][byte] ^= 1;
        says(&forged, &rows, what);
    }
    // Decision 0008: Ben certifies Anna's device as his own, and has no signature by its key.
    let (anna, ben) = (&s.devices[ANNA], &s.devices[BEN]);
    let claim = identity::Certificate {
        person: Person::B,
        ..anna.certificate
    };
    let by = claim.sign(&s.roots[1], &ben.keys);
    let claim = identity::UnverifiedStatement::certificate(&claim, &by);
    let mut forged = statements.clone();
    forged.push(claim.bytes().to_vec());
    says(&forged, &rows, "not signed by the device");
    let (code, _) = checked(&export(&statements[1..], &rows), TODAY);
    assert_eq!(code, 2, "nothing without a founding");
}

/// Any flipped bit of an export is noticed: one in each byte, all in one run of the checker.
#[test]
fn a_flipped_bit_is_noticed() {
    if !runs() {
        return;
    }
    let mut s = Story::begin();
    let p = s.offer(ANNA, 1, "x");
    s.now(BEN, Some(&[1; 16]), Body::Agree { p });
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), s.export()).unwrap();
    let folder = root().join("crates/node/assets/checker");
    let driver = "
import sys
sys.path.insert(0, sys.argv[1])
import verify
good = open(sys.argv[2], 'rb').read()
assert verify.check(good, 0)['ok']
for at in range(len(good)):
    bad = bytearray(good)
    bad[at] ^= 1 << at % 8
    try:
        if verify.check(bytes(bad), 0)['ok']:
            print('not noticed: byte', at)
    except verify.Refused:
        pass
print(len(good), 'bytes')
";
    let (folder, file) = (folder.to_str().unwrap(), file.path().to_str().unwrap());
    let output = python(&["-B", "-c", driver, folder, file]).unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    let expected = format!("{} bytes\n", s.export().len());
    assert_eq!(
        text,
        expected,
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

/// An older record with a bad signature is vouched for by the later one, and still reported.
#[test]
fn a_bad_older_signature_is_reported_and_decides_nothing() {
    if !runs() {
        return;
    }
    let mut s = Story::begin();
    let p = s.offer(ANNA, 1, "x");
    let agree = s.now(BEN, Some(&[1; 16]), Body::Agree { p });
    let ben = &mut s.devices[BEN];
    let mut bytes = ben.records[0].bytes().to_vec();
    *bytes.last_mut().unwrap() ^= 1;
    ben.records[0] = Record::reopen(ben.log, &bytes).unwrap();
    assert_ne!(
        ben.records[0].hash(),
        agree,
        "another signature is another link"
    );
    s.now(
        BEN,
        None,
        Body::Thanks {
            text: "y".to_owned(),
            about: None,
        },
    );
    let (code, result) = checked(&s.export(), TODAY + 1);
    assert_eq!((code, states(&result)["x"]), (1, "in-force"));
    assert!(
        problems(&result).contains("record 1: the signature is not good"),
        "{result}"
    );
}
