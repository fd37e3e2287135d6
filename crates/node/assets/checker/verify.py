#!/usr/bin/env python3
"""Checks an export of handfast without handfast.

It reads records.cbor and tells, by the format document alone (docs/formats.md B1, B2, B4, B5, B10):
who signed what, in which order and dated when by its author, whether each device's chain of records
is whole and each signature is good, what was revoked or forked, and what was agreed on a given day.
It shares no code with the program.

    python3 verify.py records.cbor [--names Ana,Ben] [--day 2026-11-22] [--details] [--json]

The names are those of the one who invited and the one who joined; the file does not hold them.

Needs Python 3.8 or later, and for Ed25519 the package `cryptography` (or `PyNaCl`).
It ends with 0 if everything is in order, 1 if something is not, 2 if the file cannot be read.
"""

import argparse
import bisect
import datetime
import hashlib
import json
import sys
import unicodedata

# ---------------------------------------------------------------------------------------------
# B1: canonical CBOR
# ---------------------------------------------------------------------------------------------

MAX_DEPTH = 8


class Refused(Exception):
    """Bytes or values that the format does not allow."""


def decode(data):
    """The value of canonical CBOR: int, bytes, str, None or list. Anything else is refused."""
    value, end = _item(data, 0, 0)
    if end != len(data):
        raise Refused("bytes follow after the end")
    return value


def _item(data, at, depth):
    if at >= len(data):
        raise Refused("the bytes end too early")
    major, info = data[at] >> 5, data[at] & 0x1F
    if major == 7:
        if info == 22:
            return None, at + 1
        raise Refused("a kind of item that is never written")
    if major not in (0, 2, 3, 4) or info > 27:
        raise Refused("a kind of item that is never written")
    at += 1
    number = info
    if info >= 24:
        width = 1 << (info - 24)
        if at + width > len(data):
            raise Refused("the bytes end too early")
        number = int.from_bytes(data[at : at + width], "big")
        at += width
        if number < (24 if width == 1 else 1 << (4 * width)):
            raise Refused("a number or length is not in its shortest form")
    if major == 0:
        return number, at
    if number > len(data) - at:
        raise Refused("the bytes end too early")
    if major == 4:
        if depth == MAX_DEPTH:
            raise Refused("arrays are nested too deeply")
        items = []
        for _ in range(number):
            item, at = _item(data, at, depth + 1)
            items.append(item)
        return items, at
    content = bytes(data[at : at + number])
    at += number
    if major == 2:
        return content, at
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        raise Refused("text is not UTF-8")
    if "\0" in text or "\r" in text or not unicodedata.is_normalized("NFC", text):
        raise Refused("text is not plain")
    return text, at


def encode(value):
    """The canonical CBOR of what `decode` gives."""
    out = bytearray()
    _encode(value, out)
    return bytes(out)


def _encode(value, out):
    if value is None:
        out.append(0xF6)
    elif isinstance(value, int):
        _head(0, value, out)
    elif isinstance(value, bytes):
        _head(2, len(value), out)
        out += value
    elif isinstance(value, str):
        content = value.encode("utf-8")
        _head(3, len(content), out)
        out += content
    else:
        _head(4, len(value), out)
        for item in value:
            _encode(item, out)


def _head(major, number, out):
    if number < 24:
        out.append(major << 5 | number)
        return
    for info, width in ((24, 1), (25, 2), (26, 4), (27, 8)):
        if number < 1 << (8 * width):
            out.append(major << 5 | info)
            out += number.to_bytes(width, "big")
            return
    raise Refused("a number is too large")


def is_uint(value, most=2**64 - 1):
    return isinstance(value, int) and 0 <= value <= most


def is_bytes(value, length):
    return isinstance(value, bytes) and len(value) == length


def is_day(value):
    return is_uint(value, 2**32 - 1)


def need(condition, message):
    if not condition:
        raise Refused(message)


def sha256(data):
    return hashlib.sha256(data).digest()


def labelled(label, data):
    return label.encode("ascii") + b"\0" + data


# ---------------------------------------------------------------------------------------------
# B1: Ed25519, by a library; what strictness asks beyond it is checked here
# ---------------------------------------------------------------------------------------------

P = 2**255 - 19
ORDER = 2**252 + 27742317777372353535851937790883648493
D = -121665 * pow(121666, P - 2, P) % P

# The points of small order, as they are encoded (RFC 8032), and the two with "x = -0".
SMALL_ORDER = {
    bytes.fromhex(text)
    for text in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0000000000000000000000000000000000000000000000000000000000000080",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000080",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc85",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac03fa",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
}


