"""A month as double-entry postings, for beancount and hledger.

Every document stands once in its seller's books and once in its buyer's; a transaction of the
month's own leads the total of every vendor file to what hop 1 bills, and to what waits.
"""

import calendar
import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import pyarrow as pa

from tieout.engine.duckdb import literal, session, sql_text
from tieout.errors import Conflict, NotFound
from tieout.money import minor_units, shortest
from tieout.pipeline.upkeep import certificate_of
from tieout.report.run_file import name_run_files
from tieout.store.catalog import DRAFTS
from tieout.store.house import House
from tieout.store.workflow import Header, invoices_of

TIE_OUT = "Equity:Tieout"
MARK = "tieout"  # what the first line of such a file begins with
WAITING = {"rejected": "Rejected", "parked": "Parked", "setAside": "SetAside", "late": "Late"}


@dataclass(frozen=True)
class Syntax:
    """How a tool writes what both tools know."""

    comment: str
    account: str  # an account is opened
    commodity: str  # a currency is declared, as it is shown
    opening: str  # first line of a transaction
    remark: str  # something said of the posting above it


SYNTAXES = {
    "beancount": Syntax(
        comment="; {}\n",
        account="{date} open {account}\n",
        commodity="",
        opening='{date} {flag} "{party}" "{text}"\n',
        remark='    {name}: "{value}"\n',
    ),
    "hledger": Syntax(
        comment="; {}\n",
        account="account {account}\n",
        commodity="commodity {shown} {currency}\n",
        opening="{date} {flag} {party} | {text}\n",
        remark="    ; {name}: {value}\n",
    ),
}


@dataclass(frozen=True)
class Books:
    """Which postings: of a month, of all parties or one, with drafts (flagged `!`) or without."""

    period: str
    syntax: str = "beancount"
    party: str | None = None
    drafts: bool = False


def postings(house: House, books: Books) -> Iterator[str]:
    """Give the text of a month's postings in pieces.

    Raises NotFound when the month was never run or the party is on no document of it, Conflict
    when two organizations would share an account.
    """
    found = _certificate(house, books.period)
    with house.catalog.read() as connection:
        known = invoices_of(connection, period=books.period)
    if books.party and not any(books.party in _parties(one) for one in known):
        raise NotFound(kind="party with documents of the period", name=books.party)
    headers = [one for one in known if books.drafts or one["status_id"] not in DRAFTS]
    syntax = SYNTAXES[books.syntax]
    names = _components(headers)
    documents = [
        posted
        for place, header in enumerate(headers)
        for posted in _sides(header, syntax=syntax, names=names, place=place)
        if books.party in (None, posted["owner"])
    ]
    if found is None and not known:
        raise NotFound(kind="run or document of period", name=books.period)
    clearing = [] if books.party or found is None else list(_clearing(found))
    yield from _preamble(books, found, documents=documents, clearing=clearing)
    yield from _tie_out(syntax, found, clearing=clearing)
    if documents:
        yield from _texts(house, documents, syntax=syntax)


def refuse_other_file(path: Path) -> None:
    """Raise Conflict when a file is there and holds no postings."""
    if path.exists() and not path.read_bytes()[:64].startswith(b"; tieout "):
        raise Conflict(reason=f"{path} is there and holds no postings: name another file")


def _certificate(house: House, period: str) -> dict[str, Any] | None:
    """Give the certificate of a month; one with documents made by hand only may have none."""
    try:
        return certificate_of(house, period)
    except NotFound:
        return None


def _parties(header: Header) -> tuple[str, str]:
    return header["seller_id"], header["buyer_id"]


def _components(headers: Iterable[Header]) -> dict[str, str]:
    """Give each organization's part of an account's name. Raises Conflict where two are alike."""
    ids = {one[key] for one in headers for key in ("seller_id", "buyer_id", "vendor_id")}
    names: dict[str, str] = {}
    for organization in sorted(ids):
        plain = re.sub(r"[^A-Za-z0-9-]", "-", organization)
        plain = plain if plain[0].isalnum() else f"X{plain}"
        name = plain[0].upper() + plain[1:]
        twin = next((other for other, taken in names.items() if taken == name), None)
        if twin is not None:
            raise Conflict(reason=f"organizations {twin} and {organization} would share an account")
        names[organization] = name
    return names


def _sides(
    header: Header, *, syntax: Syntax, names: Mapping[str, str], place: int
) -> Iterator[dict[str, Any]]:
    """Give a document as its seller and as its buyer post it."""
    seller, buyer, vendor = (names[header[key]] for key in ("seller_id", "buyer_id", "vendor_id"))
    books = (
        ("seller", -1, f"Assets:{seller}:Receivable:{buyer}", f"Income:{seller}"),
        ("buyer", 1, f"Liabilities:{buyer}:Payable:{seller}", f"Expenses:{buyer}"),
    )
    for side, (owner, sign, balance, result) in enumerate(books):
        other = "buyer" if owner == "seller" else "seller"
        trade = f"{result}:{'Sales' if sign < 0 else 'Purchases'}:{vendor}"
        yield {
            "run_id": header["run_id"],
            "invoice_id": header["invoice_id"],
            "owner": header[f"{owner}_id"],
            "place": place,
            "side": side,
            "sign": sign,
            "balance": balance,
            "trade": trade,
            "rounding": f"{result}:Rounding",
            "currency": header["currency"],
            "date": header["invoice_date"][:10],
            "opening": _opening(
                header, syntax=syntax, party=header[f"{other}_name"], total=(balance, -sign)
            ),
        }


