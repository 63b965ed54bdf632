"""The rules of versions: LC-1 to LC-4 and LC-11 to LC-14 of billing-api.md 1.9."""

import datetime as dt
import json
import re
from collections.abc import Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Any

import pytest
from billing_case import RANGE
from lifecycle_case import TODAY, edited, visiting
from serve_case import Place, Visitor

from tieout.serve.billing.lifecycle import (
    Override,
    Registry,
    RegistryRefused,
    Version,
    parse_registry,
    read_registry,
)
from tieout.serve.billing.release_notes import Release
from tieout.serve.billing.version_moves import (
    end_version,
    publish_release,
    release_version,
    reprieve,
    set_sunset,
)

ROOT = Path(__file__).parents[2]
REGISTRY = read_registry()
AFTER = dt.date(2027, 7, 1)  # the sunset of v2


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with visiting(tmp_path_factory.mktemp("lifecycle")) as running:
        yield running


@pytest.fixture(scope="module")
def reseller(place: Place) -> Visitor:
    return place.visitor("reseller")


def v5(**changes: Any) -> Version:
    told = REGISTRY.current.model_dump() | {"id": "v5", "released": None, "notes": "next"}
    return Version(**(told | changes))


def statuses(registry: Registry) -> dict[str, str]:
    return {name: registry.status(name) for name in registry.ids()}


def test_lc_01_flags_per_status_are_those_of_the_page() -> None:
    assert {s.id: (s.support, s.bugfix, s.feature, s.served) for s in REGISTRY.statuses} == {
        "preview": (False, True, True, True),
        "current": (True, True, True, True),
        "maintenance": (True, True, False, True),
        "end_of_maintenance": (True, False, False, True),
        "end_of_life": (False, False, False, False),
    }
    with pytest.raises(RegistryRefused, match="do not promise"):
        edited(lambda told: told["statuses"][4].update(served=True))


def test_lc_02_exactly_one_version_is_current() -> None:
    assert statuses(REGISTRY) == {
        "v4": "current",
        "v3": "maintenance",
        "v2": "end_of_maintenance",
        "v1": "end_of_life",
    }
    tried = edited(
        lambda told: told["versions"].insert(
            0, told["versions"][0] | {"id": "v5", "preview": True, "released": None}
        )
    )
    assert statuses(tried) == statuses(REGISTRY) | {"v5": "preview"}
    assert list(statuses(tried).values()).count("current") == 1
    with pytest.raises(RegistryRefused, match="each once"):
        edited(lambda told: told["versions"].append(told["versions"][0]))


def test_lc_03_releasing_v5_moves_v4_and_v3_together() -> None:
    after = release_version(REGISTRY, v5(), on=dt.date(2027, 1, 4))
    assert statuses(after) == {
        "v5": "current",
        "v4": "maintenance",
        "v3": "end_of_maintenance",
        "v2": "end_of_maintenance",
        "v1": "end_of_life",
    }
    assert [(c.version, c.change) for c in after.history[len(REGISTRY.history) :]] == [
        ("v4", "current -> maintenance"),
        ("v3", "maintenance -> end_of_maintenance"),
    ]
    assert after.version("v3").deprecated == dt.date(2027, 1, 4)
    with pytest.raises(RegistryRefused, match="v6 does not follow v4"):
        release_version(REGISTRY, v5(id="v6"), on=dt.date(2027, 1, 4))
    # one of the two moves alone is no registry at all
    half = json.loads(after.model_dump_json(by_alias=True, exclude_unset=True))
    half["history"][-1]["change"] = "end_of_maintenance -> maintenance"
    with pytest.raises(RegistryRefused, match="v3"):
        parse_registry(json.dumps(half))


def test_vr_3_a_version_is_reprieved_once_until_the_next_release() -> None:
    kept = reprieve(REGISTRY, "v2", on=dt.date(2026, 12, 1), why="a bank asked")
    assert kept.status("v2") == "maintenance"
    assert (kept.version("v2").deprecated, kept.version("v2").sunset) == (None, None)
    after = release_version(kept, v5(), on=dt.date(2027, 1, 4))
    assert after.status("v2") == "end_of_maintenance"
    with pytest.raises(RegistryRefused, match="reprieved more than once"):
        reprieve(after, "v2", on=dt.date(2027, 2, 1), why="again")


