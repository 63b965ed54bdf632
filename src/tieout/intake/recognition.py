"""Which format a file has, judged by its header names alone.

Source: vendor-formats.md 1.3 and 2. Never by file name or column position.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tieout.errors import FileRefused

READ_FORMATS = ("ms_nce_recon",)


@dataclass(frozen=True)
class Signature:
    """The names that must be there, in groups of which one is enough, and those that must not."""

    format: str
    names: tuple[tuple[str, ...], ...]
    excluded: tuple[str, ...] = ()

    def missing(self, header: frozenset[str]) -> tuple[str, ...]:
        """Give the wanted names that a normalised header lacks."""
        absent = (group for group in self.names if not header & {plain_name(n) for n in group})
        return tuple(" or ".join(group) for group in absent)

    def unwanted(self, header: frozenset[str]) -> tuple[str, ...]:
        """Give the excluded names that a normalised header has."""
        return tuple(name for name in self.excluded if plain_name(name) in header)


def _signature(kind: str, names: str, *, excluded: str = "") -> Signature:
    groups = tuple(tuple(group.split("|")) for group in names.split())
    return Signature(kind, groups, tuple(excluded.split()))


SIGNATURES = (
    _signature(
        "ms_nce_recon",
        "ChargeType BillableQuantity EffectiveUnitPrice Subtotal TermAndBillingCycle"
        " Total|totalForCustomer",
        excluded="UsageDate",
    ),
    _signature(
        "ms_daily_rated",
        "UsageDate MeterId BillingPreTaxTotal EffectiveUnitPrice Unit|unitOfMeasure",
        excluded="BilledCost",
    ),
    _signature(
        "ms_daily_rated",
        "UsageDate BillingPreTaxTotal PricingPreTaxTotal EntitlementId",
        excluded="BilledCost",
    ),
    _signature(
        "ms_legacy_licence",
        "DurableOfferId SyndicationPartnerSubscriptionNumber TotalOtherDiscount TotalForCustomer",
        excluded="UsageDate",
    ),
    _signature("ms_legacy_usage", "ConsumedQuantity OverageQuantity PretaxCharges ResourceGuid"),
    _signature(
        "ms_price_azure",
        "TermDuration PricingTierRangeMin MeterIds UnitPrice",
        excluded="BillingPlan",
    ),
    _signature(
        "ms_price_licence", "TermDuration BillingPlan UnitPrice ERPPrice", excluded="MeterIds"
    ),
    _signature("ms_fx", "CurrencyCode USDPerUnit"),
    _signature(
        "focus",
        "BilledCost ChargePeriodStart ChargeCategory|ChargeType BillingCurrency|BilledCurrency",
    ),
)


def plain_name(name: str) -> str:
    """Give a header name as it is compared: no BOM, spaces or underscores, no case.

    >>> plain_name(" ERP_Price ")
    'erpprice'
    """
    return "".join(name.removeprefix("\ufeff").split()).replace("_", "").casefold()


def recognise(header: Sequence[str], *, name: str) -> str:
    """Give the code of the only format that fits and that this stage reads.

    Raises FileRefused: unknown_format with the nearest format and what it lacks, ambiguous_format.
    """
    names = frozenset(plain_name(cell) for cell in header)
    fits = {s.format for s in SIGNATURES if not s.missing(names) and not s.unwanted(names)}
    if len(fits) > 1:
        reason = f"the header fits several formats: {', '.join(sorted(fits))}"
        raise FileRefused(file=name, code="ambiguous_format", reason=reason)
    if not fits:
        raise FileRefused(file=name, code="unknown_format", reason=_nearest(names))
    found = fits.pop()
    if found not in READ_FORMATS:
        reason = f"the header is that of {found}, which is not read yet"
        raise FileRefused(file=name, code="unknown_format", reason=reason)
    return found


def _nearest(names: frozenset[str]) -> str:
    """Say which format is nearest, and what is in the way."""

    def distance(signature: Signature) -> tuple[float, int]:
        lacking = len(signature.missing(names))
        return lacking / len(signature.names), lacking + len(signature.unwanted(names))

    nearest = min(SIGNATURES, key=distance)
    missing, unwanted = nearest.missing(names), nearest.unwanted(names)
    if len(missing) == len(nearest.names):
        wanted = ", ".join(missing)
        return f"no known format has this header; {nearest.format} would need {wanted}"
    hindrances = [f"lacks {', '.join(missing)}"] if missing else []
    if unwanted:
        hindrances.append(f"has {', '.join(unwanted)}, which that format never has")
    hindrance = " and ".join(hindrances)
    return f"no known format has this header; the nearest is {nearest.format}, but it {hindrance}"
