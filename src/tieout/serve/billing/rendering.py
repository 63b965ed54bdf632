"""A registry and a format -> the SQL of an answer's text: one row per price line, in order.

Around the lines stand their subscription, customer and document; each is written once, by the line
that opens it and the line that closes it. In CSV and NDJSON every line carries them.
"""

from dataclasses import dataclass

from tieout.engine.duckdb import Engine
from tieout.serve.billing.fields import (
    Field,
    Registry,
    csv_cells,
    json_members,
    json_order,
    xml_elements,
)

XML_DECLARATION = '<?xml version="1.0" encoding="utf-8"?>'
FLAT_HEADER = ("InvoiceID", "Date", "Currency", "Type")
WARNING_JSON = """concat('{"Code":"', code, '","LineIds":', replace(line_ids::VARCHAR, ' ', ''),
    ',"Text":', to_json(text)::VARCHAR, '}')"""
WARNING_XML = """concat('<Warning><Code>', code, '</Code><LineIds>',
    list_reduce(list_transform(line_ids, lambda x: '<LineId>' || x || '</LineId>'),
        lambda x, y: x || y),
    '</LineIds><Text>', xml_text(text), '</Text></Warning>')"""


@dataclass(frozen=True)
class Around:
    """The SQL of what opens and closes a part, over its relation."""

    opening: str
    closing: str = "''"


@dataclass(frozen=True)
class Form:
    """One format: each part's text, and what stands between siblings and around all of them."""

    document: Around
    customer: Around
    subscription: Around
    line: str
    warning: str
    comma: str = ""
    is_flat: bool = False


def form_of(registry: Registry, format_name: str) -> Form:
    """Give how a registry is written in a format."""
    return {"json": _json, "xml": _xml, "csv": _csv, "ndjson": _ndjson}[format_name](registry)


def _json(registry: Registry) -> Form:
    closing = ["'],'"]
    for name in ("Header", "Receiver", "Sender", "Totals"):
        comma = "" if name == "Header" else ","
        closing += [f"'{comma}\"{name}\":{{'", json_members(registry.part(name)), "'}'"]
    if registry.has_warnings:
        closing.append("',\"Warnings\":[', coalesce(warnings, ''), ']'")
    return Form(
        document=Around("'{\"Customers\":['", f"concat({', '.join(closing)}, '}}')"),
        customer=_json_around(registry.customer, "Subscriptions"),
        subscription=_json_around(registry.subscription, "PriceLines"),
        line=f"concat('{{', {json_members(registry.line)}, '}}')",
        warning=WARNING_JSON,
        comma=",",
    )


def _json_around(fields: tuple[Field, ...], children: str) -> Around:
    ordered = json_order(fields)
    before = [field for field in ordered if field.key.lower() < children.lower()]
    after = ordered[len(before) :]
    comma = "," if before else ""
    closing = f"concat('],', {json_members(after)}, '}}')" if after else "']}'"
    return Around(f"concat('{{', {json_members(before)}, '{comma}\"{children}\":[')", closing)


def _xml(registry: Registry) -> Form:
    def part(name: str) -> str:
        return f"'<{name}>', {xml_elements(registry.part(name))}, '</{name}>'"

    opening = ", ".join(part(name) for name in ("Header", "Sender", "Receiver"))
    warnings = (
        "coalesce('<Warnings>' || warnings || '</Warnings>', '<Warnings />'), "
        if registry.has_warnings
        else ""
    )
    return Form(
        document=Around(
            f"concat('<Invoice>', {opening}, '<Customers>')",
            f"concat('</Customers>', {part('Totals')}, {warnings}'</Invoice>')",
        ),
        customer=Around(
            f"concat('<Customer>', {xml_elements(registry.customer)}, '<Subscriptions>')",
            "'</Subscriptions></Customer>'",
        ),
        subscription=Around(
            f"concat('<Subscription>', {xml_elements(registry.subscription)}, '<PriceLines>')",
            "'</PriceLines></Subscription>'",
        ),
        line=f"concat('<PriceLine>', {xml_elements(registry.line)}, '</PriceLine>')",
        warning=WARNING_XML,
    )


def flat_parts(registry: Registry) -> dict[str, tuple[Field, ...]]:
    """Give the fields of one CSV row by part, in the order of its columns."""
    return {
        "Header": tuple(field for field in registry.header if field.key in FLAT_HEADER),
        "Sender": registry.sender[:1],
        "Receiver": registry.receiver[:1],
        "Customer": registry.customer,
        "Subscription": registry.subscription,
        "Line": registry.line,
    }


def csv_header(registry: Registry) -> bytes:
    """Give the header row."""
    parts = flat_parts(registry).items()
    names = [f"{part}.{field.key}" for part, fields in parts for field in fields]
    return (",".join(names) + "\r\n").encode()


