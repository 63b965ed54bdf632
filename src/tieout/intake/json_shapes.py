"""JSON lines that are equal but for their values, cut into cells at once: no object per value.

whole lines -> strings and keys -> the lines that fit a shape, with each value's place -> cells

The text between two values is a gap; the gaps of a line that was decoded are a shape. A line with
a shape's gaps, of which every value is one JSON token, is an object with the shape's keys and no
other. Where a line is cut is a guess; that it fits is proved. What fits no shape is left to the
decoder, and so are lines that fit but hold a string that cannot be decoded.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import msgspec
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tieout.intake.records import Numbers

Truths = NDArray[np.bool_]
QUOTE, COLON, BACKSLASH, SPACE, LINE_FEED, RETURN = b'":\\ \n\r'
OPENS, CLOSES, NULL = b"{}n"
# an exponent of more digits than intake reads is left to the decoder
SCALAR = r"^(-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]{1,3})?|true|false|null)$"
_members = msgspec.json.Decoder(dict[str, msgspec.Raw])
_values = msgspec.json.Decoder(list[msgspec.Raw])
_texts = msgspec.json.Decoder(list[str])


@dataclass(frozen=True)
class Tokens:
    """Whole lines of text, with the strings in them and which of those are an object's keys."""

    text: bytes
    ends: Numbers  # the line feed of each line
    opens: Numbers  # the first quote of each string, in all lines
    closes: Numbers
    strings: Numbers  # how many strings stand before the end of each line
    keys: Numbers  # which strings are keys of the object that is the line
    backslashes: Numbers
    dubious: Truths  # lines with a quote that has no other, or a control character

    @cached_property
    def first_keys(self) -> Numbers:
        """Give, for each line and behind the last, how many keys stand before it."""
        return np.searchsorted(self.keys, np.concatenate([[0], self.strings]))


def find_tokens(text: bytes) -> Tokens:
    """Find the strings of whole lines, the last one's line feed included."""
    signs = np.frombuffer(text, np.uint8)
    low = np.flatnonzero(signs < SPACE)
    ends = low[signs[low] == LINE_FEED]
    backslashes = np.flatnonzero(signs == BACKSLASH)
    is_quote = signs == QUOTE
    is_quote[_escaped(backslashes)] = False
    quotes = np.flatnonzero(is_quote)
    until = np.searchsorted(quotes, ends)
    odd = np.diff(until, prepend=0) % 2 == 1
    if odd.any():
        quotes = quotes[~odd[np.searchsorted(ends, quotes)]]
        until = np.searchsorted(quotes, ends)
    opens, closes = quotes[0::2], quotes[1::2]
    keys = np.flatnonzero(signs[closes + 1] == COLON)
    strings = until // 2
    if np.count_nonzero(signs == OPENS) > ends.size:
        starts = _starts(ends)[np.searchsorted(strings, keys, side="right")]
        keys = keys[_depths(signs, opens[keys], quotes=quotes, starts=starts) == 1]
    dubious = odd
    if low.size > ends.size:
        dubious[np.searchsorted(ends, _controls(signs, low))] = True
    return Tokens(text, ends, opens, closes, strings, keys, backslashes, dubious)


def _starts(ends: Numbers) -> Numbers:
    return np.concatenate([[0], ends[:-1] + 1])


def _controls(signs: NDArray[np.uint8], low: Numbers) -> Numbers:
    """Give the control characters that are neither a line feed nor a return before one."""
    after = signs[np.minimum(low + 1, len(signs) - 1)]
    ends_line = (signs[low] == LINE_FEED) | ((signs[low] == RETURN) & (after == LINE_FEED))
    return np.compress(~ends_line, low)


def _escaped(backslashes: Numbers) -> Numbers:
    """Give the places of what is escaped: in a run of backslashes every other one escapes."""
    begins = np.flatnonzero(np.diff(backslashes, prepend=-2) != 1)
    sizes = np.diff(begins, append=backslashes.size)
    in_run = np.arange(backslashes.size) - np.repeat(begins, sizes)
    return (
        np.compress(in_run % 2 == 0, backslashes) + 1
    )  # a text ends in a line feed, so there is one


