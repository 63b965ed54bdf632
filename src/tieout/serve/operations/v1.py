"""The operations interface, version 1: verify, issue, pay, card-error.

Decision 0034.
"""

from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from tieout import __version__, pipeline
from tieout.errors import InputsChanged, NotFound, Refused
from tieout.pipeline import Choice, Word
from tieout.serve.access import AccessRefused, Key
from tieout.serve.admission import admit
from tieout.serve.manage.answer import json_bytes
from tieout.serve.manage.body import JSON_TYPE, read_body
from tieout.serve.operations import openapi
from tieout.serve.operations.question import OF_MOVE, OF_VERIFY, Wish, read_wish
from tieout.serve.problems import ManageProblem, manage_problem
from tieout.serve.roles import MOVERS
from tieout.serve.settings import Surroundings
from tieout.store.channel import is_only_owner

OWN = ("invoiceId", "invoiceNumber", "status", "statusId", "hop")
TRADED = ("providerId", "consumerId", "totalAmount", "currency", "outputDigest")


def create(surroundings: Surroundings) -> FastAPI:
    """Build the sub-application."""
    app = FastAPI(
        title="tieout operations",
        version=f"v1 ({__version__})",
        description=openapi.ABOUT,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    for error in (ManageProblem, Refused, AccessRefused, HTTPException, Exception):
        app.add_exception_handler(error, manage_problem)
    for move in MOVERS:
        app.add_api_route(
            f"/{{requesterId}}/{move}",
            Desk(surroundings, move).answer,
            methods=["POST"],
            name=move,
            response_class=Response,
            **openapi.described(move),
        )
    return app


@dataclass(frozen=True)
class Ask:
    """What is asked, by whom, and how it is signed."""

    wish: Wish
    requester: str
    word: Word


class Desk:
    """Where one move is asked for."""

    def __init__(self, surroundings: Surroundings, move: str) -> None:
        """Keep what answers are made from, and the move."""
        self.surroundings, self.house, self.move = surroundings, surroundings.owner, move

    async def answer(self, request: Request) -> Response:
        """Answer one request."""
        key = await run_in_threadpool(self._open, request)
        requester = request.path_params["requesterId"]
        if requester not in key.organizations:
            raise ManageProblem(code="NOT_FOUND")
        if request.url.query:
            raise ManageProblem(code="UNKNOWN_PARAMETER", detail="a move takes no query")
        body = await read_body(request)
        wish = read_wish(body, known=OF_VERIFY if self.move == "verify" else OF_MOVE)
        word = Word(by=f"key {key.key_id}", now=self.surroundings.now(), reason=wish.reason)
        told = await run_in_threadpool(self._done, Ask(wish, requester=requester, word=word))
        return Response(json_bytes(told), media_type=JSON_TYPE)

    def _open(self, request: Request) -> Key:
        """Give the key that was presented, its call counted. Raises AccessRefused."""
        key = admit(request, self.surroundings)
        key.open(f"operations.{self.move}")
        if key.role not in MOVERS[self.move]:
            raise AccessRefused(code="ROLE_NOT_ALLOWED")
        return key

    def _done(self, ask: Ask) -> dict[str, Any]:
        """Do a move; what there is not, and what is out of reach, look alike."""
        try:
            return self._verify(ask) if self.move == "verify" else self._move(ask)
        except NotFound as missing:
            raise ManageProblem(code="NOT_FOUND") from missing

    def _verify(self, ask: Ask) -> dict[str, Any]:
        wish = ask.wish
        choice = Choice(
            names=wish.invoices,
            period=wish.period,
            buyer=wish.buyer,
            input_digest=wish.input_digest,
            accept_parked=wish.accept_parked,
            owner=ask.requester,
        )
        try:
            done = pipeline.verify_invoices(self.house, choice, word=ask.word)
        except InputsChanged as changed:
            raise self._changed(changed, requester=ask.requester) from changed
        return {
            "period": done["period"],
            "verified": [_seen(one, requester=ask.requester) for one in done["verified"]],
            "held": done["held"],
        }

    def _move(self, ask: Ask) -> dict[str, Any]:
        done = pipeline.move_on(
            self.house,
            ask.wish.invoices,
            action=self.move,
            word=ask.word,
            provider=ask.requester,
        )
        return {"moved": [_seen(one, requester=ask.requester) for one in done["moved"]]}

    def _changed(self, changed: InputsChanged, *, requester: str) -> ManageProblem:
        """Tell what changed: by kind, and by id where no other channel's could be among them."""
        with self.house.catalog.read() as connection:
            ids_too = is_only_owner(connection, requester)
        kinds = dict.fromkeys(change.split(" ", 1)[0] for change in changed.changes)
        said = changed.changes if ids_too else tuple(f"{kind}: changed" for kind in kinds)
        return ManageProblem(
            code="INPUTS_CHANGED",
            detail="what was previewed has changed since; run the month and look again",
            errors=[{"parameter": "inputDigest", "reason": one} for one in said],
        )


def _seen(told: dict[str, Any], *, requester: str) -> dict[str, Any]:
    """Give of a moved invoice what the requester may see: money only on hops it is a party of."""
    is_party = requester in (told["providerId"], told["consumerId"])
    return {name: told[name] for name in (OWN + TRADED if is_party else OWN)}