def test_lc_04_headers_parse_and_sunset_is_not_before_deprecation(reseller: Visitor) -> None:
    headers = reseller.client.get("/billing/v2/invoices", params=RANGE).headers
    found = re.fullmatch(r"@(-?[0-9]+)", headers["Deprecation"])
    assert found is not None
    deprecated = dt.datetime.fromtimestamp(int(found[1]), dt.UTC)
    sunset = parsedate_to_datetime(headers["Sunset"])
    assert (deprecated, sunset) == (
        dt.datetime(2026, 7, 1, tzinfo=dt.UTC),
        dt.datetime(2027, 7, 1, tzinfo=dt.UTC),
    )
    with pytest.raises(RegistryRefused, match="notice period"):
        edited(lambda told: told["versions"][2].update(sunset="2026-06-01"))


def test_lc_11_a_fix_goes_to_n_and_n_1_and_no_further(tmp_path: Path) -> None:
    fix = Release(
        id="r5", date=TODAY, kind="bugfix", versions=("v4",), endpoints=("invoices",),
        breaking=False, fields_added=(), issues=(),
    )  # fmt: skip
    after = publish_release(REGISTRY, fix)
    with visiting(tmp_path, after) as other:
        client = other.visitor("reseller").client
        shown = {
            name: [
                r["id"] for r in client.get(f"/billing/releases?version={name}").json()["releases"]
            ]
            for name in ("v4", "v3", "v2")
        }
    assert shown == {"v4": ["r5", "r4", "r3", "r2", "r1"], "v3": ["r5", "r3", "r2"], "v2": ["r2"]}
    with pytest.raises(RegistryRefused, match="may only go to v3, v4"):
        publish_release(REGISTRY, fix.model_copy(update={"versions": ("v2", "v4")}))
    with pytest.raises(RegistryRefused, match="must list the documents"):
        publish_release(REGISTRY, fix.model_copy(update={"kind": "correction"}))


def test_lc_12_a_sunset_keeps_its_notice_and_moves_later_on_record() -> None:
    on, why = dt.date(2027, 5, 1), "asked"
    with pytest.raises(RegistryRefused, match="90 days of notice"):
        set_sunset(REGISTRY, "v2", sunset=dt.date(2027, 6, 30), on=on, why=why)
    later = set_sunset(REGISTRY, "v2", sunset=dt.date(2027, 7, 2), on=on, why=why)
    assert later.version("v2").sunset == dt.date(2027, 7, 2)
    assert later.history[-1].change == "sunset 2027-07-01 -> 2027-07-02"
    early = set_sunset(REGISTRY, "v2", sunset=dt.date(2027, 3, 1), on=dt.date(2026, 12, 1), why=why)
    assert early.version("v2").sunset == dt.date(2027, 3, 1)  # 90 days are left
    with pytest.raises(RegistryRefused, match="end of its maintenance"):
        set_sunset(REGISTRY, "v3", sunset=dt.date(2028, 1, 1), on=on, why=why)


def test_lc_13_an_active_customer_keeps_a_version_alive_unless_overridden() -> None:
    for on, customers, reason in (
        (AFTER, 1, "active_customers"),
        (dt.date(2027, 6, 30), 0, "sunset_in_future"),
    ):
        with pytest.raises(RegistryRefused, match=reason):
            end_version(REGISTRY, "v2", on=on, active_customers=customers)
    assert end_version(REGISTRY, "v2", on=AFTER, active_customers=0).served_ids() == ["v3", "v4"]
    override = Override(by="N. Visser", reason="the last customer went out of business")
    forced = end_version(REGISTRY, "v2", on=AFTER, active_customers=1, override=override)
    assert forced.status("v2") == "end_of_life"
    assert forced.history[-1].override == override
    with pytest.raises(RegistryRefused, match="end of its maintenance"):
        end_version(REGISTRY, "v3", on=AFTER, active_customers=0, override=override)


def test_lc_14_every_issue_of_a_release_has_a_requirement_and_a_test() -> None:
    texts = {
        path.name: path.read_text("utf-8") for path in (ROOT / "tests/regressions").glob("*.py")
    }
    issues = [issue for release in REGISTRY.releases for issue in release.issues]
    assert len(issues) == 13
    for issue in issues:
        number = issue.key.removeprefix("CD-")
        assert issue.requirement == f"R-{number}"
        own = [text for name, text in texts.items() if name.startswith(f"test_cd_{number}_")]
        assert len(own) == 1, issue.key
        assert re.search(rf"^def test_cd_{number}_", own[0], re.MULTILINE), issue.key


def test_a_registry_that_asks_for_an_unknown_renderer_is_refused(tmp_path: Path) -> None:
    after = release_version(REGISTRY, v5(), on=dt.date(2027, 1, 4))
    with pytest.raises(RegistryRefused, match="v5"), visiting(tmp_path, after):
        pass
