"""A chain of four and strangers beside it: reference data of all of them, October billed."""

import datetime as dt
from pathlib import Path
from typing import Any

from october import FOUR_PARTIES, NOW
from orders_case import bill_orders
from serve_case import Place, Visitor

from tieout import pipeline
from tieout.serve.reporting.list_endpoints import V1_LISTS, V2_LISTS, ListEndpoint
from tieout.serve.roles import LISTS
from tieout.store.house import House

LATER = NOW + dt.timedelta(hours=1)  # when the reference data below came
PREFIX = {"v1": "/api/v1/reporting", "v2": "/api/v2/reporting"}
ENDPOINTS = {one.name: one for one in (*V1_LISTS, *V2_LISTS)}
RATE_DATES = {"exchangeDateFrom": "2021-11-01", "exchangeDateTill": "2021-11-30"}
PARTNERS = {"distributor": "reseller", "reseller": "customer", "customer": "reseller"}
COST = "7919.0331"  # what the vendor lists; nobody but the distributor pays it
STRANGE = ("stranger", "outsider", "Secret Suite", "sub-9", "SO-9009", "6113.07", "c-9")
MASTER = {
    "organizations.csv": """\
organization_id,account_no,role,name,country,status,erp_id,vat_number,chamber_of_commerce,\
preferred_currency,language,address,zip,city,email,contact_first_name,contact_last_name
distributor,2,distributor,Distributor,NL,active,ERP-D,NL001,KvK-D,EUR,nl,Dam 1,1012,Amsterdam,\
d@example.com,Dora,Dam
reseller,3,reseller,Reseller,NL,active,ERP-R,NL002,KvK-R,EUR,en,Kade 2,3011,Rotterdam,\
r@example.com,Rik,Kade
customer,4,customer,Customer,BE,blocked,ERP-C,BE003,,USD,fr,Rue 3,1000,Brussels,c@example.com,\
Cor,Rue
stranger,8,reseller,Stranger,DE,,ERP-S,DE008,,,,Allee 8,10115,Berlin,s@example.com,Sven,Allee
outsider,9,customer,Outsider,DE,,ERP-O,DE009,,,,Weg 9,80331,Munich,o@example.com,Olga,Weg
""",
    "contracts.csv": """\
contract_id,parent_contract_id,purpose,type_name,number,reference_number,vendor_id,seller_id,buyer_id,\
currency,billing_day,start_status,valid_from,valid_to
c-1,,resell,Distribution Services,N-1,,microsoft,microsoft,distributor,EUR,,verified,2021-01-01,
c-2,c-1,resell,Cloud Service Provider,N-2,REF-2,microsoft,distributor,reseller,EUR,,verified,\
2021-01-01,
c-3,c-2,invoice,Standard Customer Contract,N-3,,microsoft,reseller,customer,EUR,,verified,\
2021-01-01,
c-4,,consume,,N-4,,microsoft,microsoft,customer,EUR,5,,2021-01-01,2030-01-01
c-8,,resell,,N-8,,microsoft,microsoft,stranger,EUR,,,2021-01-01,
c-9,c-8,invoice,,N-9,,microsoft,stranger,outsider,EUR,,,2021-01-01,
""",
    "subscriptions.csv": """\
subscription_id,subscription_no,vendor_id,vendor_subscription_id,contract_id,name,product_id,sku_id,\
quantity,status,start_date,end_date,term,billing_frequency,valid_from
s-1,700101,microsoft,sub-1,c-3,Microsoft 365 Business Standard,CFQ7TTC0LDPB,0001,5,active,\
2021-10-31,,P1M,Monthly,2021-01-01
s-9,700109,microsoft,sub-9,c-9,Secret Suite,CFQ7TTC0LDPB,0001,5,active,\
2021-10-01,,P1M,Monthly,2021-01-01
""",
    "orders.csv": """\
order_id,order_number,vendor_order_id,contract_id,date,po_number,invoice_per_order
o-1,SO-1001,v-order-1,c-3,2021-10-15,PO-55,yes
o-2,SO-1002,v-order-2,c-2,2021-11-15,,
o-9,SO-9009,v-order-9,c-9,2021-10-15,,
""",
    "price_rules.csv": """\
rule_id,contract_id,kind,value,valid_from
r-9,c-9,markup,50,2021-01-01
""",
    "price_list.csv": f"""\
vendor_id,product_id,sku_id,term,billing_plan,currency,unit_price,erp_price,price_period,valid_from
microsoft,CFQ7TTC0LDPB,0001,P1M,Monthly,EUR,{COST},9999.90,,2021-01-01
microsoft,CFQ7TTC0LDPB,0001,P1Y,Monthly,EUR,120,150,term,2021-01-01
microsoft,CFQ7TTC0LDPB,0001,P1M,Monthly,USD,8000,,,2021-01-01
microsoft,OLD,0001,P1M,Monthly,EUR,1,2,,2030-01-01
""",
    "exchange_rates.csv": """\
organization_id,from,to,source,base_rate,surcharge,date
reseller,EUR,USD,Custom,1.1600,1.5,2021-11-01
reseller,EUR,USD,Custom,1.1600,1.5,2021-11-02
reseller,EUR,USD,Custom,1.1600,1.5,2021-11-03
,EUR,USD,ECB,1.1577,,2021-11-02
,EUR,JPY,ECB,132.25,,2021-11-02
stranger,EUR,USD,Custom,6113.07,2,2021-11-02
""",
}


def bill_master(folder: Path, *, catalog_url: str | None = None) -> House:
    """Bill October with its order, then load the reference data of all parties."""
    house = bill_orders(
        folder,
        catalog_url=catalog_url,
        chain=FOUR_PARTIES,
        rules={2: ("markup", "5"), 3: ("markup", "10")},
        orders=("o-1,SO-1001,v-order-1,c-3,2021-10-15,PO-55,yes",),
        status="verified",
    )
    load(house, folder / "master", MASTER, now=LATER)
    return house


def load(house: House, folder: Path, files: dict[str, str], *, now: dt.datetime) -> None:
    """Load reference files."""
    folder.mkdir()
    for name, content in files.items():
        (folder / name).write_text(content)
    pipeline.load_reference(house, folder, now=now)


def everyone(place: Place) -> dict[str, Visitor]:
    """Give somebody of each party, with a key that opens every list."""
    roles = {"customer": "customerBillingAdmin", "distributor": "distributorAdmin"}
    return {
        party: place.visitor(party, role=roles.get(party, "sellerAdmin"), endpoints=LISTS)
        for party in (*PARTNERS, "stranger")
    }


def path_of(endpoint: ListEndpoint, requester: str, partner: str = "") -> str:
    """Give the address of a list."""
    path = endpoint.path.format(requester_id=requester, partner_id=partner)
    return PREFIX[endpoint.version] + path


def asked(name: str) -> dict[str, str]:
    """Give the parameters that an endpoint cannot do without."""
    needed = any(one.is_required for one in ENDPOINTS[name].filters)
    return RATE_DATES if needed else {}


def rows(visitor: Visitor, name: str, requester: str, **query: Any) -> list[dict[str, Any]]:
    """Give the rows of a list with every number as the text on the wire."""
    partner = query.pop("partner", PARTNERS.get(requester, ""))
    path = path_of(ENDPOINTS[name], requester, partner)
    answer = visitor.client.get(path, params={**asked(name), **query})
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json(parse_float=str, parse_int=str)
    assert answer.headers["Tieout-Row-Count"] == str(len(found))
    return found
