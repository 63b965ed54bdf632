"""Declared mappings, vendor exports and price sheets: first inputs, and what each is held to."""

import json
import shutil
import tomllib
from pathlib import Path

from fuzz_desk import Desk
from mapping_case import SMALL, mapping, small_file
from plain_records import read_csv

from tieout.errors import FileRefused
from tieout.intake.columns import plain_name
from tieout.intake.formats import NO_INVOICE
from tieout.intake.mapping import SHIPPED, parse_mapping
from tieout.pipeline.sources import deliveries

CUT = b"\n%%%%\n"  # between the parts of one input
BLOBS = ("a.json.gz", "b.json", "sub/c.json")
TOML_TOKEN = rb'"[^"\n]*"|[A-Za-z0-9_-]+|\s+|.'
TOML_WORDS = tuple(
    word.encode()
    for word in (
        *SMALL["columns"],
        *(
            '","',
            '"."',
            '" "',
            '"\'"',
            '""',
            '"trailing"',
            '"parentheses"',
            '"leading"',
            "true",
            "7",
        ),
        *(
            '"dmy"',
            '"ymd"',
            '"mdy"',
            '"windows-1252"',
            '"utf-16"',
            '";"',
            '"^Sum"',
            '"("',
            '"(?=x)"',
        ),
        *(
            '{ from = "Net", negate = true }',
            '{ join = ["Item", "Name"], sep = "\'" }',
            "[control]",
        ),
        *('{ from = "To", exclusive_end = true }', '{ from = "Item", pad = 6 }', '"x\'); DROP"'),
        *("decimal = ", "thousands = ", "negative = ", "guard = ", "skip_rows = ", "header_row = "),
        *("date_order = ", "null_values = ", "footer = ", 'row = "^Sum"', 'subtotal = "Net"'),
    )
)


def mapping_seeds() -> list[bytes]:
    """Give mappings, each with a file of its own."""
    german = {"file.decimal": ",", "file.thousands": ".", "file.negative": "trailing"}
    made = {
        "columns.sku_id": {"from": "Item", "pad": 4},
        "file.footer": "^Sum",
        "file.date_order": "dmy",
    }
    rows = small_file({"Net": "1.234,50-", "Units": "2,5"}, {"Net": "'7"}, {"Net": "(1)"})
    total = rows + "Sum;;;;;;;;1.250,00\r\n"
    declared = {"file.decimal": ".", "file.negative": "parentheses", "file.guard": ""}
    control = {"control.row": "^Sum", "control.subtotal": "Net"}
    pairs = [
        (mapping(), small_file()),
        (mapping(german), rows),
        (mapping({**german, **made, **control}), total),
        (mapping(declared), small_file({"Net": "(1.5)"}, {"To": "31/10/2025"})),
    ]
    shipped = [(path.read_text("utf-8"), "") for path in sorted(SHIPPED.glob("*.toml"))]
    return [toml.encode() + CUT + text.encode() for toml, text in (*pairs, *shipped)]


def check_mapping(desk: Desk, content: bytes) -> object:
    """Read a mapping and, where it is valid, the file beside it."""
    toml, _, text = content.partition(CUT)
    try:
        form = parse_mapping(toml, file="small.toml")
    except FileRefused as refusal:
        return _invalid(refusal)
    tomllib.loads(toml.decode())
    return desk.check(text, read_csv if _is_plain(form.style) else _untold, mappings=[form])


def _invalid(refusal: FileRefused) -> FileRefused:
    assert refusal.code == "mapping_invalid", refusal.code
    return refusal


def _is_plain(style: object) -> bool:
    return getattr(style, "opening", None) == (None, None, 0, 1) and not (
        getattr(style, "footer", None) or getattr(style, "totals_row", None)
    )


def _untold(_content: bytes, _header: tuple[str, ...]) -> None:
    """Say nothing about a file that plain Python would need the mapping's words to read."""


def export_seeds() -> list[bytes]:
    """Give manifests, each with the blobs that lie in its folder."""
    members = {"id": "e", "dataFormat": "compressedJSONLines", "sasToken": "secret-token"}
    seeds = []
    for names in (BLOBS[:1], BLOBS[:2], BLOBS, ("../a.json.gz",), ("/etc/passwd",), ("link",)):
        blobs = [{"name": name, "partitionValue": "default"} for name in names]
        seeds.append(json.dumps({**members, "blobCount": len(names), "blobs": blobs}).encode())
    return seeds


def check_export(desk: Desk, content: bytes) -> object:
    """Read a folder with a manifest: what is named lies in it, or the export is refused."""
    folder = desk.folder / "export"
    (folder / "sub").mkdir(parents=True)
    outside = desk.folder / "outside.json"
    try:
        outside.write_bytes(b"{}")
        (folder / "link").symlink_to(outside)
        (folder / "manifest.json").write_bytes(content)
        for name in BLOBS:
            (folder / name).write_bytes(b"{}")
        for delivery in deliveries([folder]):
            _check_delivery(delivery.sources, folder=folder, whole=delivery.export is not None)
            assert "secret-token" not in str(delivery)
    finally:
        shutil.rmtree(folder)
    return None


def _check_delivery(sources: tuple[tuple[str, Path], ...], *, folder: Path, whole: bool) -> None:
    for name, path in sources:
        assert path.is_file(), f"{name} is no file"
        if whole:
            assert name in BLOBS or name == "manifest.json", f"{name!r} was never put there"
            assert path.resolve().is_relative_to(folder.resolve()), f"{name!r} leads elsewhere"


def header_seeds() -> list[bytes]:
    """Give the headers of the price sheets and of the exchange rates: no invoice files."""
    return [
        ",".join(group[0] for group in sheet.signature.names).encode() + b"\n1,2,3,4\n"
        for sheet in NO_INVOICE
    ]


def check_header(desk: Desk, content: bytes) -> object:
    """Hold a price sheet to its refusal: its names, in whatever order and spelling, are known."""
    found = desk.check(content, read_csv)
    if not isinstance(found, FileRefused):
        names = frozenset(map(plain_name, content.partition(b"\n")[0].decode("latin-1").split(",")))
        for sheet in NO_INVOICE:
            assert not sheet.signature.fits(names), f"{sheet.code} was read as an invoice"
    return found
