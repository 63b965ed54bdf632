"""A small store served under a registry of versions; the page's examples; the page read back."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.resources import files
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from billing_by_hand import build
from jsonschema import Draft202012Validator
from october import NOW
from page_sample import SAMPLE
from serve_case import Place, serving

from tieout.serve.billing.lifecycle import Registry, parse_registry, registry_text
from tieout.store.house import House, open_house
from tieout.store.migrations import upgrade

TODAY = NOW.date()
HERE = files("tieout.serve.billing")
KEEPER = Draft202012Validator(
    json.loads(HERE.joinpath("versions-schema.json").read_text("utf-8")),
    format_checker=Draft202012Validator.FORMAT_CHECKER,
)
# the examples of billing-api.md 1.5, 1.6 and 1.7, letter by letter
PUBLISHED = [
    json.loads((Path(__file__).parent / "samples" / f"{name}.json").read_text("utf-8"))
    for name in ("versions", "releases", "known-issues")
]


@contextmanager
def visiting(folder: Path, registry: Registry | None = None) -> Iterator[Place]:
    """Serve the page's sample, under the shipped registry or another."""
    options: dict[str, Any] = {}
    if registry is not None:
        options["billing_registry"] = folder / "registry.json"
        options["billing_registry"].write_text(registry_text(registry), "utf-8")
    with serving(build(folder, SAMPLE), **options) as place:
        yield place


def store_of(folder: Path) -> House:
    """Give an empty store."""
    house = open_house(folder)
    upgrade(house.catalog)
    return house


def edited(change: Callable[[dict[str, Any]], object]) -> Registry:
    """Read the shipped registry after a change of its file."""
    told = json.loads(HERE.joinpath("lifecycle.json").read_text("utf-8"))
    change(told)
    return parse_registry(json.dumps(told))


def element_of(page: str) -> ET.Element:
    """Give the page's tree: well-formed but for the void elements of its head."""
    body = page[page.index("<body>") : page.index("</html>")]
    return ET.fromstring(body)  # noqa: S314 - our own page


def plain(element: ET.Element | None) -> dict[str, Any]:
    """Give the values an element marks, without those of lists within it."""
    assert element is not None
    found: dict[str, Any] = {}
    for child in element:
        if child.tag in ("ul", "table"):
            continue
        name = child.get("data-name")
        if name is None:
            found |= plain(child)
        elif child.get("data-kind") is None and len(child):
            found[name] = plain(child)
        else:
            found[name] = _value(child)
    return found


def _value(element: ET.Element) -> Any:
    text = element.text or ""
    match element.get("data-kind"):
        case "null":
            return None
        case "truth":
            return {"yes": True, "no": False}[text]
        case "number":
            return int(text)
        case "list":
            return text.split(", ") if text else []
        case _:
            return text
