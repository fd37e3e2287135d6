#!/usr/bin/env python3
"""Makes cbor.json: what a strict reader of canonical CBOR (docs/formats.md B1) takes and refuses.

The bytes are put together by hand here, with neither of the two implementations that run them.
Each vector is one byte string that is read as one item, to its end.

    python3 tests/golden/make_cbor.py > tests/golden/cbor.json
"""

import json

vectors = []


def add(name, data, accept):
    vectors.append({"name": name, "hex": bytes(data).hex(), "accept": accept})


def head(major, number, width):
    """A head in a given width: 0 stands for the number inside the first byte."""
    if width == 0:
        return bytes([major << 5 | number])
    return bytes([major << 5 | {1: 24, 2: 25, 4: 26, 8: 27}[width]]) + number.to_bytes(width, "big")


def widths(number):
    return [w for w in (0, 1, 2, 4, 8) if (number < 24 if w == 0 else number < 1 << (8 * w))]


NAMES = {0: "uint", 1: "negative", 2: "bytes", 3: "text", 4: "array", 5: "map", 6: "tag", 7: "simple"}

# Each number in each width: the shortest alone is right.
for number in (0, 1, 10, 22, 23, 24, 25, 100, 254, 255, 256, 257, 1000, 65534, 65535, 65536, 10**6,
               2**31, 2**32 - 1, 2**32, 2**32 + 1, 2**53, 2**63, 2**64 - 1):
    for width in widths(number):
        add(f"uint {number} in {width}", head(0, number, width), width == widths(number)[0])

# Each length in each width, for strings and arrays.
for number in (0, 1, 2, 23, 24, 25, 255, 256, 300):
    for major, content in ((2, b"\x00"), (3, b"a"), (4, b"\x00")):
        for width in widths(number):
            add(
                f"{NAMES[major]} of {number} in {width}",
                head(major, number, width) + content * number,
                width == widths(number)[0],
            )

# Every first byte, followed by bytes that would complete a lenient reading.
for first in range(256):
    major, info = first >> 5, first & 31
    if major in (0, 2, 3, 4) and info < 28:
        continue  # above
    tail = {1: b"\x00" * 8, 5: b"\x00" * 64, 6: b"\x00" * 9, 7: b"\x00" * 8}.get(major, b"\xff")
    if first == 0xF6:
        add("null", b"\xf6", True)
        add("null and more", b"\xf6\x00", False)
        continue
    needed = {24: 1, 25: 2, 26: 4, 27: 8}.get(info, 0)
    if major in (1, 7):
        tail = b"\x00" * needed
    elif major == 6:
        tail = b"\x00" * (needed + 1)
    elif major == 5:
        tail = b"\x00" * (needed + (2 * info if info < 24 else 0))
    add(f"{NAMES[major]} {info} ({first:02x})", bytes([first]) + tail, False)
    if first in (0x5F, 0x7F, 0x9F):
        piece = {0x5F: b"\x41\x00", 0x7F: b"\x61a", 0x9F: b"\x00"}[first]
        add(f"indefinite {NAMES[major]} with an item", bytes([first]) + piece + b"\xff", False)

# Bytes that end too early, and bytes that follow.
whole = bytes.fromhex("840143010203626869f6")
add("a small array", whole, True)
for cut in range(len(whole)):
    add(f"a small array cut at {cut}", whole[:cut], False)
for more in (b"\x00", b"\xf6", b"\xff", b"\x80"):
    add(f"a small array and {more.hex()}", whole + more, False)
for major in (2, 3, 4):
    for width, number in ((1, 255), (2, 65535), (4, 2**32 - 1), (8, 2**64 - 1), (8, 2**63)):
        add(f"{NAMES[major]} that claims {number}", head(major, number, width) + b"\x00" * 10, False)
for major in (0, 2, 3, 4):
    for width in (1, 2, 4, 8):
        add(f"{NAMES[major]} head of {width} cut", head(major, 2 ** (8 * width) - 1, width)[:-1], False)

