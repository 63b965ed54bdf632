"""Small answers are kept in memory: the same bytes, to whoever sees the same documents."""

from collections.abc import Iterator

import pytest
from billing_case import RANGE, served
from fixture_rows import FR
from hand_charges import Store
from serve_case import Place

from tieout.serve.export.kept import KEPT_MAX, Kept, KeptAnswers, gathered

ADDRESS = "/billing/v4/invoices"


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("kept"), Store(FR)) as opened:
        yield opened


@pytest.mark.parametrize("form", ["json", "xml", "csv", "ndjson"])
def test_the_second_answer_has_the_bytes_of_the_first(place: Place, form: str) -> None:
    client = place.visitor("reseller", role="sellerAdmin").client
    first, second = (client.get(ADDRESS, params=RANGE | {"format": form}) for _ in range(2))
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    told = ("etag", "tieout-line-count", "content-type", "content-disposition", "content-length")
    assert [first.headers[name] for name in told] == [second.headers[name] for name in told]
    assert first.headers["x-request-id"] != second.headers["x-request-id"]


def test_who_sees_other_documents_is_not_given_a_kept_answer(place: Place) -> None:
    texts = [
        place.visitor(party, role=role).client.get(ADDRESS, params=RANGE | {"format": "json"}).text
        for party, role in (
            ("reseller", "sellerAdmin"),
            ("distributor", "distributorAdmin"),
            ("reseller", "sellerAdmin"),
        )
    ]
    assert texts[0] == texts[2] != texts[1]


def test_head_after_a_kept_answer_has_no_body(place: Place) -> None:
    client = place.visitor("reseller", role="sellerAdmin").client
    given = client.get(ADDRESS, params=RANGE)
    head = client.head(ADDRESS, params=RANGE)
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == given.headers["etag"]


def test_the_answers_asked_for_longest_ago_make_room() -> None:
    answers = KeptAnswers(room=10)
    for tag in ("a", "b"):
        answers.keep(tag, Kept({}, b"12345"))
    assert answers.get("a") is not None  # asked for: now "b" goes first
    answers.keep("c", Kept({}, b"123"))
    assert [answers.get(tag) is not None for tag in ("a", "b", "c")] == [True, False, True]
    answers.keep("d", Kept({}, b"12345678901"))
    assert answers.get("d") is None


def test_a_long_stream_is_passed_on_unread() -> None:
    read = []

    def parts() -> Iterator[bytes]:
        for number in range(5):
            read.append(number)
            yield bytes(KEPT_MAX // 2)

    body, stream = gathered(parts())
    assert body is None
    assert read == [0, 1, 2]
    assert sum(map(len, stream)) == 5 * (KEPT_MAX // 2)
    assert gathered(iter((b"ab", b"c")))[0] == b"abc"
