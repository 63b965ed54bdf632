"""`run_bench` end to end, and `recompute.py` over the store that it leaves."""

import hashlib
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from pyarrow import parquet

from tieout_bench import run_bench

RECOMPUTE = Path(__file__).parents[2] / "bench" / "recompute.py"
ROWS = 1000


@pytest.fixture(scope="module")
def benched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the benchmark once, over a small month."""
    folder = tmp_path_factory.mktemp("bench")
    run_bench(rows=ROWS, folder=folder)
    return folder


@pytest.fixture
def certified(benched: Path, tmp_path: Path) -> Path:
    """Copy certificate and lake, to be tampered with."""
    shutil.copytree(benched / "store" / "lake", tmp_path / "lake")
    shutil.copy(benched / "certificate.json", tmp_path)
    return tmp_path


def recompute(folder: Path) -> tuple[int, str]:
    """Run the auditor's script; give its exit code and all it printed."""
    command = [sys.executable, str(RECOMPUTE), "certificate.json", "lake"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout + done.stderr


def certificate_of(folder: Path) -> dict[str, Any]:
    """Read the certificate."""
    found: dict[str, Any] = json.loads((folder / "certificate.json").read_text("utf-8"))
    return found


def rewrite(folder: Path, certificate: dict[str, Any]) -> None:
    """Write a certificate back."""
    (folder / "certificate.json").write_text(json.dumps(certificate), "utf-8")


def test_the_benchmark_says_what_the_command_line_promises(benched: Path) -> None:
    said = json.loads((benched / "bench.json").read_text("utf-8"))
    assert said["rows"] == ROWS
    assert float(said["ratio"]) > 0
    assert float(said["peakMemoryMiB"]) > 0
    assert said["certificate"].startswith("tied")
    assert said["digest"] == certificate_of(benched)["outputDigest"]
    stages = [stage["stage"] for stage in said["stages"]]
    assert stages[:4] == ["floor", "reference", "load", "run"]
    assert stages[4:] == [
        f"run: {part}" for part in ("match", "rate", "invoice", "certify", "commit")
    ]
    assert {"machine", "versions", "floorSeconds", "totalSeconds"} <= said.keys()


def test_every_row_of_the_month_reaches_all_three_hops(benched: Path) -> None:
    certificate = certificate_of(benched)
    assert [(hop["hop"], hop["lines"]) for hop in certificate["hops"]] == [
        (n, ROWS) for n in (1, 2, 3)
    ]
    assert certificate["rejected"]["count"] == certificate["parked"]["count"] == 0


def test_recompute_has_one_page_and_agrees(certified: Path) -> None:
    source = RECOMPUTE.read_text("utf-8")
    assert len(source.splitlines()) < 80
    assert "import tieout" not in source
    assert "from tieout" not in source
    code, said = recompute(certified)
    assert (code, said.splitlines()[-1]) == (0, "agrees")


@pytest.mark.parametrize(
    "figure", ["detailTotal", "residual", "invoiceTotal", "vendorTotal", "lines"]
)
def test_recompute_disagrees_with_a_changed_figure(certified: Path, figure: str) -> None:
    certificate = certificate_of(certified)
    hop = certificate["hops"][0]
    hop[figure] = 999 if figure == "lines" else f"{hop[figure]}1"
    rewrite(certified, certificate)
    code, said = recompute(certified)
    assert code == 1
    assert "DIFFERS" in said


@pytest.mark.parametrize(
    ("column", "kind"),
    [("total_price", "detail_line"), ("charge_type", "charge"), ("match_key", "charge")],
)
def test_recompute_disagrees_with_a_changed_line_even_when_its_hash_was_mended(
    certified: Path, column: str, kind: str
) -> None:
    certificate = certificate_of(certified)
    file = next(f for f in reversed(certificate["files"]) if f["kind"] == kind)
    path = certified / "lake" / file["path"]
    table = parquet.read_table(path)
    cells = table[column].to_pylist()
    cells[0] = cells[0] + 1 if column == "total_price" else f"{cells[0]}x"
    at = table.column_names.index(column)
    changed = table.set_column(at, table.field(at), pa.array(cells, table.schema.field(at).type))
    parquet.write_table(changed, path)
    assert recompute(certified)[0] == 1
    file["sha256"] = _sha256(path)
    rewrite(certified, certificate)
    code, said = recompute(certified)
    assert code == 1
    assert f"ok      {kind}" in said
    assert "DIFFERS" in said


def test_recompute_disagrees_with_a_changed_vendor_amount(certified: Path) -> None:
    certificate = certificate_of(certified)
    file = next(f for f in certificate["files"] if f["kind"] == "vendor_file")
    path = certified / "lake" / file["path"]
    path.write_bytes(path.read_bytes().replace(b",15.00,0,15.00,", b",15.01,0,15.01,", 1))
    code, said = recompute(certified)
    assert code == 1
    assert "vendor records" in said


def _sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()