# Depth.
for depth in range(0, 13):
    add(f"{depth} arrays in each other", b"\x81" * depth + b"\x00", depth <= 8)
    add(f"{depth} arrays and an empty one", b"\x81" * depth + b"\x80", depth <= 7)
add("a thousand arrays in each other", b"\x81" * 1000 + b"\x00", False)
add("wide and flat", b"\x98\xc8" + b"\x80" * 200, True)
add("depth 8 twice", b"\x82" + (b"\x81" * 7 + b"\x00") * 2, True)
add("depth 9 beside depth 1", b"\x82\x80" + b"\x81" * 8 + b"\x00", False)


def text(name, content, accept):
    content = content if isinstance(content, bytes) else content.encode("utf-8", "surrogatepass")
    assert len(content) < 256
    width = 0 if len(content) < 24 else 1
    add(f"text: {name}", head(3, len(content), width) + content, accept)


text("plain", "Home by six", True)
text("lines", "one\ntwo\n", True)
text("a tab", "a\tb", True)
text("U+0000", "a\0b", False)
text("U+0000 alone", "\0", False)
text("CR LF", "a\r\nb", False)
text("CR", "a\rb", False)
text("CR at the end", "a\r", False)
text("escape", "a\x1b[31m", True)
text("delete", "\x7f", True)
text("U+0085", "\x85", True)
text("byte order mark", "\ufeffa", True)
text("noncharacter", "\uffff", True)
text("last code point", "\U0010ffff", True)
text("umlaut composed", "sch\u00f6n", True)
text("umlaut decomposed", "scho\u0308n", False)
text("two marks in canonical order", "q\u0323\u0307", True)
text("two marks in the other order", "q\u0307\u0323", False)
text("angstrom sign", "\u212b", False)
text("ohm sign", "\u2126", False)
text("A with ring", "\u00c5", True)
text("Hangul syllable", "\uac00", True)
text("Hangul as jamo", "\u1100\u1161", False)
text("a composition exclusion", "\u0958", False)
text("the same, decomposed", "\u0915\u093c", True)
text("a mark alone", "\u0308", True)
text("a mark after a letter without a composed form", "x\u0308\u0323", False)
text("compatibility letter stays", "\ufb01", True)
text("CJK compatibility ideograph", "\uf900", False)
text("emoji with joiner", "\U0001f469\u200d\U0001f469", True)
text("musical symbol that decomposes", "\U0001d15e", False)
text("overlong slash", b"\xc0\xaf", False)
text("overlong U+0000", b"\xc0\x80", False)
text("three-byte overlong", b"\xe0\x80\xaf", False)
text("four-byte overlong", b"\xf0\x80\x80\xaf", False)
text("high surrogate", b"\xed\xa0\x80", False)
text("low surrogate", b"\xed\xbf\xbf", False)
text("a pair of surrogates", b"\xed\xa0\x80\xed\xb0\x80", False)
text("above the last code point", b"\xf4\x90\x80\x80", False)
text("five bytes", b"\xf8\x88\x80\x80\x80", False)
text("a continuation alone", b"\x80", False)
text("a start alone", b"\xc3", False)
text("a start, then a letter", b"\xc3a", False)
text("0xfe", b"\xfe", False)
text("0xff", b"\xff", False)
add("text cut inside a character, the rest outside", b"\x61\xc3\xb6", False)

# Mistakes inside arrays count like those outside.
for name, inner in (("overlong uint", b"\x18\x17"), ("negative", b"\x20"), ("map", b"\xa0"),
                    ("tag", b"\xc0\x00"), ("false", b"\xf4"), ("true", b"\xf5"), ("undefined", b"\xf7"),
                    ("half", b"\xf9\x00\x00"), ("break", b"\xff"), ("text with CR", b"\x61\r")):
    add(f"{name} in an array", b"\x82\x01" + inner, False)
    add(f"{name} two arrays down", b"\x81\x82" + inner + b"\x01", False)

print('{"made": "by tests/golden/make_cbor.py; see there", "vectors": [')
print(",\n".join(json.dumps(v, ensure_ascii=True) for v in vectors))
print("]}")
