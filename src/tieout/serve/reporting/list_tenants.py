"""Tenants of a page of subscriptions, read from the vendor's lines behind invoices that show."""

from contextlib import ExitStack

import pyarrow as pa

from tieout.report.master import Sight, told_tenants
from tieout.report.visibility import Wanted, visible_invoices
from tieout.serve.export.stream import open_engine
from tieout.serve.reporting.window import Dated, window_of
from tieout.serve.settings import Surroundings

ASKED_TENANTS = "SELECT subscription_id AS asked_id, customer_id, vendor_id FROM page_row"


def page_tenants(surroundings: Surroundings, *, asked: pa.Table, sight: Sight) -> pa.Table:
    """Give `tenant_id` by `asked_id`, as far as the list of tenants would tell it today."""
    catalog = surroundings.house.catalog
    window = window_of(Dated(), surroundings.settings, today=sight.day)
    wanted = Wanted(date_from=window.first, date_till=window.last)
    invoices = visible_invoices(catalog, sight.viewer, wanted=wanted)
    with ExitStack() as stack:
        return told_tenants(
            open_engine(stack, surroundings),
            surroundings.house,
            asked=asked,
            owner=surroundings.owner,
            invoices=invoices,
        )
