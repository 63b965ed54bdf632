"""What consolidated invoices say of matching, and the sales without a purchase line, as text."""

from collections.abc import Mapping
from dataclasses import dataclass

from tieout.serve.billing.fields import json_members, json_value, xml_elements
from tieout.serve.billing.v4 import GROUP_LINE, MATCH_GROUP, UNMATCHED_SALE

IN_ORDER = "number_place(invoice_number), invoice_number, line_id, line_seq"


@dataclass(frozen=True)
class MatchReport:
    """The figures of MatchReport, amounts as printed, and the unmatched sales as text."""

    lines: int
    linked: int
    in_groups: str
    unmatched: str
    tiers: Mapping[int, int]
    statuses: Mapping[str, int]
    groups: tuple[str, ...]
    sales: tuple[str, ...]

    def json(self) -> str:
        """Give what follows the invoices in the JSON root."""
        tiers = [f'{{"Lines":{n},"MatchTier":{tier}}}' for tier, n in self.tiers.items()]
        statuses = [f'{{"Lines":{n},"MatchStatus":"{name}"}}' for name, n in self.statuses.items()]
        return (
            f',"MatchGroups":[{",".join(self.groups)}]'
            f',"MatchReport":{{"PurchaseLineCount":{self.lines}'
            f',"SalesInGroups":{self.in_groups},"SalesLineCount":{self.linked}'
            f',"SalesUnmatched":{self.unmatched},"Statuses":[{",".join(statuses)}]'
            f',"Tiers":[{",".join(tiers)}]}},"UnmatchedSales":[{",".join(self.sales)}]'
        )

    def xml(self) -> str:
        """Give what follows the invoices in the XML root."""
        tiers = "".join(
            f"<Tier><MatchTier>{tier}</MatchTier><Lines>{n}</Lines></Tier>"
            for tier, n in self.tiers.items()
        )
        statuses = "".join(
            f"<Status><MatchStatus>{name}</MatchStatus><Lines>{n}</Lines></Status>"
            for name, n in self.statuses.items()
        )
        return (
            f"{xml_list('MatchGroups', ''.join(self.groups))}"
            f"{xml_list('UnmatchedSales', ''.join(self.sales))}<MatchReport>"
            f"<PurchaseLineCount>{self.lines}</PurchaseLineCount>"
            f"<SalesLineCount>{self.linked}</SalesLineCount>"
            f"<SalesInGroups>{self.in_groups}</SalesInGroups>"
            f"<SalesUnmatched>{self.unmatched}</SalesUnmatched>"
            f"{xml_list('Tiers', tiers)}{xml_list('Statuses', statuses)}</MatchReport>"
        )


def xml_list(name: str, items: str) -> str:
    """Give an element around its items; it closes itself when there are none."""
    return f"<{name}>{items}</{name}>" if items else f"<{name} />"


def groups_sql(format_name: str) -> str:
    """Give the query of the groups, as text, each with its lines of either side."""
    is_xml = format_name == "xml"
    line = (
        f"concat('<Line>', {xml_elements(GROUP_LINE)}, '</Line>')"
        if is_xml
        else f"concat('{{', {json_members(GROUP_LINE)}, '}}')"
    )
    lines = ", ".join(
        f"coalesce((SELECT string_agg({line}, '{'' if is_xml else ','}'"
        f" ORDER BY {IN_ORDER}) FROM match_group_line AS member"
        f" WHERE member.match_group_id = told.match_group_id AND {side}), '') AS {name}"
        for name, side in (("bought", "is_purchase"), ("sold", "NOT is_purchase"))
    )
    text = (_group_xml if is_xml else _group_json)()
    if format_name == "ndjson":
        text = f'concat(\'{{"MatchGroup":\', {text}, \',"Record":"match_group"}}\', chr(10))'
    if format_name == "csv":
        text = "''"
    return (
        f"SELECT {text} AS text FROM (SELECT *, {lines} FROM match_group AS told)"
        " ORDER BY match_group_id"
    )


def _group_json() -> str:
    """Give the SQL of a group's object; keys in the order of their lower-cased names."""
    group_id, subscription, bought, sold = (json_value(field) for field in MATCH_GROUP)
    return (
        f"concat('{{\"MatchGroupID\":', {group_id}, ',\"PurchaseLines\":[', bought,"
        f" '],\"PurchaseTotal\":', {bought}, ',\"SalesLines\":[', sold,"
        f" '],\"SalesTotal\":', {sold}, ',\"SubscriptionID\":', {subscription}, '}}')"
    )


def _group_xml() -> str:
    return (
        f"concat('<MatchGroup>', {xml_elements(MATCH_GROUP)}, '<PurchaseLines>', bought,"
        " '</PurchaseLines><SalesLines>', sold, '</SalesLines></MatchGroup>')"
    )


def unmatched_sql(format_name: str) -> str:
    """Give the query of the sales lines without a purchase line, as text."""
    members = json_members(UNMATCHED_SALE)
    text = {
        "json": f"concat('{{', {members}, '}}')",
        "xml": f"concat('<UnmatchedSale>', {xml_elements(UNMATCHED_SALE)}, '</UnmatchedSale>')",
        "ndjson": 'concat(\'{"Record":"unmatched_sale","UnmatchedSale":{\', '
        f"{members}, '}}}}', chr(10))",
        "csv": "''",
    }[format_name]
    return f"SELECT {text} AS text FROM unmatched_sale ORDER BY {IN_ORDER}"
