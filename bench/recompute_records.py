"""What `recompute.py` reads of a vendor's file, and where each of its records was placed."""
import csv, gzip, itertools
def records(path):  # of a vendor's CSV: number and cells by column; empty records do not count
    unpack = gzip.open if open(path, "rb").read(2) == b"\x1f\x8b" else open
    stream = unpack(path, "rt", encoding="utf-8-sig", errors="replace", newline="")
    head = stream.readline().lower().replace(" ", "").replace("_", "")
    reader = csv.DictReader(itertools.chain([head], stream), delimiter=max(",;\t", key=head.count))
    return enumerate((cells for cells in reader if any(cells.values())), start=1)
def place_billed(line, home, money):  # hop 1 is the vendor's own document
    if line["hop"] == 1 and not line["part"]:
        home[line["file_id"], line["row_number"]] = ("hop 1", line["total_price"])
    elif line["hop"] == 1:  # it came late, and its own month tells its record
        key = "carried in", line["part"].removeprefix("late "), line["currency"]
        money[key] += line["total_price"]
def place_late(rows, home, lines, money):  # what came after invoices of its month were verified
    late = {x["charge_no"]: x for x in rows("late_charge")}
    for line in (x for x in rows("late_detail_line") if x["hop"] == 1):
        amount, x = line["total_price"], late[line["charge_no"]]
        kind = "parked" if x["late_lines"] == "hold" else "late"  # takes back
        key = kind, line["currency"]
        lines[kind], money[key] = lines[kind] + 1, money[key] + amount
        if x["entry_key"].startswith("+"):  # else it takes a line back
            home[x["file_id"], x["row_number"]] = ("placed late", amount)
    for x in rows("told_again"):  # billed from one file, told by another now, or by none
        where, amount = home.pop((x["billed_file_id"], x["billed_row_number"]))
        if x["file_id"]:
            home[x["file_id"], x["row_number"]] = where, amount
        else:
            money["hop 1", x["currency"]] += amount if where == "hop 1" else 0