def usable_point(encoded):
    """A canonical encoding of a point of the curve that is not of small order."""
    y = int.from_bytes(encoded, "little") & (2**255 - 1)
    if y >= P or encoded in SMALL_ORDER:
        return False
    x_squared = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    return pow(x_squared, (P - 1) // 2, P) in (0, 1)


def load_ed25519():
    """A function (key, message, signature) -> bool from whichever library is installed."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

        def check(key, message, signature):
            try:
                Ed25519PublicKey.from_public_bytes(key).verify(signature, message)
                return True
            except (InvalidSignature, ValueError):
                return False

        return check
    except ImportError:
        pass
    try:
        from nacl.exceptions import BadSignatureError
        from nacl.signing import VerifyKey

        def check(key, message, signature):
            try:
                VerifyKey(key).verify(message, signature)
                return True
            except (BadSignatureError, ValueError):
                return False

        return check
    except ImportError:
        return None


LIBRARY = load_ed25519()


def signed(key, label, data, signature):
    """Whether this key signed `label 00 data`, strictly."""
    return (
        int.from_bytes(signature[32:], "little") < ORDER
        and usable_point(key)
        and usable_point(signature[:32])
        and LIBRARY(key, labelled(label, data), signature)
    )


# ---------------------------------------------------------------------------------------------
# B2: statements and the roster
# ---------------------------------------------------------------------------------------------

MAX_CERTIFICATES = 32
MAX_REVOCATIONS = 32


class Certificate:
    def __init__(self, content):
        self.person, self.sign, self.continues = content[1], content[2], content[4]
        self.log = sha256(labelled("handfast/device/1", encode(content)))


class Revocation:
    def __init__(self, content):
        self.person, self.log, self.seq, self.hash = content[1:]
        self.id = sha256(labelled("handfast/revoke/1", encode(content)))


class Roster:
    """One founding, and the certificates and revocations that count."""

    def __init__(self, statements, problems):
        need(isinstance(statements, list) and statements, "there is no founding")
        self._found(statements[0])
        self.certificates, self.revocations = {}, {}
        rest = []
        for number, statement in enumerate(statements[1:], 2):
            try:
                rest.append(self._read(statement))
            except Refused as reason:
                problems.append(f"statement {number} is not in order: {reason}")
        self._admit([s for s in rest if isinstance(s, Certificate)], problems)
        for revocation in rest:
            if isinstance(revocation, Revocation):
                self._revoke(revocation, problems)
        for log, all_of_log in self.revocations.items():
            all_of_log.sort(key=lambda r: (r.seq, r.id))
            del all_of_log[MAX_REVOCATIONS:]

    def _found(self, statement):
        need(
            isinstance(statement, list) and len(statement) == 4 and statement[0] == 1,
            "the first statement is not a founding",
        )
        _, founding, *signatures = statement
        need(isinstance(founding, list) and len(founding) == 4, "not a founding")
        need(is_bytes(founding[0], 32) and is_bytes(founding[1], 32), "not two root keys")
        need(is_bytes(founding[2], 16) and is_bytes(founding[3], 16), "not two nonces")
        need(founding[0] != founding[1], "both roots are one")
        self.roots = founding[:2]
        for root, signature in zip(self.roots, signatures):
            need(
                is_bytes(signature, 64)
                and signed(root, "handfast/founding/1", encode(founding), signature),
                "the founding is not signed by both",
            )
        self.pact = sha256(labelled("handfast/founding/1", encode(founding)))

    def _read(self, statement):
        need(isinstance(statement, list) and len(statement) >= 3, "not a statement")
        kind, content, signature, *more = statement
        need(kind in (2, 3), "an unknown kind of statement")
        need(len(more) == (1 if kind == 2 else 0), "not of the right length")
        need(isinstance(content, list) and is_bytes(signature, 64), "not a statement")
        need(len(content) == (6 if kind == 2 else 5), "not of the right length")
        need(is_bytes(content[0], 32) and content[0] == self.pact, "made for another pact")
        need(is_uint(content[1], 1), "a person other than the two")
        need(is_bytes(content[2], 32), "no key or log of 32 bytes")
        if kind == 2:
            need(is_bytes(content[3], 32), "no agreement key")
            need(content[4] is None or is_bytes(content[4], 32), "continues no log")
            need(is_uint(content[5]) and content[5] == 0, "unknown flags")
            need(usable_point(content[2]), "a signing key that must not be used")
            label = "handfast/device/1"
        else:
            need(is_uint(content[3]) and is_bytes(content[4], 32), "no place in a log")
            need(content[3] > 0 or content[4] == content[2], "a wrong end")
            label = "handfast/revoke/1"
        root = self.roots[content[1]]
        need(signed(root, label, encode(content), signature), "not signed by its person")
        if kind == 2:
            need(
                is_bytes(more[0], 64)
                and signed(content[2], "handfast/device-key/1", encode(content), more[0]),
                "not signed by the device",
            )
        return Certificate(content) if kind == 2 else Revocation(content)

    def _admit(self, certificates, problems):
        for person in (0, 1):
            logs = {c.log: c for c in certificates if c.person == person}
            for log in sorted(logs)[MAX_CERTIFICATES:]:
                problems.append(f"one certificate too many: {log.hex()}")
            for log in sorted(logs)[:MAX_CERTIFICATES]:
                self.certificates[log] = logs[log]

    def _revoke(self, revocation, problems):
        certificate = self.certificates.get(revocation.log)
        if certificate is None or certificate.person != revocation.person:
            problems.append(f"revokes a device that is not there: {revocation.log.hex()}")
            return
        held = self.revocations.setdefault(revocation.log, [])
        if all(known.id != revocation.id for known in held):
            held.append(revocation)

    def digest(self):
        ids = [self.pact, *self.certificates]
        ids += [r.id for of_log in self.revocations.values() for r in of_log]
        return sha256(b"".join(sorted(ids)))


# ---------------------------------------------------------------------------------------------
# B4: records, chains, forks
# ---------------------------------------------------------------------------------------------

MAX_RECORD = 16384
MAX_SEEN = 64
MAX_MARKED = 128


class Record:
    """One stored record of a log, well-formed; its place and signature are checked by Log."""

    def __init__(self, log, stored):
        need(isinstance(stored, list) and len(stored) == 9, "not a record")
        need(len(encode(stored)) <= MAX_RECORD, "longer than 16 KiB")
        self.seq, self.prev, self.kind, self.day, flags, self.about, self.seen = stored[:7]
        self.body, self.sig = stored[7:]
        need(is_uint(self.seq) and self.seq > 0, "no seq")
        need(is_bytes(self.prev, 32), "no prev")
        need(is_uint(self.kind) and is_day(self.day), "no kind or day")
        need(is_uint(flags, 3), "unknown flags")
        self.unattended = bool(flags & 1)
        need(
            self.about is None or is_bytes(self.about, 16) or is_bytes(self.about, 32),
            "about something that is neither 16 nor 32 bytes",
        )
        need(isinstance(self.seen, list) and len(self.seen) <= MAX_SEEN, "wrong marks")
        for mark in self.seen:
            need(isinstance(mark, list) and len(mark) == 3, "wrong marks")
            need(is_bytes(mark[0], 32) and is_uint(mark[1]) and is_bytes(mark[2], 32), "wrong marks")
        need(isinstance(self.body, bytes) and is_bytes(self.sig, 64), "no body or signature")
        self.log = log
        self.header = encode([*stored[:7], sha256(self.body)])
        self.hash = sha256(labelled("handfast/link/1", log + sha256(self.header) + self.sig))
        self.parent = None
        self.marks = {}
        self.good = self.authentic = False

    def follow(self, parent):
        """Takes its place after `parent` (None: at the beginning), if all is right."""
        need(self.seq == (parent.seq if parent else 0) + 1, "a gap in the chain")
        need(self.prev == (parent.hash if parent else self.log), "the chain is broken")
        marks = parent.marks if parent else {}
        if self.seen:
            marks = dict(marks)
            last = b""
            for log, seq, digest in self.seen:
                need(log != self.log and log > last, "marks out of order")
                need(seq > marks.get(log, (0, None))[0], "a mark that is not newer")
                marks[log] = (seq, digest)
                last = log
            need(len(marks) <= MAX_MARKED, "too many logs are marked")
        self.parent, self.marks = parent, marks


class Log:
    """What the file has of one device's log: one path, or several if it forked."""

    def __init__(self, certificate):
        self.certificate, self.id = certificate, certificate.log
        self.person = certificate.person
        self.records = {}
        self.honoured = []
        self.forked = False

    def take(self, first, stored, problems):
        name = self.id.hex()[:8]
        for offset, one in enumerate(stored):
            seq = first + offset
            try:
                record = Record(self.id, one)
                need(record.seq == seq, "another seq than the row says")
                parent = self.records.get(record.prev) if seq > 1 else None
                need(seq == 1 or parent is not None, "what comes before it is not in the file")
                record.follow(parent)
            except Refused as reason:
                problems.append(f"log {name}, record {seq}: {reason}; the rest is left out")
                return
            if record.hash in self.records:
                problems.append(f"log {name}, record {seq}: twice in the file")
                continue
            record.good = signed(
                self.certificate.sign, "handfast/record/1", self.id + record.header, record.sig
            )
            if not record.good:
                problems.append(f"log {name}, record {seq}: the signature is not good")
            self.records[record.hash] = record

    def settle(self, revocations, problems):
        """Which records are authentic, and which of them are honoured."""
        for record in [r for r in self.records.values() if r.good]:
            while record is not None and not record.authentic:
                record.authentic = True
                record = record.parent
        authentic = [r for r in self.records.values() if r.authentic]
        if len(authentic) < len(self.records):
            problems.append(f"log {self.id.hex()[:8]}: records without a good signature after them")
        parents = {r.parent.hash for r in authentic if r.parent}
        paths = [self.path_to(r) for r in authentic if r.hash not in parents]
        self.forked = len(paths) > 1
        if self.forked:
            problems.append(f"log {self.id.hex()[:8]}: two records with one seq (a fork)")
        unrevoked = common(paths)
        ends = []
        for revocation in revocations:
            named = self.records.get(revocation.hash)
            if revocation.seq == 0:
                ends.append([])
            elif named is not None and named.authentic and named.seq == revocation.seq:
                ends.append(self.path_to(named))
            elif any(r.seq == revocation.seq for r in authentic):
                problems.append(
                    f"log {self.id.hex()[:8]}: the revocation's last record is not in the file"
                )
                ends.append([])
            else:
                ends.append(unrevoked)
        self.honoured = common(ends) if ends else unrevoked

    @staticmethod
    def path_to(record):
        path = []
        while record is not None:
            path.append(record)
            record = record.parent
        return path[::-1]

    def reach(self, mark):
        """How far along the honoured path everything up to that mark goes."""
        seq, digest = mark
        record = self.records.get(digest)
        if record is None or record.seq != seq:
            return seq if all(r.seq < seq for r in self.records.values()) else 0
        while record is not None and not self.is_honoured(record):
            record = record.parent
        return record.seq if record else 0

    def is_honoured(self, record):
        return record.seq <= len(self.honoured) and self.honoured[record.seq - 1] is record


def common(paths):
    """What all paths begin with."""
    if not paths:
        return []
    shared = []
    for records in zip(*paths):
        if any(r is not records[0] for r in records):
            break
        shared.append(records[0])
    return shared


# ---------------------------------------------------------------------------------------------
# B4: acts
# ---------------------------------------------------------------------------------------------

WHITE = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {
    chr(c) for c in range(0x2000, 0x200B)
}
TYPES = ("promise", "when-then", "vision", "questions", "boundary", "need", "about-me")


def blank(text):
    return all(c in WHITE for c in text)


def is_hash(value):
    return is_bytes(value, 32)


def is_hash_or_null(value):
    return value is None or is_hash(value)


def is_hashes(value):
    return (
        isinstance(value, list)
        and len(value) <= 64
        and all(is_hash(v) for v in value)
        and all(a < b for a, b in zip(value, value[1:]))
    )


def is_text(value, points=None, size=None, says=False):
    return (
        isinstance(value, str)
        and (points is None or len(value) <= points)
        and (size is None or len(value.encode("utf-8")) <= size)
        and not (says and blank(value))
    )


def is_content(value):
    if not (isinstance(value, list) and len(value) == 10):
        return False
    kind, title, text, who, rule, by, first, need_of, parts, tried = value
    if not (is_uint(kind, 6) and is_uint(who, 3) and who > 0 and is_uint(tried, 1)):
        return False
    untitled = kind in (2, 3)
    if not is_text(title, points=120, says=not untitled) or "\n" in title or "\t" in title:
        return False
    if not is_text(text, size=8192) or (untitled and who != 3):
        return False
    if not (rule is None or is_text(rule)) or not is_hash_or_null(need_of):
        return False
    if not (by is None or (is_uint(by, 1439) and rule is not None)):
        return False
    if not (first is None or is_day(first)):
        return False
    if kind not in (0, 1, 3) and (rule, by, first) != (None, None, None):
        return False
    if not isinstance(parts, list) or len(parts) > 32:
        return False
    for part in parts:
        if not (isinstance(part, list) and len(part) == 2):
            return False
        if not (is_text(part[0], size=32) and part[0] and is_text(part[1], size=8192)):
            return False
    if len({part[0] for part in parts}) != len(parts):
        return False
    return not all(blank(words) for words in [title, text, *(part[1] for part in parts)])


# For each kind: a check of each item of the body after redo.
LAYOUT = {
    2: (lambda v: is_uint(v, 6), lambda v: v is None or is_content(v), is_hashes),
    3: (is_content, is_day, is_hashes, is_hash_or_null),
    4: (is_hash,),
    5: (is_hash,),
    6: (is_hash,),
    7: (is_hash,),
    128: (is_hash, is_day, lambda v: is_uint(v, 2), lambda v: is_text(v, 280), is_hash_or_null),
    129: (lambda v: is_text(v, 2000, says=True), is_hash_or_null),
    130: (is_hash, is_day, is_day, lambda v: is_text(v, 2000)),
    131: (is_hash_or_null, is_day, lambda v: is_text(v, 280)),
    132: (is_hash_or_null, lambda v: is_text(v, 2000, says=True)),
    133: (is_hash_or_null, lambda v: is_uint(v, 1440) and v > 0),
    134: (is_hash,),
    135: (is_hash,),
    136: (is_hash, is_day),
    137: (lambda v: v is None or is_day(v),),
    138: (),
    139: (lambda v: is_text(v, size=12288, says=True),),
    140: (lambda v: is_text(v, size=12288, says=True),),
    141: (is_hash, lambda v: is_text(v, 280, says=True)),
}


class Act:
    """A well-formed act in an honoured record."""

    def __init__(self, record, person):
        body = decode(record.body)
        layout = LAYOUT[record.kind]
        need(isinstance(body, list) and len(body) == 1 + len(layout), "not of the right length")
        need(is_hash_or_null(body[0]), "no redo")
        need(all(check(v) for check, v in zip(layout, body[1:])), "not of the form of its kind")
        if record.kind == 130:
            need(body[2] <= body[3], "days in the wrong order")
        self.record, self.person, self.kind = record, person, record.kind
        self.items = body[1:]
        self.first = body[0] or record.hash

    def says(self):
        return (self.kind, self.record.about, encode(self.items))

    def could_have_effect(self):
        """What can be judged from the act alone (B5)."""
        record = self.record
        if self.kind == 2:
            kind, content, over = self.items
            if kind not in (0, 4, 5, 6):
                return False
            if content and (content[0] != kind or content[3] != 1 << self.person):
                return False
            if record.about is None:
                return content is not None and not over
            return len(record.about) == 32
        if self.kind == 3:
            content, until = self.items[:2]
            return (
                record.about is not None
                and len(record.about) == 16
                and content[0] <= 3
                and content[3] >> self.person & 1 == 1
                and until <= record.day + 366
            )
        if self.kind == 4:
            return not record.unattended
        return True


# ---------------------------------------------------------------------------------------------
# B5: what is true
# ---------------------------------------------------------------------------------------------


class Truth:
    def __init__(self, logs):
        self.logs = logs
        self.held_without_form = 0
        self.unknown_critical = 0
        self.acts = self._counting()
        self.by_p = {}
        for act in self.acts:
            if act.kind == 4:
                self.by_p.setdefault(self.exactly(act.items[0]), []).append(act)
            elif act.kind in (5, 6, 7):
                for p in self.meant(act.items[0]):
                    self.by_p.setdefault(p, []).append(act)
        self.proposals = [act for act in self.acts if act.kind == 3]
        self.took_cache = {}

    def _counting(self):
        together = {}
        for log in self.logs.values():
            for record in log.honoured:
                if record.kind not in LAYOUT:
                    self.unknown_critical += 2 <= record.kind < 128
                    continue
                try:
                    act = Act(record, log.person)
                except Refused:
                    self.held_without_form += 1
                    continue
                if act.could_have_effect():
                    key = (act.person, max(act.kind, 127), act.first)
                    together.setdefault(key, []).append(act)
        self.exact, self.under, self.first_of, counting = {}, {}, {}, []
        for (_, _, first), acts in together.items():
            acts.sort(key=lambda a: (a.record.hash != first, a.record.log, a.record.seq))
            counts = acts[0]
            counting.append(counts)
            self.under.setdefault(first, set()).add(counts.record.hash)
            for act in acts:
                if act.says() == counts.says():
                    self.exact[act.record.hash] = counts.record.hash
                    self.first_of[act.record.hash] = first
        return counting

    def exactly(self, name):
        """The act that counts and says what the named record says: what a consent can mean."""
        return self.exact.get(name)

    def meant(self, name):
        """The acts that count and may be meant by a name that gives no consent."""
        return self.under.get(name, set()) | ({self.exact[name]} if name in self.exact else set())

    def before(self, a, b):
        if a.record.log == b.record.log:
            return a.record.seq < b.record.seq
        mark = b.record.marks.get(a.record.log)
        return mark is not None and self.logs[a.record.log].reach(mark) >= a.record.seq

    def answers(self, p):
        """grants, kills by sort, and the grants that made it take."""
        x, acts = p.person, self.by_p.get(p.record.hash, [])
        by_other = [a for a in acts if a.person != x]
        grants = [a for a in by_other if a.kind == 4]
        withdraws = [a for a in acts if a.kind == 6]
        declines = [a for a in by_other if a.kind == 5]
        counters = [
            q
            for q in self.proposals
            if q.person != x
            and q.record.about == p.record.about
            and q.items[3] is not None
            and p.record.hash in self.meant(q.items[3])
        ]
        kills = withdraws + declines + counters
        made = [g for g in grants if all(self.before(g, k) for k in kills)]
        return grants, withdraws, declines, counters, made

    def took(self, p):
        if p.record.hash not in self.took_cache:
            self.took_cache[p.record.hash] = bool(self.answers(p)[4])
        return self.took_cache[p.record.hash]

    def state(self, p, today):
        grants, withdraws, declines, counters, made = self.answers(p)
        if not made:
            if grants and (withdraws or declines or counters):
                return "crossed"
            if withdraws:
                return "withdrawn"
            if declines:
                return "declined"
            return "answered" if counters else "open"
        if withdraws:
            return "withdrawn"
        for q in self.proposals:
            if q.record.about == p.record.about and self.took(q):
                if any(p.record.hash in self.meant(r) for r in q.items[2]):
                    return "replaced"
        acts = self.by_p.get(p.record.hash, [])
        if {a.person for a in acts if a.kind == 7} == {0, 1}:
            return "completed"
        if today > p.items[1]:
            return "rests"
        return "begins" if today <= min(g.record.day for g in made) else "in-force"

    def owned(self):
        """Each owned object, with the sets of it that are current."""
        sets = [act for act in self.acts if act.kind == 2]
        objects = {act.record.hash: [act] for act in sets if act.record.about is None}
        for act in sets:
            for name in self.meant(act.record.about) if act.record.about else ():
                made = objects.get(name, [None])
                if made[0] and (made[0].person, made[0].items[0]) == (act.person, act.items[0]):
                    made.append(act)
        for made in objects.values():
            over = {
                self.first_of.get(name, name)
                for act in made
                for name in act.items[2]
                if self.first_of.get(name, name) != act.first
            }
            yield made[0], [act for act in made if act.first not in over]


# ---------------------------------------------------------------------------------------------
# What was signed, in plain words and in order
# ---------------------------------------------------------------------------------------------

WEEKDAYS = dict(
    zip(
        ("MO", "TU", "WE", "TH", "FR", "SA", "SU"),
        ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
    )
)
MONTHS = (
    "January February March April May June July August September October November December"
).split()


def spoken_day(day):
    try:
        when = datetime.date(1970, 1, 1) + datetime.timedelta(days=day)
        return f"{when.day} {MONTHS[when.month - 1]} {when.year}"
    except OverflowError:
        return f"day {day}"


def spoken_rule(rule):
    """The usual rules in words; any other as it is written."""
    if rule == "FREQ=DAILY":
        return "every day"
    days = rule[len("FREQ=WEEKLY;BYDAY=") :].split(",")
    if rule.startswith("FREQ=WEEKLY;BYDAY=") and all(d in WEEKDAYS for d in days):
        if days == ["MO", "TU", "WE", "TH", "FR"]:
            return "every weekday"
        return "every " + ", ".join(WEEKDAYS[d] for d in days)
    return f"on the days of the rule {rule}"


class Entry:
    """One act that counts, its words, and the numbers of those it provably stands between."""

    def __init__(self, act, acts):
        self.record, self.person = act.record, act.person
        self.line, self.words = speak(act, acts)
        self.after = self.before = None


def speak(act, acts):
    """What an act says: a line in words of this checker, and the words of its author."""

    def called(name):
        named = acts.get(name)
        content = named and named.kind in (2, 3) and named.items[named.kind == 2]
        if not content:
            return "something that is not here"
        return f'"{content[1]}"' if content[1] else TYPES[content[0]]

    kind, items = act.kind, act.items
    made = acts.get(act.record.about) if kind == 2 else None
    if made and made.person != act.person:
        return "tried to change what is not theirs; it has no effect", []
    if kind in (2, 3):
        content = items[0] if kind == 3 else items[1]
        if content is None:
            return f"lifted a {TYPES[items[0]]}", []
        words = [line for text in (content[1], content[2]) if text for line in text.split("\n")]
        words += [f"{key}: {text}" for key, text in content[8]]
        terms = []
        if content[4] is not None:
            terms.append(spoken_rule(content[4]))
        if content[5] is not None:
            terms.append(f"by {content[5] // 60:02}:{content[5] % 60:02}")
        if content[6] is not None:
            terms.append(f"from {spoken_day(content[6])}")
        if kind == 2:
            did = "wrote" if act.record.about is None else "changed"
            return ", ".join([f"{did} a {TYPES[content[0]]}", *terms]), words
        binds = {3: "binding both", 1 << act.person: "binding the one who offers"}
        terms.insert(0, binds.get(content[3], "binding the other"))
        terms.append(f"until {spoken_day(items[1])}")
        how = "offered instead of another offer" if items[3] else "offered"
        return f"{how} a {TYPES[content[0]]}, {', '.join(terms)}", words
    if kind in (4, 5, 6, 7):
        did = {4: "agreed to", 5: "declined", 6: "withdrew from", 7: "let go, with thanks,"}
        offer = acts.get(items[0])
        if kind == 6 and offer and offer.kind == 3:
            # To take back an offer that nobody agreed to withdraws from nothing.
            agrees = [a for a in acts.values() if a.kind == 4 and a.items[0] == items[0]]
            if not any(a.person != offer.person for a in agrees):
                did[6] = "took back the offer of" if act.person == offer.person else "said no to"
        return f"{did[kind]} {called(items[0])}", []
    if kind == 128:
        how = ("kept", "kept partly", "missed")[items[2]]
        about = f"says of {called(items[0])}, for {spoken_day(items[1])}: {how}"
        return about, items[3].split("\n") if items[3] else []
    if kind == 129:
        about = f", for {called(items[1])}" if items[1] else ""
        return f"says thanks{about}", items[0].split("\n")
    if kind == 130:
        days = spoken_day(items[1])
        if items[2] != items[1]:
            days += f" to {spoken_day(items[2])}"
        return f"says ahead about {called(items[0])}, for {days}", items[3].split("\n")
    if kind == 131:
        return f"says that it went wrong again, on {spoken_day(items[1])}", items[2].split("\n")
    if kind == 132:
        return "says what was done about it", items[1].split("\n")
    if kind == 133:
        return f"took a pause of {items[1]} minutes", []
    if kind == 137:
        return "took space" + (f" until {spoken_day(items[0])}" if items[0] is not None else ""), []
    if kind in (139, 140):
        return ("signed a sorry", "wrote a last word")[kind - 139], items[0].split("\n")
    if kind == 141:
        return "signed a summary for " + items[1].replace("\n", " "), []
    return {
        134: "came back from a pause",
        135: "heard something",
        136: "says that a check-in took place",
        138: "ended the space",
    }[kind], []


def told(truth):
    """Every act that counts, each after all that it marks, and else by the day it claims."""
    acts = {act.record.hash: act for act in truth.acts}
    waiting = {
        log.id: [acts[r.hash] for r in log.honoured if r.hash in acts]
        for log in truth.logs.values()
    }
    told, number, at, shown = [], {}, {log: 0 for log in waiting}, {log: 0 for log in waiting}
    seqs = {log: [act.record.seq for act in rest] for log, rest in waiting.items()}

    def reach(record, log):
        mark = record.marks.get(log)
        return truth.logs[log].reach(mark) if mark is not None else 0

    def free(act):
        return all(
            at[log] == len(rest) or rest[at[log]].record.seq > reach(act.record, log)
            for log, rest in waiting.items()
            if log in act.record.marks
        )

    while True:
        heads = [rest[at[log]] for log, rest in waiting.items() if at[log] < len(rest)]
        if not heads:
            return told
        act = min(heads, key=lambda a: (not free(a), a.record.day, a.person, a.record.log))
        at[act.record.log] += 1
        entry = Entry(act, acts)
        told.append(entry)
        number[act.record.hash] = len(told)
        for log, rest in waiting.items():
            if truth.logs[log].person == act.person or log not in act.record.marks:
                continue
            far = reach(act.record, log)
            # The one that is marked, and all before it that nothing had marked yet.
            while shown[log] < len(rest) and rest[shown[log]].record.seq <= far:
                earlier = number.get(rest[shown[log]].record.hash)
                if earlier is not None and told[earlier - 1].before is None:
                    told[earlier - 1].before = len(told)
                shown[log] += 1
            held = bisect.bisect_right(seqs[log], far)
            last = number.get(rest[held - 1].record.hash) if held else None
            if last:
                entry.after = max(entry.after or 0, last)


# ---------------------------------------------------------------------------------------------
# B10: the file, and what is printed about it
# ---------------------------------------------------------------------------------------------


def check(data, today):
    """Everything that the file shows, as one dictionary."""
    problems = []
    export = decode(data)
    need(isinstance(export, list) and len(export) == 3 and export[0] == 1, "not an export")
    _, statements, rows = export
    roster = Roster(statements, problems)
    logs = {log: Log(certificate) for log, certificate in sorted(roster.certificates.items())}
    need(isinstance(rows, list), "no logs")
    for row in rows:
        need(isinstance(row, list) and len(row) == 3, "not a log")
        log, first, stored = row
        need(is_hash(log) and is_uint(first) and isinstance(stored, list), "not a log")
        if log in logs:
            logs[log].take(first, stored, problems)
        else:
            problems.append(f"log {log.hex()[:8]}: no certificate")
    for log in logs.values():
        log.settle(roster.revocations.get(log.id, []), problems)
    truth = Truth(logs)
    return {
        "handfast": 1,
        "kind": "check",
        "ok": not problems,
        "day": today,
        "pact": roster.pact.hex(),
        "roster": roster.digest().hex(),
        "devices": [
            {
                "log": log.id.hex(),
                "person": log.person,
                "records": len(log.records),
                "good_signatures": sum(r.good for r in log.records.values()),
                "honoured": len(log.honoured),
                "head": (log.honoured[-1].hash if log.honoured else log.id).hex(),
                "forked": log.forked,
                "revoked": log.id in roster.revocations,
            }
            for log in logs.values()
        ],
        "proposals": [
            {
                "p": p.record.hash.hex(),
                "item": p.record.about.hex(),
                "author": p.person,
                "type": TYPES[p.items[0][0]],
                "who": p.items[0][3],
                "title": p.items[0][1],
                "text": p.items[0][2],
                "day": p.record.day,
                "until": p.items[1],
                "state": truth.state(p, today),
                "agreed": truth.took(p),
            }
            for p in sorted(truth.proposals, key=lambda p: (p.record.day, p.record.hash))
        ],
        "owned": [
            {
                "id": made.record.hash.hex(),
                "owner": made.person,
                "type": TYPES[made.items[0]],
                "in_force": [
                    {"set": a.record.hash.hex(), "title": a.items[1][1], "text": a.items[1][2]}
                    for a in sorted(current, key=lambda a: a.record.hash)
                    if a.items[1] is not None
                ],
            }
            for made, current in sorted(truth.owned(), key=lambda o: o[0].record.hash)
        ],
        "entries": [
            {
                "id": entry.record.hash.hex(),
                "by": entry.person,
                "day": entry.record.day,
                "unattended": entry.record.unattended,
                "says": entry.line,
                "words": entry.words,
                "after": entry.after,
                "before": entry.before,
            }
            for entry in told(truth)
        ],
        "without_form": truth.held_without_form,
        "not_readable_yet": truth.unknown_critical,
        "problems": problems,
    }


def shown(text):
    """Text of the two persons, without anything that could steer a terminal."""
    keep = {"L", "M", "N", "P", "S"}
    return "".join(c if c == " " or unicodedata.category(c)[0] in keep else "?" for c in text)


def date(day):
    try:
        return (datetime.date(1970, 1, 1) + datetime.timedelta(days=day)).isoformat()
    except OverflowError:
        return f"day {day}"


STATEMENT = (
    "What lies here is signed by the devices of two people. A signature shows which",
    "device said what, and in which order. It does not show that it is true, that",
    "anybody was free when signing, or what time it was: a day is a claim of its\nauthor.",
)

# What is not in order, for readers who do not know the format: how the detail reads, and what is said.
PLAIN = (
    ("signature is not good", "An entry bears a signature that is not right."),
    ("(a fork)", "One device signed two different histories; what both share counts."),
    ("without a good signature after", "The last entries of a device are covered by no good signature."),
    ("revocation's last record", "A device was stopped at an entry that is not in this file."),
    ("the rest is left out", "What a device signed does not fit together; from there on it is left out."),
    ("no certificate", "There are entries of a device that neither of the two vouched for."),
)


def plainly(problem):
    said = [plain for detail, plain in PLAIN if detail in problem]
    return said[0] if said else "The list of devices is not in order."


def report(result, people):
    """For two people and whoever helps them: what holds, who signed what, what was agreed."""
    if result["ok"]:
        print("Every signature is in order. That says who, not whether it is true.")
    else:
        print("Not everything is in order.")
        for said in dict.fromkeys(plainly(problem) for problem in result["problems"]):
            print(f" - {said}")
        print("The rest below holds. More: the same line with --details")
    print()
    print("\n".join(STATEMENT))
    print("\nWho signed what. \"After\" and \"before\" name entries of the other and are provable;")
    print("each day is the one that its author gave.")
    for number, entry in enumerate(result["entries"], 1):
        by = people[entry["by"]]
        script = ", by a script" if entry["unattended"] else ""
        after = f"after {entry['after']}" if entry["after"] else "after nothing of the other"
        before = f"before {entry['before']}" if entry["before"] else "before nothing of the other"
        print(f"\n{number}. {by} {shown(entry['says'])}{script}")
        for line in entry["words"]:
            print(f"     | {shown(line)}")
        print(f"   dated {spoken_day(entry['day'])} by {by}; {after}, {before}")
    if not result["entries"]:
        print("\nNothing yet.")
    print(f"\nWhere it stands on {spoken_day(result['day'])}:")
    for p in result["proposals"]:
        name = shown(p["title"]) or p["type"]
        never = p["state"] == "withdrawn" and not p["agreed"]
        stands = "taken back; it was never agreed" if never else STATES[p["state"]]
        print(f"  \"{name}\", offered by {people[p['author']]}: {stands}")
    for owned in result["owned"]:
        whose = f"a {owned['type']} of {people[owned['owner']]}"
        for a in owned["in_force"]:
            print(f"  \"{shown(a['title'])}\", {whose}: in force")
        if not owned["in_force"]:
            print(f"  {whose[0].upper()}{whose[1:]}: lifted")
    if not result["proposals"] and not result["owned"]:
        print("  Nothing is offered or agreed.")
    if result["not_readable_yet"] or result["without_form"]:
        print("\nSome entries are of a kind that this checker does not know, or have no effect.")


STATES = {
    "open": "open; nothing is agreed",
    "crossed": "answered both ways at once; nothing is agreed",
    "withdrawn": "agreed by both, and withdrawn since",
    "declined": "declined",
    "answered": "answered with another offer",
    "replaced": "replaced by a later agreement",
    "completed": "let go by both",
    "rests": "agreed by both; its review date is past, so it rests",
    "begins": "agreed by both; it counts from the next day",
    "in-force": "agreed by both, and in force",
}


def details(result, people):
    print(f"pact {result['pact']}")
    for device in result["devices"]:
        notes = [
            f"{device['records']} records, {device['good_signatures']} signatures good",
            f"honoured up to {device['honoured']}",
        ]
        notes += ["revoked"] if device["revoked"] else []
        notes += ["forked"] if device["forked"] else []
        print(f"device {device['log'][:8]} of {people[device['person']]}: {', '.join(notes)}")
    print(f"\nOn {date(result['day'])}:")
    for p in result["proposals"]:
        name = shown(p["title"]) or p["type"]
        print(
            f"  {p['state']:<10} {name}  (offered by {people[p['author']]}, dated"
            f" {date(p['day'])}, until {date(p['until'])}, {p['p'][:8]})"
        )
    for owned in result["owned"]:
        for a in owned["in_force"]:
            print(f"  in force   {owned['type']} of {people[owned['owner']]}: {shown(a['title'])}")
        if not owned["in_force"]:
            print(f"  lifted     {owned['type']} of {people[owned['owner']]} ({owned['id'][:8]})")
    if result["without_form"]:
        print(f"{result['without_form']} entries have no effect: not of the form of their kind")
    if result["not_readable_yet"]:
        print(f"{result['not_readable_yet']} entries are of a kind that this checker does not know")
    print()
    for problem in result["problems"]:
        print(f"NOT IN ORDER: {problem}")
    if result["ok"]:
        print("Every signature is in order. That says who, not whether it is true.")


def vectors(path):
    """Runs the vectors for canonical CBOR; prints the names of those with another outcome."""
    with open(path, encoding="utf-8") as file:
        cases = json.load(file)["vectors"]
    wrong = 0
    for case in cases:
        data = bytes.fromhex(case["hex"])
        try:
            accepted = encode(decode(data)) == data
        except Refused:
            accepted = False
        if accepted != case["accept"]:
            wrong += 1
            print(f"{case['name']}: {'accepted' if accepted else 'refused'}")
    print(f"{len(cases) - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


def main():
    parser = argparse.ArgumentParser(description="Checks an export of handfast.")
    parser.add_argument("file", help="records.cbor, as `handfast export` wrote it")
    parser.add_argument("--day", help="the day to judge, such as 2026-11-22; today if absent")
    parser.add_argument(
        "--names", default="", metavar="A,B", help="what the one who invited and the one who joined are called"
    )
    parser.add_argument("--details", action="store_true", help="devices, hashes and what is wrong, exactly")
    parser.add_argument("--json", action="store_true", help="print one JSON document")
    parser.add_argument("--vectors", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.vectors:
        return vectors(options.file)
    if LIBRARY is None:
        print(
            "This needs a library for Ed25519. Install one of them:\n"
            "    pip install cryptography\n"
            "    pip install PyNaCl",
            file=sys.stderr,
        )
        return 2
    try:
        day = datetime.date.fromisoformat(options.day) if options.day else datetime.date.today()
    except ValueError:
        parser.error("--day wants a date such as 2026-11-22")
    try:
        with open(options.file, "rb") as file:
            result = check(file.read(), (day - datetime.date(1970, 1, 1)).days)
    except (OSError, Refused) as reason:
        print(f"{options.file} cannot be read as an export: {reason}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps(result, ensure_ascii=True, indent=1))
    else:
        names = [shown(name.strip()) for name in options.names.split(",")]
        people = ("the one who invited", "the one who joined")
        if len(names) == 2 and all(names):
            people = tuple(names)
        (details if options.details else report)(result, people)
    return 0 if result["ok"] else 1


if __name__ == "__main__":
    sys.exit(main())
