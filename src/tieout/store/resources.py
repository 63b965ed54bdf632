"""The reference files: their columns in order, which are keys, and how their cells are checked."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Field:
    """One column of a reference file. `kind` names how its text is checked."""

    name: str
    kind: str = "text"
    required: bool = False
    key: bool = False


@dataclass(frozen=True)
class Resource:
    """One reference file: its columns in order; `dated` rows have valid_from and valid_to."""

    name: str
    fields: tuple[Field, ...]

    @property
    def file(self) -> str:
        """The CSV file's name."""
        return f"{self.name}.csv"

    @property
    def columns(self) -> tuple[str, ...]:
        """The column names in file order."""
        return tuple(field.name for field in self.fields)

    @property
    def dated(self) -> bool:
        """Whether rows hold for a span of days."""
        return "valid_from" in self.columns

    @property
    def keys(self) -> tuple[str, ...]:
        """What a row is known by; a dated row also by its first day."""
        keys = tuple(field.name for field in self.fields if field.key)
        return (*keys, "valid_from") if self.dated else keys


def _resource(name: str, *columns: str) -> Resource:
    """Read `name:kind!` columns: `*` marks the key, `!` a required one."""
    fields = []
    for column in columns:
        bare = column.rstrip("*!")
        label, _, kind = bare.partition(":")
        key = column.endswith("*")
        fields.append(Field(label, kind or "text", required=key or column.endswith("!"), key=key))
    return Resource(name=name, fields=tuple(fields))


_DATED = ("valid_from:date!", "valid_to:date")
_SKUS = ("setup", "recurring", "overuse", "cancellation")

RESOURCES: dict[str, Resource] = {
    resource.name: resource
    for resource in (
        _resource(
            "organizations",
            *("organization_id:id*", "account_no:integer", "role:role!", "name!", "country"),
            *("language", "currency:currency", "vat_number", "erp_id", "status:status"),
            *("preferred_currency:currency", "address", "zip", "city", "email", "telephone"),
            *("iban", "bic", "chamber_of_commerce", "contact_first_name", "contact_middle_name"),
            *("contact_last_name", "country_code", "fax", "bank_account", "website", "logo"),
        ),
        _resource(
            "contracts",
            *("contract_id:id*", "parent_contract_id:id", "purpose:purpose!", "type_name"),
            *("number", "reference_number", "vendor_id:id!", "seller_id:id!", "buyer_id:id!"),
            *("currency:currency!", "billing_day:billing_day", "payment_terms_days:integer"),
            *("rounding_policy:policy", "tax_zone", "tax_rate:amount", "cost_center"),
            *("start_status:start_status", "white_label", "late_lines:late_lines", *_DATED),
        ),
        _resource(
            "plans",
            *("plan_id:integer*", "name!", "category", "billing_model", "category_id:integer"),
        ),
        _resource(
            "plan_periods",
            *("plan_period_id:integer*", "plan_id:integer!", "period", "period_type", "setup_sku"),
            *("subscription_sku", "renewal_sku", "transfer_sku", "cancellation_sku"),
        ),
        _resource(
            "plan_rates",
            *("plan_rate_id:integer*", "plan_id:integer!", "resource_id", "resource_name"),
            *("included_value:amount", "measure_unit", "manufacturer", "mp_number"),
            *(f"{slot}_sku" for slot in _SKUS),
        ),
        _resource(
            "rate_periods",
            *("rate_period_id:integer*", "plan_rate_id:integer!", "period", "period_type"),
            *("billing_period", "billing_period_type", *(f"{slot}_sku" for slot in _SKUS)),
        ),
        _resource(
            "subscriptions",
            *("subscription_id:id*", "subscription_no:integer", "vendor_id:id!"),
            *("vendor_subscription_id!", "entitlement_id", "contract_id:id!", "name!"),
            *("plan_id:integer", "plan_period_id:integer", "plan_rate_id:integer"),
            *("rate_period_id:integer", "product_id", "sku_id", "quantity:amount", "status"),
            *("start_date:date!", "end_date:date", "term:term", "billing_frequency", "po_number"),
            *("cost_center", "order_id", "consumer_name", "consumer_number", "segment:segment"),
            *_DATED,
        ),
        _resource(
            "orders",
            *("order_id*", "order_number!", "vendor_order_id", "contract_id:id!", "date:date!"),
            *("po_number", "invoice_per_order:yes_no"),
        ),
        _resource(
            "price_rules",
            *("rule_id:id*", "contract_id:id!", "customer_id:id", "subscription_id:id"),
            *("product_id", "sku_id", "product_family", "charge_class:charge_class"),
            *("kind:rule_kind!", "value:amount", "currency:currency", "earned_credit:credit"),
            *("discount_code", "charge_free:yes_no", *_DATED),
        ),
        _resource(
            "price_list",
            *("vendor_id:id*", "product_id*", "sku_id*", "term:optional_term*"),
            *("billing_plan:optional_billing_plan*", "market:optional_market*"),
            *("segment:optional_segment*", "meter_id:optional_text*", "currency:currency*"),
            *("unit_price:price!", "erp_price:price", "price_period:price_period"),
            *("tier_min:optional_amount*", "tier_max:amount", *_DATED),
        ),
        _resource(
            "exchange_rates",
            *("organization_id:optional_id*", "from:currency*", "to:currency*", "source*"),
            *("base_rate:rate!", "surcharge:amount", "date:date*"),
        ),
    )
}
