"""Who attacks and what: parties, every operation that OpenAPI tells of, answers compared."""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import httpx
from serve_case import HEADERS, ROWS, Place, Visitor
from token_case import give

from tieout.serve.roles import ROLES

DISTRIBUTOR, RESELLER, VENDOR = "distributor", "reseller", "V1"
MINE, THEIRS, NOBODY = "customer-1000881", "customer-1000882", "customer-9999999"
COST = "123457.91"  # what every seller of the store pays for each line
HOSTILE = "=cmd|'/c calc'!A1 <script>alert(1)</script>]]> \"'\\\r\nSet-Cookie: a=b"
UNKNOWN_ID = "00000000-0000-4000-8000-000000000000"
PLACES = (
    *("/api/v1/reporting", "/api/v2/reporting", "/billing/v2", "/billing/v3", "/billing/v4"),
    *("/billing", "/manage/v1", "/operations/v1", "/oauth"),
)
READING = PLACES[:5]
# what needs no key: what the Billing API says of its versions, and where tokens are given
PUBLIC = re.compile(
    r"/billing(/v[0-9]+/schema\.xsd|/versions(\.html|\.css|/\{version_id\})?"
    r"|/releases|/known-issues)|/oauth/token"
)
EMPTY = {"startDate": "20200101", "endDate": "20200131"}  # no invoice, and quickly said
RANGE = {"startDate": "20260701", "endDate": "20260831"}
MOVES = tuple(f"operations.{move}" for move in ("verify", "issue", "pay", "card-error"))
IDS = ("invoiceId", "invoiceNumber", "rowId", "parentRowId", "subscriptionId", "orderId")


@dataclass(frozen=True)
class Operation:
    """One method of one address, as OpenAPI describes it."""

    prefix: str
    path: str
    method: str
    said: Mapping[str, Any] = field(compare=False, hash=False)

    @property
    def template(self) -> str:
        """Give the address with its parameters' names."""
        return f"{self.prefix}{self.path}"

    @property
    def is_public(self) -> bool:
        """Tell whether it needs no key."""
        return PUBLIC.fullmatch(self.template) is not None

    @property
    def has_requester(self) -> bool:
        """Tell whether its address names whose eyes are used."""
        return "{requester_id}" in self.path or "{requesterId}" in self.path

    def address(self, requester: str, *, other: str = UNKNOWN_ID) -> str:
        """Give an address for a requester; other parameters are `other`."""
        text = re.sub(r"\{requester_?[iI]d\}", requester, self.template)
        text = text.replace("{version_id}", "v4")
        return re.sub(r"\{[^}]*\}", other, text)


class Attack:
    """The place that is attacked, and who goes there."""

    def __init__(self, place: Place) -> None:
        """Ask nothing yet."""
        self.place = place
        self._visitors: dict[tuple[str, str], Visitor] = {}
        self.stranger = httpx.Client(base_url=place.address, timeout=60)
        self.bearer = httpx.Client(base_url=place.address, timeout=60)

    def close(self) -> None:
        """Let the connections go."""
        self.stranger.close()
        self.bearer.close()

    def visitor(self, party: str, role: str) -> Visitor:
        """Give somebody with a key that opens all that its role may open."""
        asked = (party, role)
        if asked not in self._visitors:
            endpoints = ROLES[role].endpoints
            more = () if role in ("admin", "paymentGateway") else MOVES
            parties = (party,) if party else ()
            self._visitors[asked] = self.place.visitor(
                *parties, role=role, endpoints=tuple(dict.fromkeys((*endpoints, *more)))
            )
        return self._visitors[asked]

    @cached_property
    def mine(self) -> Visitor:
        """A customer, who attacks."""
        return self.visitor(MINE, "customerBillingAdmin")

    def token(self) -> httpx.Client:
        """Give the customer with a fresh token instead of its key."""
        self.bearer.headers["Authorization"] = f"Bearer {give(self.place, self.mine)}"
        return self.bearer

    def by(self, key: str, address: str, *, method: str = "GET") -> httpx.Response:
        """Ask with a bearer of one's own choice; an empty one is none."""
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        return self.stranger.request(method, address, headers=headers)

    @cached_property
    def operations(self) -> list[Operation]:
        """Every operation that is described."""
        return list(self._operations())

    def _operations(self) -> Iterator[Operation]:
        for prefix in PLACES:
            described = self.stranger.get(f"{prefix}/openapi.json").json()
            for path, methods in described["paths"].items():
                for method, said in methods.items():
                    yield Operation(prefix, path, method.upper(), said)

    @cached_property
    def seen(self) -> dict[str, list[dict[str, Any]]]:
        """Headers and rows that each party sees of its own."""
        found = {}
        for party, role in (
            (DISTRIBUTOR, "distributorAdmin"),
            (RESELLER, "sellerAdmin"),
            (MINE, "customerBillingAdmin"),
            (THEIRS, "customerBillingAdmin"),
        ):
            visitor = self.visitor(party, role)
            found[party] = [
                *visitor.rows(party, path=HEADERS),
                *visitor.rows(party, path=ROWS, expand="AllDetails"),
            ]
        return found

    def foreign(self, name: str) -> list[str]:
        """Give every id of a kind that others see and the attacker does not."""
        own = {row.get(name) for row in self.seen[MINE]}
        others = {row.get(name) for rows in self.seen.values() for row in rows}
        found = sorted(str(one) for one in others - own - {None})
        assert found or name == "orderId"
        return found


def told(answer: httpx.Response) -> tuple[int, str, tuple[str, ...]]:
    """Give what an answer tells: all but its request id, its time and its address."""
    text = answer.text
    if "json" in answer.headers.get("content-type", "") and text:
        body = json.loads(text)
        if isinstance(body, dict):
            text = json.dumps({k: v for k, v in body.items() if k not in ("requestId", "instance")})
    varying = {"x-request-id", "date", "ratelimit", "etag", "content-length", "content-disposition"}
    names = sorted(f"{n}: {v}" for n, v in answer.headers.items() if n not in varying)
    return answer.status_code, text, tuple(names)
