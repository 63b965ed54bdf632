"""Text from files as it may be shown: nothing in it acts on a terminal."""

import re

# control signs, line and paragraph separators, changes of writing direction, halves of characters
_ACTING = re.compile(
    "[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]"
)


def printable(text: str, *, keep: str = "") -> str:
    r"""Give text in which every sign that acts instead of being shown reads as its number.

    >>> print(printable("a\x1b[31m\nb\u202e"))
    a\x1b[31m\x0ab\u202e
    """
    return _ACTING.sub(lambda found: found[0] if found[0] in keep else _number(found[0]), text)


def printable_json(document: str) -> str:
    r"""Give a JSON document whose texts stay what they are and show such signs by their number.

    >>> print(printable_json('{"a": "\x9b31m"}'))
    {"a": "\u009b31m"}
    """
    return _ACTING.sub(
        lambda found: found[0] if found[0] == "\n" else f"\\u{ord(found[0]):04x}", document
    )


def _number(sign: str) -> str:
    number = ord(sign)
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"  # noqa: PLR2004 - a byte
