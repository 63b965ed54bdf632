"""Exchange rates of a requester and of its buyers: acceptance case A33."""

from fractions import Fraction
from typing import Any

from master_case import ENDPOINTS, PREFIX, RATE_DATES, path_of, rows
from serve_case import Place, Visitor

V2 = path_of(ENDPOINTS["v2.currency-rates"], "reseller")
TWO_DAYS = {"exchangeDateFrom": "2021-11-01", "exchangeDateTill": "2021-11-02"}


def test_a33_rates_of_an_organization(who: dict[str, Visitor]) -> None:
    found = rows(who["reseller"], "v2.currency-rates", "reseller", **TWO_DAYS, level="organization")
    shown = ("from", "to", "source", "level", "exchangeDate", "baseRate", "surcharge", "finalRate")
    assert [tuple(one[name] for name in shown) for one in found] == [
        ("EUR", "USD", "Custom", "Organization", day, "1.1600", "1.5", "1.1774")
        for day in ("2021-11-01", "2021-11-02")
    ]
    lacking = {"exchangeDateFrom": "2021-11-01"}
    answer = who["reseller"].client.get(V2, params=lacking)
    assert (answer.status_code, answer.json()["code"]) == (400, "BAD_PARAMETER")
    assert answer.json()["errors"] == [{"parameter": "exchangeDateTill", "reason": "is needed"}]


def test_both_kinds_of_rates_and_pairs_of_currencies(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]

    def told(**query: str) -> list[tuple[Any, ...]]:
        found = rows(visitor, "v2.currency-rates", "reseller", **query)
        return [(one["exchangeDate"], one["to"], one["finalRate"]) for one in found]

    generic = [("2021-11-02", "JPY", "132.25"), ("2021-11-02", "USD", "1.1577")]
    assert told(level="generic") == generic
    assert told(toCurrency="JPY") == generic[:1]
    assert told(fromCurrency="USD") == []
    assert len(told()) == len(told(level="none")) == 5
    assert told(exchangeDateFrom="2021-11-03") == [("2021-11-03", "USD", "1.1774")]
    for bad in ({"level": "all"}, {"toCurrency": "usd"}, {"exchangeDateTill": "2021-10-31"}):
        assert visitor.code(V2, **{**RATE_DATES, **bad}) == (400, "BAD_PARAMETER")
    assert visitor.code(V2, **RATE_DATES, unknown="1") == (400, "UNKNOWN_PARAMETER")


def test_version_1_names_its_successor(who: dict[str, Visitor]) -> None:
    visitor = who["reseller"]
    old = path_of(ENDPOINTS["v1.currency-rates"], "reseller")
    answer = visitor.client.get(old, params=RATE_DATES)
    successor = f'<{V2}>; rel="successor-version"'
    assert answer.content == visitor.client.get(V2, params=RATE_DATES).content
    assert answer.headers["Link"] == successor
    assert answer.headers["Deprecation"] == "@1785542400"  # 1 August 2026, 00:00 UTC
    page = visitor.client.get(old, params={**RATE_DATES, "limit": "3"})
    first, second = page.headers["Link"].split(", ")
    assert first == successor
    assert second.endswith('; rel="next"')
    assert "Deprecation" not in visitor.client.get(V2, params=RATE_DATES).headers


def test_rates_of_partners(master: Place, who: dict[str, Visitor]) -> None:
    visitor = who["distributor"]
    summary = rows(visitor, "v2.partners.currency-rates.summary", "distributor")
    shown = ("partnerId", "partnerName", "toCurrency", "level", "rateCount")
    days = ("firstExchangeDate", "lastExchangeDate")
    assert [tuple(one[name] for name in (*shown, *days)) for one in summary] == [
        ("reseller", "Reseller", "JPY", "Generic", "1", "2021-11-02", "2021-11-02"),
        ("reseller", "Reseller", "USD", "Generic", "1", "2021-11-02", "2021-11-02"),
        ("reseller", "Reseller", "USD", "Organization", "3", "2021-11-01", "2021-11-03"),
    ]
    own = {"level": "organization"}
    hidden = rows(visitor, "v2.partners.currency-rates", "distributor", **own)
    assert [(one["finalRate"], "baseRate" in one, "surcharge" in one) for one in hidden] == [
        ("1.1774", False, False)
    ] * 3
    both = master.visitor("distributor", "reseller", role="distributorAdmin")
    shown_all = rows(both, "v2.partners.currency-rates", "distributor", **own)
    assert {(one["baseRate"], one["surcharge"]) for one in shown_all} == {("1.1600", "1.5")}
    missing = [
        visitor.client.get(
            f"{PREFIX['v2']}/requesters/distributor/partners/{partner}/currency-rates",
            params=RATE_DATES,
        )
        for partner in ("customer", "stranger", "microsoft", "nobody")
    ]
    bodies = [answer.json() | {"requestId": ""} for answer in missing]
    assert [answer.status_code for answer in missing] == [404] * 4
    assert all(body == bodies[0] for body in bodies)


def test_rates_of_partners_are_not_for_customers(who: dict[str, Visitor], master: Place) -> None:
    for name in ("v2.partners.currency-rates.summary", "v2.partners.currency-rates"):
        path = path_of(ENDPOINTS[name], "customer", "reseller")
        assert who["customer"].code(path, **RATE_DATES) == (403, "ROLE_NOT_ALLOWED")
    names = ("v2.partners.currency-rates.summary",)
    manager = master.visitor("distributor", role="accountManager", endpoints=names)
    assert rows(manager, *names, "distributor") == []  # a reseller is no customer


def test_a_surcharge_is_exact(who: dict[str, Visitor]) -> None:
    (one,) = rows(who["stranger"], "v2.currency-rates", "stranger", level="organization")
    assert Fraction(one["finalRate"]) == Fraction("6113.07") * 102 / 100