def _depths(signs: NDArray[np.uint8], at: Numbers, *, quotes: Numbers, starts: Numbers) -> Numbers:
    """Give in how many objects each place lies, counted from the start of its line."""
    braces = np.flatnonzero((signs == OPENS) | (signs == CLOSES))
    braces = braces[np.searchsorted(quotes, braces) % 2 == 0]
    depths = np.concatenate([[0], np.cumsum(np.where(signs[braces] == OPENS, 1, -1))])
    found: Numbers = depths[np.searchsorted(braces, at)] - depths[np.searchsorted(braces, starts)]
    return found


@dataclass(frozen=True)
class Fit:
    """The lines of a text that fit a shape. Of a line's `bounds` every other piece is a value."""

    tokens: Tokens
    keys: tuple[str, ...]
    lines: Numbers
    bounds: Numbers  # one row per line: where it begins, where each value begins and ends, its end
    quoted: Truths  # one row per line: which values are strings

    def cells(self) -> tuple[Numbers, list[pa.Array]]:
        """Give the lines of which every string can be decoded, and one column of text per key."""
        starts, ends = self.bounds[:, 1:-1:2] + self.quoted, self.bounds[:, 2:-1:2] - self.quoted
        signs = np.frombuffer(self.tokens.text, np.uint8)
        ends = np.where(~self.quoted & (signs[starts] == NULL), starts, ends)
        escaped = self._with_escapes(starts)
        texts = pieces(self.tokens.text, np.stack([starts, ends], axis=2))
        plain, good = _decoded(texts.take(pa.array(2 * escaped)).to_pylist())
        width = len(self.keys)
        columns = [
            texts.take(pa.array(2 * (np.arange(len(self.lines)) * width + at)))
            for at in range(width)
        ]
        rows, places = np.divmod(escaped, width)
        for at in np.unique(places):
            here = np.flatnonzero(places == at)
            mask = np.zeros(len(self.lines), np.bool_)
            mask[rows[here]] = True
            columns[at] = pc.replace_with_mask(
                columns[at], pa.array(mask), pa.array([plain[one] for one in here], pa.string())
            )
        if good.all():
            return self.lines, columns
        kept = np.setdiff1d(np.arange(len(self.lines)), rows[~good])
        return self.lines[kept], [column.take(pa.array(kept)) for column in columns]

    def _with_escapes(self, starts: Numbers) -> Numbers:
        """Give the values, counted line by line, that are strings with a backslash."""
        at = self.tokens.backslashes
        cell = np.searchsorted(starts.ravel(), at, side="right") - 1
        inside = (cell >= 0) & (at < self.bounds[:, 2:-1:2].ravel()[cell])
        cells = np.unique(cell[inside])
        return cells[self.quoted.ravel()[cells]]


def pieces(text: bytes, bounds: Numbers) -> pa.Array:
    """Give the pieces of a text between bounds in ascending order, copying none."""
    offsets = np.ascontiguousarray(bounds, np.int32)
    buffers = [None, pa.py_buffer(offsets), pa.py_buffer(text)]
    return pa.Array.from_buffers(pa.string(), offsets.size - 1, buffers)


def _decoded(texts: Sequence[str]) -> tuple[list[str], Truths]:
    """Give what strings with escapes say, and which of them can be decoded at all."""
    good = np.ones(len(texts), np.bool_)
    try:
        return _texts.decode('["' + '","'.join(texts) + '"]') if texts else [], good
    except msgspec.DecodeError:
        plain = []
        for at, text in enumerate(texts):
            try:
                plain.append(msgspec.json.decode(f'"{text}"', type=str))
            except msgspec.DecodeError:
                plain.append("")
                good[at] = False
        return plain, good


