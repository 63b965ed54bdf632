"""An explained line as sentences for a person in finance."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

Found = Mapping[str, Any]


def cells_title(one: Found) -> str:
    """Name the file, the row and the line's id."""
    place = f"{one['file']}, row {one['rowNumber']}, line {one['line']} ({one['format']})"
    return f"{place}: vendor line {one['vendorLineId']}"


def way_lines(one: Found) -> Iterator[str]:
    """Say the match, then each hop: priced, or tried where the line waits."""
    if one.get("late"):
        yield from late_lines(one["late"])
    elif back := one.get("takesBack"):
        yield f"takes back the line of {back['period']} with match key {back['matchKey']}"
    if one["match"]:
        yield from match_lines(one)
    for hop in one.get("tried", ()):
        yield from tried_lines(hop)
    for hop in one["hops"]:
        yield ""
        yield from hop_lines(hop)


def late_lines(late: Found) -> Iterator[str]:
    """Say for which month the line came late, and where it is billed or taken back."""
    if back := late["takesBack"]:
        yield (
            f"takes back, in {late['billedIn']}, vendor line {back['vendorLineId']}, billed for"
            f" {late['period']} with match key {back['matchKey']}"
        )
        yield f"  because {late['why']}"
        return
    if late["sameAs"]:
        yield f"the same as vendor line {late['sameAs']} of {late['period']}, which is billed"
    elif late["billedIn"] is None:
        yield f"late: it came after {late['period']} closed; the next open month's run bills it"
    elif late["billedIn"] != late["period"]:
        yield f"late: it came after {late['period']} closed and is billed in {late['billedIn']}"
    if late["replaces"]:
        yield f"  in the place of vendor line {late['replaces']}"
    if late["isTakenBack"]:
        where = f"taken back in {late['takenBackIn'] or 'the next open month'}"
        if late["takeBackIsHeld"]:
            where = "to be taken back, which its contract holds (LATE_AFTER_CLOSE)"
        yield f"{where}: a newer version of the vendor invoice has it no more"


def match_lines(one: Found) -> Iterator[str]:
    """Say whose the line is, by what, on which day, and along which contracts."""
    match = one["match"]
    yield "match"
    if "vendorSubscriptionId" in match:
        keys = f"vendor subscription {match['vendorSubscriptionId'] or '(none)'}"
        if match["entitlementId"]:
            keys += f", entitlement {match['entitlementId']}"
        yield f"  asked     {keys} on {match['day']} ({match['dayIs']})"
    for tried in match.get("subscriptions", ()):
        mark = "->" if tried["taken"] else "not"
        yield f"  {mark:9} {tried['subscriptionId']}: {tried['why']}"
    if "subscriptions" not in match and match["subscriptionId"]:
        yield f"  ->        {match['subscriptionId']}, {match['subscriptionName']}"
    for tried in match.get("contracts", ()):
        parties = f"{tried['sellerId']} to {tried['buyerId']}, " if tried["sellerId"] else ""
        yield f"  contract  {tried['contractId']}: {parties}{tried['why']}"
    cycle = f"{match['cycleStart']} to {match['cycleEnd']}"
    yield f"  class     {match['chargeType']}, charge cycle {cycle}"
    yield f"  prices    of {match['ruleDay']} ({match['ruleDayIs']})"
    if share := one.get("proration"):
        days = f"{share['daysBilled']} of {share['daysCycle']} days"
        yield f"  share     {days} ({share['profile']}): {share['why']}"
    if failed := match.get("failed"):
        where = f" at hop {failed['hop']}" if failed.get("hop") else ""
        yield f"  FAILED    {failed['reason']}{where}: {failed['why'] or ''}"


def tried_lines(hop: Found) -> Iterator[str]:
    """Say what was tried at a hop of a line that waits."""
    yield f"tried at hop {hop['hop']}, contract {hop['contractId']}"
    yield from _chosen(hop)


def hop_lines(hop: Found) -> Iterator[str]:
    """Say the price of one hop: what holds, each step, the totals, the consolidated line."""
    which = f"hop {hop['hop']}" if "hop" in hop else hop["direction"]
    yield f"{which}: {hop['sellerId']} to {hop['buyerId']}, contract {hop['contractId']}"
    yield from _chosen(hop)
    if hop.get("costTotalPrice") is not None:
        rate = (
            "" if hop["exchangeRate"] in (None, "1") else f", exchange rate {hop['exchangeRate']}"
        )
        yield f"  pays      {hop['costTotalPrice']} {hop['costCurrency']}{rate}"
    if hop.get("steps"):
        yield f"  policy    {hop['policy']}: {joined(hop['steps'])}"
    for name, key in (("unit", "unitSteps"), ("effective", "effectiveUnitSteps")):
        if hop.get(key):
            yield f"  {name:9} {joined(hop[key])}"
    prices = f"unit {hop['unitPrice']}, effective unit {hop['effectiveUnitPrice']}"
    total = f"{hop['totalPrice']} {hop['currency']}"
    yield f"  total     {total} ({prices}, quantity {hop['quantity']})"
    row = hop["invoiceLine"]
    residual = f" {row['roundingResidual']} rounding" if row["roundingResidual"] != "0" else ""
    yield (
        f"  invoiced  row {row['rowId']}: {joined(row['steps'])};"
        f" {row['totalPrice']} {hop['currency']}{residual and ',' + residual}"
    )


def _chosen(hop: Found) -> Iterator[str]:
    if rule := hop.get("rule"):
        yield f"  rule      {_rule(rule)}: {rule['why']}"
    for name, text in (("otherRules", _rule), ("otherListPrices", _price), ("otherRates", _rate)):
        for lost in hop.get(name, ()):
            yield f"  not       {text(lost)}: {lost['why']}"
    if price := hop.get("listPrice"):
        yield f"  list      {_price(price)}: {price['why']}"
    if rate := hop.get("rate"):
        yield f"  rate      {_rate(rate)}: {rate['why']}"


def _rule(rule: Found) -> str:
    unit = "" if rule["kind"] == "fixed" else " %"
    value = f" {rule['value']}{unit}" if rule["value"] else ""
    money = f" {rule['currency']}" if rule["kind"] == "fixed" else ""
    return f"{rule['ruleId']} ({rule['kind']}{value}{money}, {_span(rule)})"


def _price(row: Found) -> str:
    amount = row["erpPrice"] or row["unitPrice"]
    keys = (row[name] for name in ("term", "billingPlan", "market", "segment", "meterId"))
    scope = " ".join(key for key in keys if key)
    product = f"{row['productId']} {row['skuId']}"
    return f"{amount} {row['currency']} for {product} {scope}".rstrip() + f" ({_span(row)})"


def _rate(row: Found) -> str:
    whose = f", {row['organizationId']}'s own" if row["organizationId"] else ""
    parts = f"{row['baseRate']} + {row['surcharge']} %" if row["surcharge"] else row["baseRate"]
    pair = f"{row['from']} to {row['to']}"
    return f"{pair} {parts} = {row['finalRate']} ({row['source']}, {row['date']}{whose})"


def _span(row: Found) -> str:
    end = f" to before {row['validTo']}" if row["validTo"] else " on"
    return f"from {row['validFrom']}{end}"


def joined(steps: Sequence[Found]) -> str:
    """Put steps into one line: a rounding follows its number without repeating it."""
    text, before = "", ""
    for step in steps:
        said = step["text"]
        if text and step["step"] == "round":
            text += "," * (before == "sum") + said.removeprefix(said.partition(" ")[0])
        else:
            text += f"; {said}" if text else said
        before = step["step"]
    return text
