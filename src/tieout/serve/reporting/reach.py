"""Whom a key reaches: requesters, their partners, and whether drafts show (reporting-api.md 9)."""

from sqlalchemy import and_, or_, select

from tieout.report.visibility import NOTHING, OWNED, SOLD, Viewer, Wanted, has_invoice
from tieout.serve.access import AccessRefused, Key
from tieout.serve.admission import act_for
from tieout.serve.problems import ReportingProblem
from tieout.serve.roles import ANY, CUSTOMERS, ROLES
from tieout.serve.settings import Settings
from tieout.store.catalog import reference
from tieout.store.database import Catalog


def check_reach(catalog: Catalog, key: Key, *, requester: str) -> bool:
    """Say whether the requester owns a channel (buys from a vendor itself); read for it alone.

    Raises the same 404 for who is unknown, a vendor, or not listed in the key.
    """
    act_for(requester)
    people, contracts = reference["organizations"], reference["contracts"]
    known = select(people.c.role).where(
        people.c.organization_id == requester, people.c.to_snapshot.is_(None)
    )
    owned = select(contracts.c.contract_id).where(
        contracts.c.buyer_id == requester,
        contracts.c.seller_id == contracts.c.vendor_id,
        contracts.c.purpose != "consume",
        contracts.c.to_snapshot.is_(None),
    )
    with catalog.read() as connection:
        role = connection.scalar(known.limit(1))
        owner = connection.scalar(owned.limit(1)) is not None
    if requester not in key.organizations or role in (None, "vendor"):
        raise ReportingProblem(code="NOT_FOUND")
    return owner


def viewer_of(
    catalog: Catalog, key: Key, *, requester: str, preview: bool, settings: Settings
) -> Viewer:
    """Give the requester as it looks on invoices, with what the role of the key adds.

    Raises AccessRefused where drafts are asked for that the role does not show: any, or those of
    others than the owner of a channel. Raises the 404 of `check_reach`.
    """
    role = ROLES[key.role]
    if preview and role.previews == NOTHING:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    is_owner = check_reach(catalog, key, requester=requester)
    shares = role.previews == OWNED and settings.preview_share_with_seller
    viewer = Viewer(requester, sees_cost=role.sees_cost, previews=SOLD if shares else role.previews)
    if preview and viewer.previews == OWNED and not is_owner:
        raise AccessRefused(code="ROLE_NOT_ALLOWED")
    return viewer


def check_partner(catalog: Catalog, key: Key, *, viewer: Viewer, partner: str) -> None:
    """Check that the role of the key may ask what the requester and a partner deal in.

    A partner is a buyer of the requester, for some roles its seller too: by a contract, or by an
    invoice that shows. Raises the same 404 for who deals with others only, and for who is unknown.
    """
    people, contracts = reference["organizations"], reference["contracts"]
    partners = ROLES[key.role].partners
    sold = and_(contracts.c.seller_id == viewer.organization_id, contracts.c.buyer_id == partner)
    bought = and_(contracts.c.buyer_id == viewer.organization_id, contracts.c.seller_id == partner)
    dealt = select(contracts.c.contract_id).where(
        or_(sold, bought) if partners == ANY else sold,
        contracts.c.purpose != "consume",
        contracts.c.to_snapshot.is_(None),
    )
    named = select(people.c.role).where(
        people.c.organization_id == partner, people.c.to_snapshot.is_(None)
    )
    with catalog.read() as connection:
        deals = connection.scalar(dealt.limit(1)) is not None
        role = connection.scalar(named.limit(1))
    direction = "all" if partners == ANY else "outgoing"
    invoiced = has_invoice(catalog, viewer, wanted=Wanted(direction=direction, partner_id=partner))
    is_kind = role == "customer" or partners != CUSTOMERS
    if partner == viewer.organization_id or not (deals or invoiced) or not is_kind:
        raise ReportingProblem(code="NOT_FOUND")


def check_buyer(catalog: Catalog, key: Key, *, requester: str, partner: str) -> None:
    """Check that a partner buys from the requester, as what the role of the key may ask about.

    Raises the same 404 for who buys from others only, and for who is unknown.
    """
    people, contracts = reference["organizations"], reference["contracts"]
    sold = select(people.c.role).join(
        contracts,
        and_(
            contracts.c.buyer_id == people.c.organization_id,
            contracts.c.seller_id == requester,
            contracts.c.to_snapshot.is_(None),
        ),
    )
    known = sold.where(people.c.organization_id == partner, people.c.to_snapshot.is_(None))
    with catalog.read() as connection:
        role = connection.scalar(known.limit(1))
    if role is None or (ROLES[key.role].partners == CUSTOMERS and role != "customer"):
        raise ReportingProblem(code="NOT_FOUND")
