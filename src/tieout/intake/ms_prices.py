"""Microsoft's price sheets and exchange rates as Partner Center gives them out.

Source: vendor-formats.md 7; Partner Center's pages on price lists, price sheets and exchange rates.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from tieout.engine.duckdb import literal
from tieout.intake.columns import Column
from tieout.intake.form import PLAIN_STYLE, FileStyle, Signature, signature
from tieout.money import currencies


@dataclass(frozen=True)
class SheetForm:
    """A format that feeds reference data: how it is recognised and which rows it gives.

    `resource` is the reference file that its rows are of; they come from the SQL file `rows`, and
    `macros` name the SQL macros that it uses. `renamed` says which column of the resource a column
    of ours becomes, where its name is another. `left_out` names what gives no row, and its SQL.
    """

    code: str
    resource: str
    signatures: tuple[Signature, ...]
    columns: tuple[Column, ...]
    rows: str
    macros: tuple[str, ...]
    renamed: Mapping[str, str] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    style: FileStyle = PLAIN_STYLE


def _raw(names: str, *, familiar: bool = False) -> Sequence[Column]:
    return [Column(name, None, "raw", familiar=familiar) for name in names.split()]


_PRICE_COLUMNS = (
    Column("ProductId", "product_id", "id", required=True),
    Column("SkuId", "sku_id", "id", required=True),
    Column("TermDuration", "term", "id", required=True),
    Column("Market", "market", "id", required=True),
    Column("Currency", "currency", "id", required=True),
    Column("UnitPrice", "unit_price", "price", required=True),
    Column("PricingTierRangeMin", "tier_min", "price"),
    Column("PricingTierRangeMax", "tier_max", "price"),
    Column("EffectiveStartDate", "valid_from", "date", required=True),
    Column("EffectiveEndDate", "valid_to", "date", required=True),
    *_raw("ProductTitle SkuTitle Publisher SkuDescription UnitOfMeasure Tags"),
    # not in every sheet; one without segments is for every segment
    Column("BillingPlan", "billing_plan", "id", familiar=True),
    Column("ERP Price", "erp_price", "price", familiar=True),
    Column("MeterIds", "meter_ids", "id", familiar=True),
    Column("Segment", "segment", "id", familiar=True),
    *_raw("MeterType EndofSaleDate ChangeIndicator PreviousValues", familiar=True),
)
_MACROS = ("padded_sku", "is_midnight", "moment", "exact_number", "upper_tier", "first_invalid_day")

AZURE = SheetForm(
    code="ms_price_azure",
    resource="price_list",
    signatures=(
        signature("TermDuration PricingTierRangeMin MeterIds UnitPrice", excluded="BillingPlan"),
    ),
    columns=_PRICE_COLUMNS,
    rows="listed_price",
    macros=_MACROS,
    renamed={"meter_ids": "meter_id"},
)

LICENCE = SheetForm(
    code="ms_price_licence",
    resource="price_list",
    signatures=(signature("TermDuration BillingPlan UnitPrice ERPPrice", excluded="MeterIds"),),
    columns=_PRICE_COLUMNS,
    rows="listed_price",
    macros=_MACROS,
)

_KNOWN = ", ".join(literal(code) for code in sorted(currencies()))

FX = SheetForm(
    code="ms_fx",
    resource="exchange_rates",
    signatures=(signature("CurrencyCode USDPerUnit"),),
    columns=(
        Column("CurrencyCode", "currency", "id", required=True),
        Column("USDPerUnit", "base_rate", "price", required=True),
        Column("Month", "month", "id", required=True),
    ),
    rows="listed_rate",
    macros=("exact_number", "first_of_month"),
    renamed={"currency": "from", "month": "date"},
    left_out={
        "currencies that ISO 4217 does not have": (
            f"regexp_full_match(upper(currency), '[A-Z]{{3}}')"
            f" AND upper(currency) NOT IN ({_KNOWN})"
        ),
        "USD to itself": "upper(currency) = 'USD' AND exact_number(base_rate_cell) = '1'",
    },
)

SHEETS = (AZURE, LICENCE, FX)

# what is downloaded beside the sheets and has no prices
OFFER_MATRIX = ("ms_offer_matrix", signature("ProvisioningId ProvisioningString MinLicenses"))