@dataclass(frozen=True)
class Shape:
    """The keys of an object and all its text but the values."""

    keys: tuple[str, ...]
    gaps: tuple[bytes, ...]  # before each value, and behind the last
    before: Numbers  # of each gap, the bytes before its key; the first is counted from the line
    behind: Numbers  # and the bytes between key and value

    @cached_property
    def sizes(self) -> Numbers:
        """Give the length of each gap."""
        return np.array([len(gap) for gap in self.gaps])

    def fit(self, tokens: Tokens, lines: Numbers) -> Fit:
        """Give those of some lines that have this shape's gaps and one JSON token per value."""
        width, first = len(self.keys), tokens.first_keys
        lines = lines[(first[lines + 1] - first[lines] == width) & ~tokens.dubious[lines]]
        keys = tokens.keys[first[lines][:, None] + np.arange(width)]
        bounds = np.empty((len(lines), 2 * width + 2), np.int64)
        bounds[:, 0] = _starts(tokens.ends)[lines]
        bounds[:, 2:-2:2] = tokens.opens[keys[:, 1:]] - self.before[1:]
        bounds[:, 1:-2:2] = tokens.closes[keys] + 1 + self.behind
        bounds[:, -2], bounds[:, -1] = tokens.ends[lines] - self.sizes[-1], tokens.ends[lines]
        lengths = np.diff(bounds)
        fits = (lengths[:, 0::2] == self.sizes).all(axis=1) & (lengths[:, 1::2] > 0).all(axis=1)
        lines, keys, bounds = lines[fits], keys[fits], bounds[fits]
        fits = self._has_gaps(tokens.text, bounds)
        lines, keys, bounds = lines[fits], keys[fits], bounds[fits]
        quoted = _is_string(tokens, keys, lines=lines, bounds=bounds)
        fits = _are_values(tokens.text, bounds, quoted=quoted)
        return Fit(tokens, self.keys, lines[fits], bounds[fits], quoted[fits])

    def _has_gaps(self, text: bytes, bounds: Numbers) -> Truths:
        """Say which lines have these very gaps; their lengths are known to be right."""
        rows, gaps = len(bounds), len(self.gaps)
        if not rows:
            return np.ones(0, np.bool_)
        places = np.arange(rows)[:, None] * 2 * gaps + 2 * np.arange(gaps)
        found = pieces(text, bounds).take(pa.array(places.ravel()))
        wanted = np.frombuffer(b"".join(self.gaps), np.uint8)
        signs = np.frombuffer(found.buffers()[2], np.uint8, rows * wanted.size)
        return np.asarray((signs.reshape(rows, wanted.size) == wanted).all(axis=1))


def _is_string(tokens: Tokens, keys: Numbers, *, lines: Numbers, bounds: Numbers) -> Truths:
    """Say which values are one string, from their first quote to their last."""
    behind = np.concatenate([keys[:, 1:], tokens.strings[lines][:, None]], axis=1)
    after = np.minimum(keys + 1, len(tokens.opens) - 1)
    found = (behind - keys == 2) & (tokens.opens[after] == bounds[:, 1:-1:2])  # noqa: PLR2004
    return np.asarray(found & (tokens.closes[after] == bounds[:, 2:-1:2] - 1))


def _are_values(text: bytes, bounds: Numbers, *, quoted: Truths) -> Truths:
    """Say in which lines every value that is no string is a number, a word, an array, an object."""
    good = np.ones(len(bounds), np.bool_)
    rows, at = np.nonzero(~quoted)
    if not rows.size:
        return good
    values = pieces(text, bounds).take(pa.array(rows * bounds.shape[1] + 2 * at + 1))
    scalar = pc.match_substring_regex(values, SCALAR).to_numpy(zero_copy_only=False)
    others = np.flatnonzero(~scalar)
    held = [value.encode() for value in values.take(pa.array(others)).to_pylist()]
    if not _is_list_of(held):
        good[rows[others[[not _is_list_of([value]) for value in held]]]] = False
    return good


def _is_list_of(values: Sequence[bytes]) -> bool:
    """Say whether each of some texts is one JSON value, with nothing around it."""
    try:
        return _values.decode(b"[" + b",".join(values) + b"]") == list(map(msgspec.Raw, values))
    except (msgspec.DecodeError, RecursionError):
        return False


def learn_shape(line: bytes) -> Shape | None:
    """Give the shape of one line; None where it is no object, or cannot be cut as most are."""
    try:
        row = _members.decode(line)
    except (msgspec.DecodeError, RecursionError):
        return None
    tokens = find_tokens(line + b"\n")
    if not row or tokens.dubious[0] or len(tokens.keys) != len(row):
        return None
    gaps, before, behind, at = [], [], [], 0
    for place, (key, value) in zip(tokens.keys, row.items(), strict=True):
        opens, after = int(tokens.opens[place]), int(tokens.closes[place]) + 1
        begin = after + 1 + len(line[after + 1 :]) - len(line[after + 1 :].lstrip())
        if line[begin:].startswith(bytes(value)) and _says(line[opens:after], key):
            gaps.append(line[at:begin])
            before.append(opens - at)
            behind.append(begin - after)
            at = begin + len(bytes(value))
        else:
            return None
    return Shape(tuple(row), (*gaps, line[at:]), np.array(before), np.array(behind))


def _says(text: bytes, key: str) -> bool:
    try:
        return bool(msgspec.json.decode(text, type=str) == key)
    except msgspec.DecodeError:
        return False
