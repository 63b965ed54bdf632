"""Recompute a certificate without tieout: python recompute.py CERTIFICATE.json LAKE_FOLDER."""
import hashlib, json, pyarrow.parquet, sys, uuid
from collections import Counter, defaultdict
from decimal import ROUND_HALF_UP, Decimal, getcontext
from recompute_records import place_billed, place_late, records  # lies beside this file
getcontext().prec = 76  # no sum below is ever rounded by accident
IDS = uuid.UUID("5f0a9a9e-6a3c-5d0b-9f6e-7469656f7574")  # invoice ids are UUIDs of version 5 in it
MINOR = dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0)
MINOR |= dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)  # every other currency: 2
SHOWN = ("charge_type", "charge_start_date", "charge_end_date", "quantity", "effective_unit_price",
         "total_price", "currency")  # what an invoice's digest covers, after each line's id
GROUP = ("subscription_id", "charge_type_id", "part")
FIGURES = "hop currency lines vendorTotal detailTotal residual invoiceTotal"
def sha256(content): return hashlib.sha256(content).hexdigest()
def plain(x):  # the shortest text of a number; any other value as text, none as nothing
    return str("" if x is None else f"{x.normalize():f}" if isinstance(x, Decimal) else x)
def compare(what, said, found):
    print("ok     " if said == found else f"DIFFERS from {said}:", what, found)
    faults.extend([what] * (said != found))
def rows(kind):
    for p in (lake + file["path"] for file in certificate["files"] if file["kind"] == kind):
        yield from (x for b in pyarrow.parquet.ParquetFile(p).iter_batches() for x in b.to_pylist())
certificate, lake, faults, home = json.load(open(sys.argv[1], "rb")), sys.argv[2] + "/", [], {}
texts, (wrong, lines, money, invoiced, groups) = defaultdict(list), (Counter() for _ in range(5))
charges = {charge["charge_no"]: charge for charge in rows("charge")}
for line in (charges[x["charge_no"]] | x for x in rows("detail_line")):  # 1. Lines of every hop.
    key, amount, month = (line["hop"], line["currency"]), line["total_price"], certificate["period"]
    who = [line.get(x) for x in "hop seller_id buyer_id vendor currency invoice_order_id".split()]
    invoice = uuid.uuid5(IDS, "\x1f".join(str(x) for x in (*who[:5], month, *who[5:]) if x))
    row_id = line["vendor_invoice_row_id"] or uuid.uuid5(
        invoice, "\x1f".join(filter(None, ["detail", line["match_key"], line["part"]])))
    texts[invoice].append("|".join([str(row_id), *(plain(line[name]) for name in SHOWN)]) + "\n")
    groups[str(invoice), *(line[name] for name in GROUP)] += amount
    lines[key], money[key] = lines[key] + 1, money[key] + amount
    place_billed(line, home, money)
for x in rows("invoice_line"):  # 2. Each consolidated line: its lines' sum, rounded half away.
    exact = groups.pop((x["invoice_id"], *(x[name] for name in GROUP)), Decimal("NaN"))
    rounded = exact.quantize(Decimal(1).scaleb(-MINOR.get(x["currency"], 2)), ROUND_HALF_UP)
    wrong["sums"] += (x["total_price"], x["rounding_residual"]) != (rounded, rounded - exact)
    invoiced[x["hop"], x["currency"]] += x["total_price"]
aside = {(x["fileId"], x["rowNumber"]): x["amount"] for x in certificate["setAside"]["lines"]}
twins = {(x["file_id"], x["row_hash"], (x["file_id"], x["row_number"]) in aside)
         for x in rows("vendor_line")} if aside else set()  # of each line set aside one stays
wrong["records"] = sum(is_aside and (*one, False) not in twins for *one, is_aside in twins)
home |= {key: ("setAside", Decimal(amount)) for key, amount in aside.items()}  # 3. On no hop.
home |= {(x["file_id"], x["row_number"]): ("parked", x["amount"]) for x in rows("parked_line")}
place_late(rows, home, lines, money)  # what came after invoices were verified
seen = {(x["invoice_number"], (x["file_id"], x["row_number"]) in home) for x in rows("vendor_line")}
others = {number for number, is_here in seen if not is_here and (number, True) not in seen} - {None}
home |= {(x["file_id"], x["row_number"]): ("rejected", x["subtotal"])
         for x in rows("rejected_row") if x["invoice_number"] not in others}
for file in certificate["files"]:  # 4. The bytes, and each record of the vendor's own files.
    compare(file["kind"], file["sha256"], sha256(open(lake + file["path"], "rb").read()))
    for at, cells in records(lake + file["path"]) if file["kind"] == "vendor_file" else ():
        where, amount = home.pop((file["sha256"], at), ("nowhere", None))
        if where == "nowhere" and cells["invoicenumber"].strip() in others:
            continue  # its invoice is billed in another period
        said = None if amount is None else Decimal(cells["subtotal"].strip().lstrip("'"))
        currency = None if amount is None else cells["currency"].strip().upper()
        wrong["records"] += where == "nowhere" or said != amount
        for key in ((where, currency), (file["sha256"], currency), where):
            lines[key], money[key] = lines[key] + 1, money[key] + (said or 0)
compare("consolidated lines that are not their lines' rounded sum", 0, wrong["sums"] + len(groups))
compare("vendor records unlike their line or with no equal", 0, wrong["records"] + len(home))
for file, key in ((file, (file["fileId"], file["currency"])) for file in certificate["inputs"]):
    compare(f"in {key}", (file["rows"], file["total"]), (lines[key], plain(money[key])))
for kind in ("rejected", "parked", "setAside", "late"):
    said = {entry["currency"]: entry["amount"] for entry in certificate[kind]["amounts"]}
    found = {key[1]: plain(money[key]) for key in money if key[0] == kind and key[1]}
    compare(kind, (certificate[kind]["count"], said), (lines[kind], found))
said = {("carried in", x["period"], x["currency"]): x["amount"] for x in certificate["carriedIn"]}
compare("carried in", said, {k: plain(money[k]) for k in money if k[0] == "carried in"})
for said, key in zip(certificate["hops"], sorted(invoiced), strict=True):
    sums = map(plain, (money[key], invoiced[key] - money[key], invoiced[key]))
    found = *key, lines[key], plain(money["hop 1", key[1]]) if key[0] == 1 else None, *sums
    compare(FIGURES, tuple(map(said.get, FIGURES.split())), found)
said = [f"{key}|{sha256(''.join(sorted(found)).encode())}\n" for key, found in texts.items()]
compare("output digest", certificate["outputDigest"], sha256("".join(sorted(said)).encode()))
sys.exit(print("agrees") if not faults else f"differs in {', '.join(faults)}")
