"""A month as double-entry postings: what beancount and hledger make of them."""

import re
import shutil
import subprocess
from collections import defaultdict
from fractions import Fraction
from pathlib import Path

import pytest
from beancount import loader
from beancount.core.data import Transaction
from billed_case import bill_generated
from channel import MONTH
from october import FOUR_PARTIES, PERIOD, bill_october

from tieout import pipeline
from tieout.errors import Conflict, NotFound
from tieout.pipeline.postings import _components
from tieout.store.house import House

RULES = {2: ("markup", "5"), 3: ("markup", "10")}


def _text(house: House, books: pipeline.Books) -> str:
    return "".join(pipeline.postings(house, books))


def _balances(text: str) -> dict[tuple[str, str], Fraction]:
    """Give account balances as beancount reads them; it must find no error."""
    entries, errors, _ = loader.load_string(text)
    assert errors == []
    sums: dict[tuple[str, str], Fraction] = defaultdict(Fraction)
    for entry in entries:
        for posting in entry.postings if isinstance(entry, Transaction) else ():
            assert posting.units is not None
            sums[posting.account, posting.units.currency] += Fraction(posting.units.number or 0)
    return {key: amount for key, amount in sums.items() if amount}


@pytest.fixture(scope="module")
def chain(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Bill the published October of four parties."""
    return bill_october(tmp_path_factory.mktemp("chain"), chain=FOUR_PARTIES, rules=RULES)


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> House:
    """Bill a dozen generated months with chains of one to four hops in several currencies."""
    return bill_generated(tmp_path_factory.mktemp("generated"))[1]


def test_the_books_of_four_parties_hold_the_published_totals(chain: House) -> None:
    """reporting-api.md 7.4: headers 17.05, 17.90, 19.69; rounding -0.0025 and -0.00275."""
    shown: dict[str, set[Fraction]] = defaultdict(set)
    for (account, _), amount in _balances(_text(chain, pipeline.Books(PERIOD))).items():
        root, _, kind = account.split(":")[:3]
        shown[f"{root} {kind}"].add(amount)
    exact = {"17.05", "17.9025", "19.69275"}
    billed = {"17.05", "17.90", "19.69"}
    assert shown["Assets Receivable"] == {Fraction(text) for text in billed}
    assert shown["Liabilities Payable"] == {-Fraction(text) for text in billed}
    assert shown["Income Sales"] == {-Fraction(text) for text in exact}
    assert shown["Expenses Purchases"] == {Fraction(text) for text in exact}
    assert shown["Income Rounding"] == {Fraction("0.0025"), Fraction("0.00275")}
    assert shown["Expenses Rounding"] == {Fraction("-0.0025"), Fraction("-0.00275")}


def test_the_months_own_transaction_leads_the_files_to_what_is_billed(generated: House) -> None:
    certificate = pipeline.certificate_of(generated, MONTH)
    found = _balances(_text(generated, pipeline.Books(MONTH, drafts=True)))
    files: dict[str, Fraction] = defaultdict(Fraction)
    for one in certificate["inputs"]:
        files[one["currency"]] += Fraction(one["total"])
    own = {account for account, _ in found if account.startswith("Equity:Tieout:")}
    assert own >= {"Equity:Tieout:Files", "Equity:Tieout:Billed"}
    for currency, total in files.items():
        assert found["Equity:Tieout:Files", currency] == total
        assert sum(found.get((account, currency), Fraction(0)) for account in own) == 0


def test_every_document_of_generated_months_balances_in_both_books(generated: House) -> None:
    text = _text(generated, pipeline.Books(MONTH, drafts=True))
    found = _balances(text)
    owed: dict[str, Fraction] = defaultdict(Fraction)
    for (account, currency), amount in found.items():
        if ":Receivable:" in account or ":Payable:" in account:
            owed[currency] += amount
    assert owed
    assert set(owed.values()) == {Fraction(0)}
    drafts = text.count(" ! ")
    assert drafts
    verified = _text(generated, pipeline.Books(MONTH))
    assert verified.count(" ! ") == 0
    assert _balances(verified)


def test_one_partys_books_name_no_account_of_another(chain: House) -> None:
    whole = _text(chain, pipeline.Books(PERIOD))
    owners = set(re.findall(r"open (?:Assets|Expenses):([^:]+):", whole))
    assert len(owners) == 4
    for party in FOUR_PARTIES:
        text = _text(chain, pipeline.Books(PERIOD, party=party))
        accounts = re.findall(r"open (\S+)", text)
        assert len({account.split(":")[1] for account in accounts}) == 1
        assert _balances(text)
        assert "Equity" not in text
    with pytest.raises(NotFound):
        _text(chain, pipeline.Books(PERIOD, party="nobody"))


# a program of its own and no wheel; beancount, which is always there, judges the same amounts
@pytest.mark.skipif(shutil.which("hledger") is None, reason="hledger is not installed")
def test_hledger_finds_every_transaction_balanced(generated: House, tmp_path: Path) -> None:
    path = tmp_path / "month.journal"
    pipeline.write_text(
        path, pipeline.postings(generated, pipeline.Books(MONTH, syntax="hledger", drafts=True))
    )
    done = subprocess.run(
        ["hledger", "-f", path, "check", "--strict"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr


def test_organizations_that_would_share_an_account_are_named() -> None:
    header = {"seller_id": "acme.nl", "buyer_id": "acme-nl", "vendor_id": "microsoft"}
    with pytest.raises(Conflict, match=r"acme-nl and acme\.nl would share an account"):
        _components([header])


def test_a_broken_amount_is_what_beancount_refuses(chain: House) -> None:
    text = _text(chain, pipeline.Books(PERIOD))
    _, errors, _ = loader.load_string(text.replace("17.05 EUR", "17.06 EUR", 1))
    assert len(errors) == 1
