"""API9: what is served is described, versions say how long they live, and nothing else answers."""

import re

import pytest
from attack import EMPTY, MINE, PLACES, READING, RESELLER, Attack
from starlette.routing import BaseRoute, Mount, Route

from tieout.serve.app import create_app
from tieout.serve.settings import Settings

# what stands beside the interfaces; each is told of in docs/how-to/run-the-service.md
BESIDE = {
    *("/", "/billing", "/health", "/ready"),
    *("/.well-known/jwks.json", "/.well-known/oauth-authorization-server"),
}
ENDED = {"/billing/v1"}
DESCRIBING = re.compile(r"/(openapi\.json|docs|docs/oauth2-redirect|redoc)")
OLD_NAME = "/subscriptionsdetails"  # as v2 was documented once; billing-api.md keeps it alive
CATCH_ALL = re.compile(r"/\{(rest|endpoint):path\}")


def mounts(attack: Attack) -> dict[str, list[BaseRoute]]:
    """Give the routes of each part of a new service, as it is built."""
    app = create_app(attack.place.house, Settings(home=attack.place.house.home))
    found: dict[str, list[BaseRoute]] = {"": []}
    for route in app.routes:
        if isinstance(route, Mount):
            found.setdefault(route.path, []).extend(route.routes)
        else:
            found[""].append(route)
    return found


def test_the_parts_of_the_service_are_those_that_are_known(attack: Attack) -> None:
    found = mounts(attack)
    assert set(found) == {"", *PLACES, *ENDED}
    assert {route.path for route in found[""] if isinstance(route, Route)} == BESIDE


def test_every_route_is_described(attack: Attack) -> None:
    described = {(one.prefix, one.path, one.method) for one in attack.operations}
    for prefix, routes in mounts(attack).items():
        if prefix in ("", *ENDED):
            continue
        for route in routes:
            assert isinstance(route, Route)
            path = re.sub(r":path\}", "}", route.path)
            if DESCRIBING.fullmatch(path) or CATCH_ALL.fullmatch(route.path) or path == OLD_NAME:
                continue
            for method in (route.methods or set()) - {"HEAD", "OPTIONS"}:
                assert (prefix, path, method) in described


def test_the_old_name_of_an_endpoint_asks_for_a_key_too(attack: Attack) -> None:
    for version in ("v2", "v3", "v4"):
        address = f"/billing/{version}{OLD_NAME}?subscriptionId=700101"
        assert attack.stranger.get(address).status_code == 401
        assert attack.mine.client.get(address).status_code == 200


def test_the_versions_that_answer_are_those_that_are_listed(attack: Attack) -> None:
    document = attack.stranger.get("/billing/versions").json()
    served = {
        one["id"] for one in document["versions"] if one["status"] not in ("ended", "EndOfLife")
    }
    answering = set()
    for number in range(9):
        answer = attack.mine.client.get(f"/billing/v{number}/invoices", params=EMPTY)
        if answer.status_code not in (404, 410):
            answering.add(f"v{number}")
    listed = {one["id"] for one in document["versions"]}
    assert answering == {place.rpartition("/")[2] for place in READING if "/billing/" in place}
    assert answering <= served <= listed
    for number in range(9):
        expected = 410 if f"/billing/v{number}" in ENDED else 404
        if f"v{number}" not in answering:
            answer = attack.stranger.get(f"/billing/v{number}/invoices")
            assert answer.status_code == expected


def test_an_old_version_says_what_comes_after_it(attack: Attack) -> None:
    for version in ("v2", "v3", "v4"):
        answer = attack.stranger.get(f"/billing/{version}/invoices")
        assert answer.headers["api-version"] == version
        assert ("successor-version" in answer.headers.get("link", "")) == (version != "v4")


@pytest.mark.parametrize("version", ["v0", "v3", "v10", "V1", "v1 ", "latest"])
def test_no_other_version_of_the_reporting_api_answers(attack: Attack, version: str) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    for address in (
        f"/api/{version}/reporting/invoices/invoice-headers/{RESELLER}",
        f"/manage/{version}0/snapshots",
        f"/operations/{version}0/{RESELLER}/pay",
    ):
        assert seller.get(address).status_code == 404


def test_descriptions_tell_of_no_store(attack: Attack) -> None:
    home = str(attack.place.house.home)
    for prefix in PLACES:
        text = attack.stranger.get(f"{prefix}/openapi.json").text
        for hidden in (home, MINE, "127.0.0.1", "localhost"):
            assert hidden not in text
