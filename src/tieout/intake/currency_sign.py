"""Currency signs in number cells: which currencies a sign stands for, and the SQL to take it off.

Source: vendor-formats.md 3; the signs are the narrow symbols of https://cldr.unicode.org.
"""

from tieout.engine.duckdb import literal

# the dollars, and the pesos that are written with the same sign
DOLLARS = (
    *("USD", "AUD", "BBD", "BMD", "BND", "BSD", "BZD", "CAD", "FJD", "GYD", "HKD", "JMD", "KYD"),
    *("LRD", "NAD", "NZD", "SBD", "SGD", "SRD", "TTD", "TWD", "XCD"),
    *("ARS", "CLP", "COP", "CUP", "DOP", "MXN", "UYU"),
)
STANDS_FOR: dict[str, tuple[str, ...]] = {
    "$": DOLLARS,
    "€": ("EUR",),
    "£": ("GBP", "EGP", "FKP", "GIP", "LBP", "SHP", "SSP", "SYP"),
    "¥": ("JPY", "CNY"),
    "₹": ("INR",),
    "₨": ("INR", "LKR", "MUR", "NPR", "PKR", "SCR"),
    "₩": ("KRW", "KPW"),
    "₺": ("TRY",),
    "₽": ("RUB",),
    "₪": ("ILS",),
    "₫": ("VND",),
    "₴": ("UAH",),
    "₦": ("NGN",),
    "₱": ("PHP",),
    "฿": ("THB",),
    "₡": ("CRC",),
    "₲": ("PYG",),
    "₸": ("KZT",),
    "₾": ("GEL",),
    "₼": ("AZN",),
    "₭": ("LAK",),
    "₮": ("MNT",),
    "៛": ("KHR",),
    "৳": ("BDT",),
    "₵": ("GHS",),
    "֏": ("AMD",),
}
ANY = f"[{''.join(STANDS_FOR)}]"
SPACE = "[ \u00a0\u202f]?"


def without_sign(cell: str) -> str:
    """Give a number cell without a currency sign in front of or behind its digits; else as read."""
    before = literal(f"'?[+(-]?{ANY}{SPACE}[+(-]?[0-9.,][^{ANY[1:]}*")
    behind = literal(f"[^{ANY[1:]}*[0-9.,][-+)]?{SPACE}{ANY}[-+)]?")
    sign = literal(f"{SPACE}{ANY}{SPACE}")
    return (
        f"CASE WHEN regexp_full_match(trim({cell}), {before})"
        f" OR regexp_full_match(trim({cell}), {behind})"
        f" THEN regexp_replace(trim({cell}), {sign}, '') ELSE {cell} END"
    )


def contradicts(cell: str, currency: str) -> str:
    """Say, in SQL, whether a cell's currency sign is that of another currency than its row's."""
    cases = (
        f"WHEN {literal(sign)} THEN {currency} NOT IN ({', '.join(map(literal, codes))})"
        for sign, codes in STANDS_FOR.items()
    )
    return (
        f"({currency} <> '' AND CASE regexp_extract({cell}, {literal(ANY)}) {' '.join(cases)} END)"
    )
