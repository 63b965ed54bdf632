"""API10: what a vendor wrote is data, in every form; what proxies and vendors send has bounds."""

import csv
import gzip
import io
import json
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from attack import COST, HOSTILE, MINE, RANGE, RESELLER, THEIRS, Attack
from october import HEADER, NOW
from serve_case import HEADERS, ROWS

from tieout import pipeline
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade


def test_vendor_text_stays_text_in_every_form_of_the_billing_api(attack: Attack) -> None:
    client = attack.visitor(THEIRS, "customerBillingAdmin").client

    def get(form: str) -> str:
        answer = client.get("/billing/v4/invoices", params=RANGE | {"format": form})
        assert answer.status_code == 200
        assert "set-cookie" not in answer.headers
        assert COST not in answer.text
        return answer.text

    assert HOSTILE in {str(one) for one in values(json.loads(get("json")))}
    xml = get("xml")
    assert "<script" not in xml
    tree = ET.fromstring(xml)  # noqa: S314 - our own answer; it has to parse
    assert HOSTILE in {element.text for element in tree.iter()}
    lines = [json.loads(line) for line in get("ndjson").splitlines()]
    assert HOSTILE in {str(one) for line in lines for one in values(line)}
    rows = list(csv.reader(io.StringIO(get("csv"), newline="")))
    cells = [cell for row in rows for cell in row if "calc" in cell]
    assert cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@"))]


def values(node: object) -> list[object]:
    """Give every value of a JSON document."""
    if isinstance(node, dict):
        return [one for value in node.values() for one in values(value)]
    if isinstance(node, list):
        return [one for value in node for one in values(value)]
    return [node]


def test_formulas_are_marked_where_a_spreadsheet_is_told_of(attack: Attack) -> None:
    client = attack.visitor(THEIRS, "customerBillingAdmin").client
    asked = {"format": "csv", "csvGuard": "excel", "expand": "AllDetails"}
    answer = client.get(f"{ROWS}/{THEIRS}", params=asked)
    assert answer.status_code == 200
    for row in csv.reader(io.StringIO(answer.text, newline="")):
        for cell in row:
            assert not cell.startswith(("=", "@", "\t", "\r"))


def test_names_of_files_and_headers_take_no_line_ends(attack: Attack) -> None:
    seller = attack.visitor(RESELLER, "sellerAdmin").client
    for query in (
        {"format": "csv", "invoiceNumber": "x\r\nSet-Cookie: a=b"},
        {"strict": "false", "x\r\nSet-Cookie": "a=b"},
        {"format": "csv", 'a";filename="evil': "1"},
    ):
        answer = seller.get(f"{HEADERS}/{RESELLER}", params=query)
        assert "set-cookie" not in answer.headers
        assert "\n" not in "".join(answer.headers.values())


def test_what_a_proxy_says_of_itself_is_no_right(attack: Attack) -> None:
    for name in ("X-Forwarded-User", "X-Remote-User", "X-Api-Key", "X-Authenticated-Userid"):
        answer = attack.stranger.get(f"{HEADERS}/{MINE}", headers={name: attack.mine.key})
        assert (answer.status_code, answer.json()["code"]) == (401, "KEY_MISSING")


@pytest.fixture
def house(tmp_path: Path) -> House:
    opened = open_house(tmp_path / "home")
    upgrade(opened.catalog)
    return opened


def test_a_vendors_file_that_unpacks_to_too_much_is_refused(house: House, tmp_path: Path) -> None:
    path = tmp_path / "october.csv.gz"
    head = ",".join(HEADER).encode() + b"\n"
    path.write_bytes(gzip.compress(head + b"\0" * (64 << 20), compresslevel=1))
    told = pipeline.load_files(house, [(path.name, path)], now=NOW)
    (one,) = told
    assert one["status"] == "refused" or one["loaded"] == 0
    house.catalog.close()


def test_a_vendors_file_names_no_place_on_this_machine(house: House, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")
    path = tmp_path / "october.csv"
    path.write_text(f"{','.join(HEADER)}\n{secret},/etc/passwd\n")
    told = pipeline.load_files(house, [("../../../etc/october.csv", path)], now=NOW)
    assert told[0]["loaded"] == 0
    inside = house.home.resolve()
    assert not [one for one in tmp_path.rglob("*") if one.name == "october.csv" and one != path]
    assert all(one.resolve().is_relative_to(inside) for one in house.home.rglob("*"))
    house.catalog.close()
