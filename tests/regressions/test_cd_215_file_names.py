"""CD-215: the file name names the version that was served, and the header says it too (F10)."""

from collections.abc import Iterator

import pytest
from billing_case import Reader, reading
from page_sample import SAMPLE

INVOICES = ("invoices", "customerinvoices", "consolidatedinvoices")
ALL, TWO = ("xml", "json", "csv", "ndjson"), ("xml", "json")
SERVED = [
    *(("v4", endpoint, name) for endpoint in INVOICES for name in ALL),
    *(("v3", endpoint, name) for endpoint in INVOICES for name in TWO),
    *(("v2", endpoint, name) for endpoint in INVOICES[:2] for name in TWO),
    *((version, "subscriptiondetails", name) for version in ("v4", "v3", "v2") for name in TWO),
]
MEDIA = {
    "xml": "application/xml",
    "json": "application/json",
    "csv": "text/csv",
    "ndjson": "application/x-ndjson",
}


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("names"), SAMPLE) as one:
        yield one


def test_cd_215_twenty_eight_names(reader: Reader) -> None:
    assert len(SERVED) == 28
    names = set()
    for version, endpoint, extension in SERVED:
        query = {"startDate": "20260701", "endDate": "20260731"}
        expected = f"{endpoint}_{version}_20260701-20260731.{extension}"
        if endpoint == "subscriptiondetails":
            query = {"subscriptionId": "700101"}
            expected = f"{endpoint}_{version}_700101.{extension}"
        answer = reader.client.head(
            f"/billing/{version}/{endpoint}", params=query, headers={"Accept": MEDIA[extension]}
        )
        assert answer.status_code == 200, answer.text
        assert answer.headers["Content-Disposition"] == f'attachment; filename="{expected}"'
        assert answer.headers["API-Version"] == version
        assert answer.headers["Content-Type"].split(";")[0] == MEDIA[extension]
        names.add(expected)
    assert len(names) == 28


def test_cd_215_what_is_not_served_has_no_name(reader: Reader) -> None:
    for path, status in (
        ("/billing/v2/consolidatedinvoices", 404),
        *((f"/billing/v1/{endpoint}", 410) for endpoint in (*INVOICES, "subscriptiondetails")),
    ):
        answer = reader.client.get(path)
        assert answer.status_code == status
        assert "Content-Disposition" not in answer.headers
        assert answer.headers["API-Version"] == path.split("/")[2]
