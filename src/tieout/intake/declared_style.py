"""The SQL that reads a number or a date as its file's style says, declared or found out.

Source: vendor-formats.md 3 and 10.2.
"""

from tieout.engine.duckdb import literal
from tieout.intake.form import FileStyle

# how a number cell is read where the style was found out: see findings.number_style
FOUND = {"plain": "unguarded", "point": "grouped_number", "comma": "comma_number"}
SIGNS = {"leading": "{}", "trailing": "trailing_minus({})", "parentheses": "parenthesised({})"}
NEGATIVES = tuple(SIGNS)
SPACES = " \u00a0\u202f"  # thousands are set off by no-break spaces as well
SLASHED = {"mdy": "%m/%d/%Y", "dmy": "%d/%m/%Y", "ymd": "no slash date"}
DATE_ORDERS = tuple(SLASHED)


def number_cell(cell: str, *, style: FileStyle, found: str) -> str:
    """Give a number cell written plainly; unreadable where it does not fit a declared style.

    >>> number_cell("c7", style=FileStyle(), found="comma")
    'comma_number(c7)'
    """
    guarded = cell if style.guard else f"unguardable({cell})"
    if style.decimal is None:
        return f"{FOUND[found]}({guarded})"
    bare = SIGNS[style.negative].format(f"unguarded({guarded})")
    shape, thousands = literal(_shape(style)), literal(_thousands(style))
    return f"declared_number({bare}, {shape}, {thousands}, {literal(style.decimal)})"


def date_cell(cell: str, *, style: FileStyle) -> str:
    """Give a date cell without its guard."""
    return f"unguarded({cell})" if style.guard else f"unguardable({cell})"


def day_of_date(cell: str, *, order: str, declared: bool) -> str:
    """Give the calendar day that a date cell prints, ISO dates and slash dates first.

    A declared order reads dots and dashes as well, and two digits for a year of this century.
    """
    day = f"calendar_date({cell}, {literal(SLASHED[order])})"
    if not declared:
        return day
    parts = {"y": "([0-9]{2}|[0-9]{4})", "m": "[0-9]{1,2}", "d": "[0-9]{1,2}"}
    dates = "|".join(sign.join(parts[part] for part in order) for sign in ("/", "[.]", "-"))
    time = "([ T][0-9]{1,2}:[0-5][0-9](:[0-5][0-9])?( ?[AaPp][Mm])?)?"
    places = ", ".join(str(order.index(part) + 1) for part in "ymd")
    return f"coalesce({day}, declared_date({cell}, {literal(f'({dates}){time}')}, {places}))"


def emptied(cell: str, nulls: tuple[str, ...]) -> str:
    """Give a cell that is empty where it is one of the cells that read as empty."""
    if not nulls:
        return cell
    listed = ", ".join(literal(null) for null in nulls)
    return f"CASE WHEN trim({cell}) IN ({listed}) THEN '' ELSE {cell} END"


def _thousands(style: FileStyle) -> str:
    return SPACES if style.thousands == " " else style.thousands


def _shape(style: FileStyle) -> str:
    """Give the pattern of a number in a declared style; its sign stands in front by now."""
    point, whole = f"[{style.decimal}]", "[0-9]+"
    if style.thousands:
        whole = f"({whole}|[0-9]{{1,3}}([{_thousands(style)}][0-9]{{3}})+)"
    return f"[+-]?({whole}({point}[0-9]*)?|{point}[0-9]+)([eE][+-]?[0-9]{{1,3}})?"
