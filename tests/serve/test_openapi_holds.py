"""Every answer is one that OpenAPI describes: schemathesis asks a real server, all checks on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from billing_case import served
from page_sample import SAMPLE
from serve_case import Place

HERE = Path(__file__).parent
PLACES = ("/billing/v4", "/billing/v3", "/billing/v2", "/billing")
# the one subscription that is there, so that it is found; no operation leads to another
CONFIG = """
hooks = "api_hooks"
[phases.stateful]
enabled = false
[parameters]
subscriptionId = "700101"
[checks]
enabled = true
"""
REPORTING = ("/api/v1/reporting", "/api/v2/reporting")
REPORTING_CONFIG = CONFIG.replace("api_hooks", "reporting_hooks").replace(
    "[parameters]",
    """[parameters]
"path.requester_id" = "reseller"
"path.partner_id" = "customer-1000881"
"query.sasKey" = "KEY"
""",
)
QUICK, DEEP = 3, 300


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with served(tmp_path_factory.mktemp("openapi"), SAMPLE) as running:
        yield running


def asked(
    place: Place, prefix: str, *, folder: Path, examples: int
) -> subprocess.CompletedProcess[str]:
    """Let schemathesis ask all it can think of, in the same order each time."""
    role, *parties = ("admin",) if prefix == "/billing" else ("sellerAdmin", "reseller")
    visitor = place.visitor(*parties, role=role)
    config = folder / "schemathesis.toml"
    text = REPORTING_CONFIG if prefix in REPORTING else CONFIG
    config.write_text(text.replace("KEY", visitor.key))
    return subprocess.run(
        [
            *(Path(sys.executable).with_name("schemathesis"), "--config-file", config),
            *("run", f"{place.address}{prefix}/openapi.json", "--checks", "all"),
            *("--header", f"Authorization: Bearer {visitor.key}"),
            *("--max-examples", str(examples), "--generation-deterministic", "--no-color"),
        ],
        env=os.environ | {"PYTHONPATH": str(HERE)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("prefix", PLACES)
def test_every_answer_is_one_that_openapi_describes(
    place: Place, prefix: str, tmp_path: Path
) -> None:
    run = asked(place, prefix, folder=tmp_path, examples=QUICK)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.deep
@pytest.mark.parametrize("prefix", PLACES)
def test_and_so_are_thousands(place: Place, prefix: str, tmp_path: Path) -> None:
    run = asked(place, prefix, folder=tmp_path, examples=DEEP)
    assert run.returncode == 0, run.stdout + run.stderr


@pytest.mark.deep
@pytest.mark.parametrize("prefix", REPORTING)
def test_the_reporting_api_keeps_to_its_openapi(place: Place, prefix: str, tmp_path: Path) -> None:
    run = asked(place, prefix, folder=tmp_path, examples=QUICK)
    assert run.returncode == 0, run.stdout + run.stderr
