"""A served store with a small chain of contracts, an admin's client, and what both ways export."""

import csv
import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
from october import NOW
from serve_case import Place

from tieout import pipeline
from tieout.pipeline import Word
from tieout.serve.access import create_key
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

BASE = "/manage/v1"
CHANGES = f"{BASE}/changes"
REFERENCE = {
    "organizations": """\
organization_id,account_no,role,name,country,currency
microsoft,1,vendor,Microsoft,IE,EUR
dist,2,distributor,Distributor,NL,EUR
cust,4,customer,"Customer, ""first""
and only",NL,EUR
""",
    "contracts": """\
contract_id,parent_contract_id,purpose,vendor_id,seller_id,buyer_id,currency,tax_rate,valid_from,\
valid_to
c1,,resell,microsoft,microsoft,dist,EUR,,2021-01-01,
c2,c1,invoice,microsoft,dist,cust,EUR,21.00,2021-01-01,
""",
    "price_rules": """\
rule_id,contract_id,kind,value,valid_from,valid_to
r1,c2,markup,5.10,2021-01-01,
""",
    "price_list": """\
vendor_id,product_id,sku_id,currency,unit_price,valid_from,valid_to
microsoft,P/1,0001,EUR,3,2021-01-01,
microsoft,~P2,0001,EUR,3.50,2021-01-01,
""",
    "exchange_rates": """\
organization_id,from,to,source,base_rate,date
,USD,EUR,ECB,0.8600,2021-11-01
""",
}


def rows_of(text: str) -> list[dict[str, str]]:
    """Read a CSV text as rows of text."""
    return list(csv.DictReader(io.StringIO(text)))


def new_house(folder: Path, *, catalog_url: str | None = None) -> House:
    """Open a new store without reference data."""
    house = open_house(folder, catalog_url=catalog_url)
    upgrade(house.catalog)
    return house


def load_by_csv(house: House, folder: Path, files: Mapping[str, str] = REFERENCE) -> None:
    """Load files the way of the command line."""
    folder.mkdir(parents=True)
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    pipeline.load_reference(house, folder, now=NOW)


def exported(house: House, folder: Path) -> dict[str, bytes]:
    """Give the bytes of every file that the store exports."""
    pipeline.export_reference(house, folder)
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def admin_key(house: House) -> str:
    """Make an admin key; give its text."""
    return create_key(house.catalog, organizations=[], role="admin", word=Word("test", NOW))[1]


class Admin:
    """Somebody with an admin key at a running server."""

    def __init__(self, address: str, key: str) -> None:
        """Send the key with every request."""
        self.key_id = key.split("_")[1]
        self.client = httpx.Client(
            base_url=address, headers={"Authorization": f"Bearer {key}"}, timeout=60
        )

    def get(self, path: str, **query: Any) -> Any:
        """Give the JSON of an address that is there."""
        answer = self.client.get(BASE + path, params=query)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, rows: Any, *, key: str) -> httpx.Response:
        """Ask for rows to be changed."""
        return self.client.post(CHANGES, json={"rows": rows}, headers={"Idempotency-Key": key})

    def post_rows(self, path: str, rows: Any, *, key: str, **headers: str) -> httpx.Response:
        """Ask for rows of one resource to be changed."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {"Idempotency-Key": key, **named}
        return self.client.post(BASE + path, json={"rows": rows}, headers=sent)

    def put(self, path: str, row: Any, **headers: str) -> httpx.Response:
        """Ask for one row to be written; `if_match` is the header If-Match."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.client.put(BASE + path, json=row, headers=named)

    def tag(self, path: str) -> str:
        """Give the tag of what is there."""
        tag: str = self.client.get(BASE + path).headers["ETag"]
        return tag


def admin_of(place: Place) -> Admin:
    """Give an admin of a served store."""
    return Admin(place.address, admin_key(place.house))


def code(answer: httpx.Response) -> tuple[int, str]:
    """Give the status and the code of a problem."""
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]
