"""Mutations that keep most of a file's shape: tokens for text, parts for archives, wrappings."""

import codecs
import gzip
import io
import random
import re
import zipfile
import zlib
from collections.abc import Callable, Sequence
from typing import TypeAlias

Mutation: TypeAlias = Callable[[bytes, random.Random], bytes]

UNPACKED_MAX = 1 << 20
# what readers of invoices stumble over: numbers, dates, signs, control characters, bad bytes
WORDS: tuple[bytes, ...] = (
    *(b"", b" ", b"0", b"-0", b"+1", b"1.", b".5", b"1e5", b"1E-05", b"-7.1E-05", b"1e999"),
    *(b"1,5", b"1.234,56", b"1,234.56", b"1 234,5", b"'12.50", b"''1", b"12.5-", b"(1)", b"$4"),
    *(b"0.0000000000000000001", b"99999999999999999999", b"123456789012345678901", b"-0.00"),
    *(b"NaN", b"Infinity", b"null", b"NULL", b"true", b"\xd9\xa3", b"5.6689E+17", b"=1+1", b"@x"),
    *(b"2021-10-01", b"0001-01-01", b"9999-12-31", b"2021-02-30", b"10/3/2020", b"13/10/2020"),
    *(b"2021-10-31T23:59:59.9999999Z", b"2021-10-01T00:30:00+02:00", b"0001-01-01T00:00:00+14:00"),
    *(b"9999-12-31T23:00:00-02:00", b"1/1/0001 0:00", b"31.12.2021", b"5/1/25", b"0000-00-00"),
    *(b"EUR", b"eur ", b"XXX", b"usage", b"credit", b"org:1", b"\x00", b"\x1b[31m", b"\x1e"),
    *(b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xf4\x8f\xba\x80", b"\xef\xbb\xbf", b"\xc2\xa0"),
    *(b'"', b'""', b'"\n"', b"\r", b"\r\n", b"\n\n", b",", b";", b"\t", b'","', b"\\", b"\\u0000"),
    *(b"\x1b", b"0e-999", b"\\ud800", b"1_0", b"JPY", b"\xe2\x80\xa8"),
)  # fmt: skip


def tokens(pattern: bytes, *, words: Sequence[bytes] = ()) -> Mutation:
    """Give the mutation that replaces, repeats, drops and swaps the tokens of a text.

    What the pattern does not match stays where it is.
    """
    token = re.compile(b"(" + pattern + b")", re.DOTALL)
    known = (*WORDS, *words, *words)

    def mutated(text: bytes, dice: random.Random) -> bytes:
        parts = token.split(text)
        places = range(1, len(parts), 2)
        for _ in range(dice.choice((1, 1, 1, 2, 3, 8)) if places else 0):
            at, other = dice.choice(places), dice.choice(places)
            until = at + 2 * dice.choice((1, 1, 1, 2, 5, 40))
            match dice.randrange(8):
                case 0 | 1 | 2:
                    parts[at] = dice.choice(known)
                case 3:
                    parts[at] = parts[other]
                case 4:
                    parts[at] += b"".join(parts[at:until])
                case 5:
                    parts[at:until:2] = [b""] * len(parts[at:until:2])
                case 6:
                    parts[at] = dice.choice(known) + parts[at]
                case 7:
                    parts[at], parts[other] = parts[other], parts[at]
        return b"".join(parts)

    return mutated


def lines(text: bytes, dice: random.Random) -> bytes:
    """Repeat, drop, swap or cut lines; change their ends."""
    found = text.splitlines(keepends=True) or [b""]
    at, to = dice.randrange(len(found)), dice.randrange(len(found))
    match dice.randrange(6):
        case 0:
            found[to:to] = found[at : at + 1] * dice.choice((1, 1, 2, 30))
        case 1:
            del found[at]
        case 2:
            found[at], found[to] = found[to], found[at]
        case 3:
            found[at] = found[at][: dice.randrange(len(found[at]) + 1)]
        case 4:
            return text.replace(b"\r\n", b"\n").replace(b"\n", dice.choice((b"\n", b"\r\n", b"\r")))
        case 5:
            found[at] = found[at].rstrip(b"\r\n") + dice.choice((b"\n", b"\r", b"\r\n", b"\n\n"))
    return b"".join(found)


def flipped(content: bytes, dice: random.Random) -> bytes:
    """Change, insert or drop some bytes."""
    changed = bytearray(content)
    for _ in range(dice.choice((1, 1, 2, 4, 16))):
        at = dice.randrange(len(changed) + 1)
        match dice.randrange(4):
            case 0:
                changed[at:at] = bytes([dice.randrange(256)])
            case 1:
                changed[at : at + 1] = bytes([dice.randrange(256)])
            case 2:
                del changed[at : at + dice.choice((1, 1, 4, 64))]
            case 3:
                size = dice.choice((1, 2, 4, 8))
                changed[at : at + size] = dice.choice((b"\0", b"\xff", b"\x7f")) * size
    return bytes(changed)


def wrapped(inner: Mutation) -> Mutation:
    """Give the mutation of what lies inside gzip or UTF-16, and of the wrapping itself."""

    def mutated(content: bytes, dice: random.Random) -> bytes:
        if content[:2] == b"\x1f\x8b" and dice.random() < 0.9:
            changed = _packed(mutated(_unpacked(content), dice), dice)
        elif content[:2] == codecs.BOM_UTF16_LE and dice.random() < 0.9:
            changed = _utf16(inner(content[2:].decode("utf-16-le", "replace").encode(), dice))
        elif dice.random() < 0.07:
            changed = dice.choice((_packed, flipped))(content, dice)
        elif dice.random() < 0.04:
            changed = dice.choice((codecs.BOM_UTF8 + content, _utf16(content)))
        else:
            changed = inner(content, dice)
        return changed

    return mutated


def _utf16(text: bytes) -> bytes:
    return codecs.BOM_UTF16_LE + text.decode("utf-8", "replace").encode("utf-16-le")


def either(*mutations: Mutation) -> Mutation:
    """Give one of these mutations, each time anew."""
    return lambda content, dice: dice.choice(mutations)(content, dice)


def beside(cut: bytes, first: Mutation, second: Mutation) -> Mutation:
    """Give the mutation of one of two parts that a mark divides; the other stays as it is."""

    def mutated(content: bytes, dice: random.Random) -> bytes:
        one, mark, two = content.partition(cut)
        if dice.random() < 0.4:
            return first(one, dice) + mark + two
        return one + (mark or cut) + second(two, dice)

    return mutated


def zipped(inner: Mutation) -> Mutation:
    """Give the mutation of the parts of a zip archive, and at times of its bytes."""

    def mutated(content: bytes, dice: random.Random) -> bytes:
        if dice.random() < 0.05:
            return flipped(content, dice)
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                parts = {
                    part.filename: archive.read(part)
                    for part in archive.infolist()
                    if part.file_size < UNPACKED_MAX
                }
        except (zipfile.BadZipFile, zlib.error, OSError, EOFError, NotImplementedError, ValueError):
            return flipped(content, dice)
        except RuntimeError:  # encrypted
            return flipped(content, dice)
        if not parts:
            return flipped(content, dice)
        big = max(parts, key=lambda name: len(parts[name]))
        name = big if dice.random() < 0.8 else dice.choice(list(parts))
        parts[name] = inner(parts[name], dice)
        if dice.random() < 0.02:
            del parts[dice.choice(list(parts))]
        return zip_of(parts)

    return mutated


def zip_of(parts: dict[str, bytes]) -> bytes:
    """Zip parts, without a date, so that equal parts give equal bytes."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED, 1)
    return out.getvalue()


def _unpacked(content: bytes) -> bytes:
    try:
        return zlib.decompressobj(31).decompress(content, UNPACKED_MAX)
    except zlib.error:
        return content


def _packed(text: bytes, dice: random.Random) -> bytes:
    cut = dice.randrange(len(text) + 1) if dice.random() < 0.3 else len(text)
    members = [gzip.compress(part, 1, mtime=0) for part in (text[:cut], text[cut:]) if part]
    return b"".join(members) + dice.choice((b"",) * 8 + (b"\0\0", b"junk"))
