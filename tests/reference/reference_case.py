"""A small chain of contracts as a folder of reference files, to be changed by tests."""

from collections.abc import Callable, Mapping
from pathlib import Path

from tieout.reference import StagedReference
from tieout.store.resources import RESOURCES

Stage = Callable[..., StagedReference]
Faults = Callable[..., list[tuple[str, int | None, str | None, str]]]

GOOD = {
    "organizations.csv": """\
organization_id,account_no,role,name,country,currency
microsoft,1,vendor,Microsoft,IE,EUR
dist,2,distributor,Distributor,NL,EUR
resell,3,reseller,Reseller,NL,EUR
cust,4,customer,"Customer, first
and only",NL,EUR
""",
    "contracts.csv": """\
contract_id,parent_contract_id,purpose,vendor_id,seller_id,buyer_id,currency,valid_from,valid_to
c1,,resell,microsoft,microsoft,dist,EUR,2021-01-01,
c2,c1,resell,microsoft,dist,resell,EUR,2021-01-01,
c3,c2,invoice,microsoft,resell,cust,EUR,2021-01-01,
""",
    "plans.csv": "plan_id,name\n10,Seats\n",
    "plan_periods.csv": "plan_period_id,plan_id\n20,10\n",
    "plan_rates.csv": "plan_rate_id,plan_id,included_value\n30,10,0.5\n",
    "rate_periods.csv": "rate_period_id,plan_rate_id\n40,30\n",
    "subscriptions.csv": """\
subscription_id,vendor_id,vendor_subscription_id,entitlement_id,contract_id,name,plan_id,quantity,\
start_date,valid_from,valid_to
s1,microsoft,v1,,c3,Seats,10,10,2021-10-01,2021-10-01,
s2,microsoft,v2,e1,c3,Usage,10,,2021-10-01,2021-10-01,2022-10-01
""",
    "orders.csv": """\
order_id,order_number,contract_id,date,invoice_per_order
o1,SO-1,c3,2021-10-01,yes
""",
    "price_rules.csv": """\
rule_id,contract_id,product_id,charge_class,kind,value,currency,valid_from,valid_to
r1,c2,,,markup,5,,2021-01-01,
r2,c3,,,margin,10.25,,2021-01-01,
r3,c3,P1,correction,fixed,5.25,eur,2021-01-01,
r4,c3,P1,,pass_through,,,2021-01-01,
""",
    "price_list.csv": """\
vendor_id,product_id,sku_id,currency,unit_price,valid_from,valid_to
microsoft,P1,0001,EUR,3,2021-01-01,
""",
    "exchange_rates.csv": """\
organization_id,from,to,source,base_rate,surcharge,date
,USD,EUR,ECB,0.86,,2021-11-01
dist,USD,EUR,Custom,0.87,2,2021-11-01
""",
}

KNOWN = ", ".join(resource.file for resource in RESOURCES.values())
ORGANIZATIONS = "organization_id,role,name,account_no,currency,status\n"
OTHERS = "dist,distributor,D,,,\nresell,reseller,R,,,\ncust,customer,C,,,\n"
RULES = "rule_id,contract_id,product_id,charge_class,kind,value,currency,valid_from,valid_to\n"
CONTRACTS = (
    "contract_id,parent_contract_id,purpose,vendor_id,seller_id,buyer_id,currency,billing_day,"
    "rounding_policy,start_status,payment_terms_days,valid_from,valid_to\n"
)
TOP = "c1,,resell,microsoft,microsoft,dist,EUR,,,,,2021-01-01,\n"
MIDDLE = "c2,c1,resell,microsoft,dist,resell,EUR,,,,,2021-01-01,\n"
LAST = "c3,c2,invoice,microsoft,resell,cust,EUR,,,,,2021-01-01,\n"
SUBSCRIPTIONS = GOOD["subscriptions.csv"].split("\n", 1)[0] + "\n"


def write(folder: Path, files: Mapping[str, str | bytes]) -> Path:
    """Write files into a folder that may be new."""
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_bytes(text if isinstance(text, bytes) else text.encode())
    return folder
