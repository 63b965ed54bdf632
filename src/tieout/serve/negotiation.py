"""What a request's headers let through: media types, codings, and what is known already."""

import re
from collections.abc import Mapping, Sequence

from starlette.requests import Request
from starlette.responses import Response

TAG = re.compile(r'(?:W/)?"[^"]*"', re.ASCII)


def said(request: Request, name: str) -> str:
    """Give what all headers of one name say together (RFC 9110, 5.3); '' where there is none."""
    return ", ".join(request.headers.getlist(name)).strip()


def coding_of(request: Request, served: Sequence[str]) -> str:
    """Give the content coding that the request likes best, the first of equals; else identity."""
    header = said(request, "accept-encoding")
    best = max(served, key=lambda coding: weight_of(header, coding))
    return best if weight_of(header, best) else "identity"


def is_known(request: Request, tag: str) -> bool:
    """Tell whether If-None-Match says that the reader has this already."""
    tags = said(request, "if-none-match")
    return tags == "*" or tag in {one.removeprefix("W/") for one in TAG.findall(tags)}


def bodiless(headers: Mapping[str, str], *, media_type: str) -> Response:
    """Give the answer to HEAD, without the length of a body that was not made (RFC 9110, 8.6)."""
    answer = Response(headers=headers, media_type=media_type)
    del answer.headers["Content-Length"]
    return answer


def weight_of(header: str, wanted: str) -> int:
    """Give the weight in thousandths that a header gives to a media type or a coding.

    The most specific range decides; a malformed weight counts as none.

    >>> weight_of("text/csv, application/*;q=0.5", "application/json")
    500
    """
    ranges = (wanted, wanted.split("/", maxsplit=1)[0] + "/*", "*/*", "*")
    found: dict[str, int] = {}
    for part in header.lower().split(","):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        texts = [piece[2:].strip() for piece in parameters if piece.startswith("q=")]
        found[name] = _thousandths(texts[0]) if texts else 1000
    return next((found[name] for name in ranges if name in found), 0)


def _thousandths(text: str) -> int:
    if not re.fullmatch(r"0(\.[0-9]{0,3})?|1(\.0{0,3})?", text, re.ASCII):
        return 0
    whole, _, rest = text.partition(".")
    return int(whole) * 1000 + int(f"{rest:0<3}")
