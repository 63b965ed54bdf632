"""Field registries: what was released does not break, and answers hold exactly their keys."""

import copy
import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from billing_case import Reader, reading
from page_sample import SAMPLE

from tieout.serve.billing.fields import Registry, breaking_differences
from tieout.serve.billing.versions import SERVED

NULL = True
RELEASED = json.loads(files("tieout.serve.billing").joinpath("released.json").read_text("utf-8"))
ALL = [
    (version.id, endpoint, registry)
    for version in SERVED
    for endpoint, registry in version.registries.items()
]
NAMES = [f"{version} {endpoint}" for version, endpoint, _ in ALL]


@pytest.mark.parametrize(("version", "endpoint", "registry"), ALL, ids=NAMES)
def test_lc_10_nothing_released_breaks(version: str, endpoint: str, registry: Registry) -> None:
    assert breaking_differences(RELEASED[version][endpoint], registry.described()) == []
    if version != "v4":
        assert registry.described() == RELEASED[version][endpoint]


@pytest.mark.parametrize(
    ("fault", "change"),
    [
        ("Line.SKU is gone", lambda line: line.pop(5)),
        ("Line.SKU is gone", lambda line: line[5].__setitem__(0, "Sku")),
        ("Line.SKU is element Sku, was SKU", lambda line: line[5].__setitem__(1, "Sku")),
        ("Line.LineId is s, was i", lambda line: line[0].__setitem__(2, "s")),
        ("Line.LineId may be null now", lambda line: line[0].__setitem__(3, NULL)),
        ("Line has another order", lambda line: line.insert(0, line.pop())),
    ],
)
def test_lc_10_a_planted_difference_is_found(fault: str, change: Any) -> None:
    now = copy.deepcopy(RELEASED["v4"]["invoices"])
    change(now["Line"])
    assert breaking_differences(RELEASED["v4"]["invoices"], now) == [fault]


def test_lc_10_a_new_nullable_key_breaks_nothing() -> None:
    now = copy.deepcopy(RELEASED["v4"]["invoices"])
    now["Line"].insert(3, ["New", "New", "s", True])
    assert breaking_differences(RELEASED["v4"]["invoices"], now) == []


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Reader]:
    with reading(tmp_path_factory.mktemp("registry"), SAMPLE) as one:
        yield one


@pytest.mark.parametrize(("version", "endpoint", "registry"), ALL, ids=NAMES)
def test_i8_json_and_xml_hold_the_same_values_and_every_key(
    reader: Reader, version: str, endpoint: str, registry: Registry
) -> None:
    document = reader.read(endpoint, version)
    answer = reader.client.get(
        f"/billing/{version}/{endpoint}", params={"startDate": "20260701", "endDate": "20260831"}
    )
    root = ET.fromstring(answer.content)  # noqa: S314 - our own bytes
    elements = root.findall(".//Invoice")
    assert len(elements) == len(document["Invoices"]) > 0
    for invoice, element in zip(document["Invoices"], elements, strict=True):
        for name in ("Header", "Sender", "Receiver", "Totals"):
            _same(invoice[name], element.find(name), registry.part(name))
        for customer, c in zip(
            invoice["Customers"], element.findall("Customers/Customer"), strict=True
        ):
            _same(customer, c, registry.customer, child="Subscriptions")
            for held, s in zip(
                customer["Subscriptions"], c.findall("Subscriptions/Subscription"), strict=True
            ):
                _same(held, s, registry.subscription, child="PriceLines")
                for line, p in zip(
                    held["PriceLines"], s.findall("PriceLines/PriceLine"), strict=True
                ):
                    _same(line, p, registry.line)


def _same(values: dict[str, Any], element: Any, fields: Any, *, child: str = "") -> None:
    keys = [field.key for field in fields]
    assert set(values) - {child} == set(keys)
    assert list(values) == sorted(values, key=str.lower)
    assert [one.tag for one in element if one.tag != child] == [field.element for field in fields]
    for field in fields:
        assert (element.findtext(field.element) or "") == (values[field.key] or "")


def test_each_version_describes_its_own_keys(reader: Reader) -> None:
    for version, endpoint, registry in ALL:
        described = reader.client.get(f"/billing/{version}/openapi.json").json()
        answer = described["paths"][f"/{endpoint}"]["get"]["responses"]["200"]
        schema = answer["content"]["application/json"]["schema"]
        line = schema["properties"]["Invoices"]["items"]["properties"]["Customers"]["items"][
            "properties"
        ]["Subscriptions"]["items"]["properties"]["PriceLines"]["items"]
        assert line["required"] == sorted(field.key for field in registry.line)
