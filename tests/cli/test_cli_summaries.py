"""`summarize` and `summaries`, and the commands that move and withdraw a summary."""

from cli_case import PERIOD, Program

SIGNED = ("--reason", "asked [twice]", "--by", "anna")
PARTIES = ("--seller", "brightwater", "--buyer", "molenaar")


def test_a_summary_from_the_command_line(billed: Program) -> None:
    found = billed("--json", "invoices", "--period", PERIOD).json["invoices"]
    (molenaar,) = [one for one in found if one["consumerId"] == "molenaar"]
    (draft,) = [one for one in found if one["consumerId"] == "tulpfabriek"]
    made = billed("--json", "summarize", *PARTIES, "--date", "2021-11-30", *SIGNED).json
    assert (made["totalAmount"], made["includedCount"]) == (molenaar["totalAmount"], 1)
    assert (made["status"], made["skipped"]) == ("New", [])
    name = made["invoiceConsolidationId"]
    said = billed("discard", name, *SIGNED)
    assert (said.code, said.out) == (0, f"summary invoice {name} is withdrawn\n")
    named = (molenaar["invoiceNumber"], draft["invoiceId"])
    said = billed("summarize", *named, "--date", "2021-11-30", *SIGNED)
    assert said.code == 0
    assert "1 invoices, 1 skipped" in said.out
    assert f"not joined: invoice {draft['invoiceId']}: PARTY_DIFFERS" in said.out
    (listed,) = billed("--json", "summaries").json["summaries"]
    assert listed["invoiceIds"] == [molenaar["invoiceId"]]
    again = billed("summarize", molenaar["invoiceNumber"])
    assert (again.code, again.err) == (
        1,
        "tieout: no invoice can be joined: ALREADY_CONSOLIDATED\n",
    )
    name = listed["invoiceConsolidationId"]
    said = billed("verify", name, "--by", "anna")
    total = f"{molenaar['totalAmount']} EUR"
    number = "brightwater-S-2021-11-0001"
    told = f"summary invoice {number}: brightwater to molenaar, {total}, Verified, 1 invoices"
    assert said.out == f"{told}, 1 skipped\n"
    (moved,) = billed("--json", "issue", number).json["moved"]
    assert moved["statusId"] == 2
    mixed = billed("pay", number, molenaar["invoiceNumber"])
    assert (mixed.code, "name one kind" in mixed.err) == (1, True)
    assert billed("pay", number).code == 0
    assert number in billed("summaries").out
    shown = billed("--json", "invoices", "--period", PERIOD).json["invoices"]
    joined = {one["invoiceId"]: one["invoiceConsolidationId"] for one in shown}
    assert joined == {one["invoiceId"]: None for one in found} | {molenaar["invoiceId"]: name}
    for wrong in ((), ("--seller", "brightwater"), (number, *PARTIES), (*PARTIES[:2], "x")):
        assert billed("summarize", *wrong).code == 2
    refused = billed("verify", number, "--digest", "0")
    assert (refused.code, "go with invoices" in refused.err) == (2, True)