def _csv(registry: Registry) -> Form:
    parts = flat_parts(registry)
    cells = csv_cells([*parts["Header"], *parts["Sender"], *parts["Receiver"]])
    return Form(
        document=Around(f"concat({cells}, ',')"),
        customer=Around(f"concat({csv_cells(parts['Customer'])}, ',')"),
        subscription=Around(f"concat({csv_cells(parts['Subscription'])}, ',')"),
        line=f"concat({csv_cells(parts['Line'])}, chr(13), chr(10))",
        warning="''",
        is_flat=True,
    )


def _ndjson(registry: Registry) -> Form:
    parts = flat_parts(registry)

    def part(name: str) -> str:
        return f"concat('\"{name}\":{{', {json_members(parts[name])}, '}}')"

    # the keys in their order are Customer, Header, Line, Receiver, Record, Sender, Subscription
    ends = f"concat(',', {part('Receiver')}, ',\"Record\":\"line\",', {part('Sender')}, ',')"
    return Form(
        document=Around(f"concat(',', {part('Header')}, ',')", ends),
        customer=Around(f"concat('{{', {part('Customer')})"),
        subscription=Around(f"concat({part('Subscription')}, '}}', chr(10))"),
        line=part("Line"),
        warning="''",
        is_flat=True,
    )


def define_texts(engine: Engine, form: Form) -> None:
    """Name the texts of what stands around the lines."""
    engine.relation(
        "warning_text",
        f"SELECT ordinal, string_agg({form.warning}, '{form.comma}' ORDER BY code, line_ids)"
        " AS warnings FROM warning GROUP BY ordinal",
    )
    document, customer, subscription = form.document, form.customer, form.subscription
    engine.table(
        "document_text",
        f"SELECT ordinal, {document.opening} AS opening, {document.closing} AS closing"
        " FROM document_part LEFT JOIN warning_text USING (ordinal)",
    )
    engine.table(
        "customer_text",
        f"""SELECT
            ordinal, customer_id, {customer.opening} AS opening, {customer.closing} AS closing
        FROM (
            SELECT
                ordinal, customer_id, min(account_no) AS account_no,
                min(customer_name) AS customer_name, min(customer_center) AS customer_center,
                min(customer_number) AS customer_number
            FROM subscription_part
            GROUP BY ordinal, customer_id
        )""",
    )
    engine.table(
        "subscription_text",
        f"SELECT ordinal, customer_id, subscription_id, {subscription.opening} AS opening,"
        f" {subscription.closing} AS closing FROM subscription_part",
    )


def answer_sql(form: Form, *, source: str) -> str:
    """Give the query of the answer's lines as text; in JSON each document starts with a comma."""
    return _flat_sql(form, source) if form.is_flat else _nested_sql(form, source)


def _nested_sql(form: Form, source: str) -> str:
    comma = form.comma

    def closes(part: str) -> str:
        return f"CASE WHEN closes_{part} THEN {part}_closing ELSE '' END"

    return f"""
        SELECT concat(
            CASE WHEN opens_document THEN concat('{comma}', document_opening) ELSE '' END,
            CASE WHEN opens_customer THEN concat(
                CASE WHEN opens_document THEN '' ELSE '{comma}' END, customer_opening
            ) ELSE '' END,
            CASE WHEN opens_subscription THEN concat(
                CASE WHEN opens_customer THEN '' ELSE '{comma}' END, subscription_opening
            ) ELSE '{comma}' END,
            {form.line},
            {closes("subscription")}, {closes("customer")}, {closes("document")}
        ) AS text
        FROM ({_with_texts(source, only_at_edges=True)})
        ORDER BY place"""


def _flat_sql(form: Form, source: str) -> str:
    parts: tuple[str, ...] = (
        "document_opening",
        "customer_opening",
        "subscription_opening",
        form.line,
    )
    if "Record" in form.document.closing:
        parts = (
            *("customer_opening", "document_opening", form.line),
            *("document_closing", "subscription_opening"),
        )
    return (
        f"SELECT concat({', '.join(parts)}) AS text"
        f" FROM ({_with_texts(source, only_at_edges=False)}) ORDER BY place"
    )


def _with_texts(source: str, *, only_at_edges: bool) -> str:
    def ordinal(part: str) -> str:
        at_edge = f"p.opens_{part} OR p.closes_{part}"
        return f"CASE WHEN {at_edge} THEN p.ordinal END" if only_at_edges else "p.ordinal"

    return f"""
        SELECT
            p.*,
            d.opening AS document_opening, d.closing AS document_closing,
            c.opening AS customer_opening, c.closing AS customer_closing,
            s.opening AS subscription_opening, s.closing AS subscription_closing
        FROM {source} AS p
        LEFT JOIN document_text AS d ON {ordinal("document")} = d.ordinal
        LEFT JOIN customer_text AS c
            ON {ordinal("customer")} = c.ordinal AND p.customer_id = c.customer_id
        LEFT JOIN subscription_text AS s
            ON {ordinal("subscription")} = s.ordinal AND p.customer_id = s.customer_id
            AND p.subscription_id = s.subscription_id"""