def _opening(header: Header, *, syntax: Syntax, party: str, total: tuple[str, int]) -> str:
    """Give the head of a document's transaction and the posting of its total."""
    account, sign = total
    number = header["invoice_number"]
    said = f"{header['document_type']} {number}" if number else f"{header['document_type']}, draft"
    amount = shortest(sign * Fraction(header["total_amount"]))
    head = syntax.opening.format(
        date=header["invoice_date"][:10],
        flag="*" if number else "!",
        party=_plain(party),
        text=_plain(said),
    )
    remark = syntax.remark.format(name="invoice", value=header["invoice_id"])
    return f"\n{head}{_posting(account, amount, currency=header['currency'])}{remark}"


def _posting(account: str, amount: str, *, currency: str) -> str:
    return f"  {account}  {amount} {currency}\n"


def _plain(text: str) -> str:
    """Give a name without what ends a text or a line in either syntax."""
    return re.sub(r'[\x00-\x1f"\\|;]+', " ", text).strip()


def _clearing(found: Mapping[str, Any]) -> Iterator[tuple[str, str, str, str]]:
    """Give account, amount, currency and remark of what a month's files come to."""
    for one in found["inputs"]:
        yield f"{TIE_OUT}:Files", one["total"], one["currency"], one["file"]
    for kind, name in WAITING.items():
        for one in found[kind]["amounts"]:
            amount = shortest(-Fraction(one["amount"]))
            yield f"{TIE_OUT}:{name}", amount, one["currency"], f"{found[kind]['count']} rows"
    for one in found["carriedIn"]:  # late lines of other months, billed in this one
        yield f"{TIE_OUT}:Late", one["amount"], one["currency"], f"late lines of {one['period']}"
    for one in found["hops"]:
        if one["hop"] == 1:
            amount = shortest(-Fraction(one["detailTotal"]))
            yield f"{TIE_OUT}:Billed", amount, one["currency"], f"{one['lines']} lines of hop 1"


def _preamble(
    books: Books,
    found: Mapping[str, Any] | None,
    *,
    documents: Sequence[Mapping[str, Any]],
    clearing: Sequence[tuple[str, str, str, str]],
) -> Iterator[str]:
    """Give what stands before the first transaction: where it comes from, and the accounts."""
    syntax = SYNTAXES[books.syntax]
    said = "never run: documents made by hand only"
    if found is not None:
        said = f"run {found['runId']}, {found['status']}, output digest {found['outputDigest']}"
    yield syntax.comment.format(f"{MARK} {books.period}, {said}")
    for currency in sorted({one[2] for one in clearing} | {one["currency"] for one in documents}):
        shown = f"1.{'0' * (minor_units(currency) or 0)}"
        yield syntax.commodity.format(currency=currency, shown=shown)
    used: dict[str, str] = {account: f"{books.period}-01" for account, *_ in clearing}
    for one in documents:
        for kind in ("balance", "trade", "rounding"):
            used[one[kind]] = min(used.get(one[kind], one["date"]), one["date"])
    for account, date in sorted(used.items()):
        yield syntax.account.format(date=date, account=account)


def _tie_out(
    syntax: Syntax,
    found: Mapping[str, Any] | None,
    *,
    clearing: Sequence[tuple[str, str, str, str]],
) -> Iterator[str]:
    """Give the transaction that leads every vendor file to what is billed and what waits."""
    if not clearing or found is None:
        return
    year, month = map(int, found["period"].split("-"))
    last = dt.date(year, month, calendar.monthrange(year, month)[1])
    text = _plain(f"tie-out certificate of {found['period']}, {found['status']}")
    yield "\n" + syntax.opening.format(date=last.isoformat(), flag="*", party="tieout", text=text)
    for account, amount, currency, said in clearing:
        yield _posting(account, amount, currency=currency)
        yield syntax.remark.format(name="from", value=_plain(said))


def _texts(
    house: House, documents: Sequence[Mapping[str, Any]], *, syntax: Syntax
) -> Iterator[str]:
    """Give the transactions of documents, their rows read from the lake."""
    columns = ("run_id", "invoice_id", "opening", "trade", "rounding")
    posted = {name: pa.array([one[name] for one in documents], pa.string()) for name in columns}
    numbers = ("place", "side", "sign")
    posted |= {name: pa.array([one[name] for one in documents], pa.int32()) for name in numbers}
    before, _, rest = syntax.remark.partition("{name}")
    middle, _, end = rest.partition("{value}")
    with session(house.scratch) as engine:
        runs = {one["run_id"] for one in documents}
        name_run_files(engine, house, runs=runs, hops=(), kinds=("invoice_line",))
        engine.register("posted_document", pa.table(posted))
        engine.view("charge_class", sql_text("tieout.report", "charge_class"))
        engine.run(
            "CREATE TEMP MACRO posting(account, amount, currency) AS"
            " '  ' || account || '  ' || amount || ' ' || currency"
        )
        engine.run(
            f"CREATE TEMP MACRO remark(name, value) AS {literal(before)} || name ||"
            f" {literal(middle)} || value || {literal(end)}"
        )
        for batch in engine.batches(sql_text("tieout.pipeline", "postings")):
            yield "".join(batch.column(0).to_pylist())
