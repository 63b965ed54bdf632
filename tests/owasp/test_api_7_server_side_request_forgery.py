"""API7: nothing a client says makes the service call anybody, and no address is made of it."""

import re
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from attack import MINE, NOBODY, RANGE, RESELLER, Attack
from joserfc import jwt
from joserfc.jwk import ECKey
from serve_case import HEADERS, ROWS
from token_case import ASKED, TOKEN, give, halves, part

URLISH = re.compile(
    r"ur[il]|callback|webhook|redirect|endpoint|host|proxy|image|feed", re.IGNORECASE
)
FORWARDED = (
    *("Host", "X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "Origin", "Referer"),
    *("X-Original-URL", "Via", "From", "Destination", "True-Client-IP"),
)


@dataclass
class Trap:
    """A port that nobody has a reason to call, and who called it."""

    address: str
    callers: list[object] = field(default_factory=list)


@pytest.fixture(scope="module")
def trap() -> Iterator[Trap]:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(0.1)
        set_trap, over = Trap(f"http://127.0.0.1:{listener.getsockname()[1]}/x"), threading.Event()

        def watch() -> None:
            while not over.is_set():
                try:
                    peer, who = listener.accept()
                except TimeoutError:
                    continue
                set_trap.callers.append(who)
                peer.close()

        thread = threading.Thread(target=watch)
        thread.start()
        yield set_trap
        over.set()
        thread.join()


def test_no_operation_takes_an_address(attack: Attack) -> None:
    for operation in attack.operations:
        for parameter in operation.said.get("parameters", []):
            assert parameter.get("schema", {}).get("format") not in ("uri", "url"), operation
            assert not URLISH.search(parameter["name"]), operation


def test_an_address_in_any_parameter_is_not_called(attack: Attack, trap: Trap) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    tried = set()
    for operation in attack.operations:
        if operation.method == "GET":
            for parameter in operation.said.get("parameters", []):
                name = parameter["name"]
                if (operation.prefix, name) not in tried:
                    tried.add((operation.prefix, name))
                    seller.get(operation.address(RESELLER), params={name: trap.address})
            quoted = operation.address(RESELLER, other=trap.address.replace("/", "%2F"))
            if quoted != operation.address(RESELLER):
                seller.get(quoted)
    assert len(tried) > 40
    assert trap.callers == []


def test_an_address_in_a_body_or_header_is_not_called(attack: Attack, trap: Trap) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    seller.post(f"/operations/v1/{RESELLER}/pay", json={"invoices": [trap.address]})
    attack.visitor("", "admin").client.post(
        "/manage/v1/organizations",
        json={"rows": [{"organization_id": "x", "website": trap.address}]},
        headers={"Idempotency-Key": "an-attack-of-addresses"},
    )
    form = ASKED | {"jwks_uri": trap.address, "redirect_uri": trap.address}
    seller.post(TOKEN, data=form, auth=halves(attack.mine), headers={"Authorization": ""})
    for name in FORWARDED:
        seller.get(f"{HEADERS}/{NOBODY}", headers={name: trap.address.removeprefix("http://")})
    assert trap.callers == []


def test_keys_that_a_token_points_to_are_not_fetched(attack: Attack, trap: Trap) -> None:
    token = give(attack.place, attack.mine)
    theirs = ECKey.generate_key("P-256", private=True)
    for name in ("jku", "x5u"):
        header = part(token, 0) | {name: trap.address}
        forged = jwt.encode(header, part(token, 1), theirs, algorithms=["ES256"], default_type=None)
        assert attack.by(forged, f"{HEADERS}/{MINE}").status_code == 401
    assert trap.callers == []


def test_no_link_leads_where_a_header_says(attack: Attack, trap: Trap) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    elsewhere = {"Host": "evil.example", "X-Forwarded-Host": "evil.example"}
    for address, query in (
        (f"{ROWS}/{RESELLER}", {"limit": "1"}),
        ("/billing/v4/customerinvoices", RANGE | {"limit": "1"}),
        ("/billing/v4/nothing", {}),
        ("/billing/versions", {}),
        ("/", {}),
        (f"{ROWS}/{RESELLER}/", {}),
        ("/billing/v4/customerinvoices/", {}),
        ("/manage/v1/snapshots/", {}),
        ("/health/", {}),
    ):
        answer = seller.get(address, params=query, headers=elsewhere)
        assert "evil.example" not in str(answer.headers)
        assert "evil.example" not in answer.text
        assert "location" not in answer.headers
        for link in answer.links.values():
            assert urlsplit(link["url"]).hostname in (None, "127.0.0.1")
    metadata = seller.get("/.well-known/oauth-authorization-server", headers=elsewhere)
    assert "evil.example" not in metadata.text
    assert trap.callers == []
