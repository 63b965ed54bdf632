"""The fixtures F1 to F9 of billing-api.md 4, typed from the page."""

from hand_charges import Hand

TEN, WHOLE = "10", ("2026-06-01", "2026-06-30")
# 10 % of 80.00 has arrived as an amount
F1 = (
    Hand(11, "8.00", "10.00", quantity=TEN, discount="8.00"),
    Hand(12, "8.00", "10.00", quantity=TEN, discount="8.00", sale_discount="5.00"),
    Hand(13, "8.00", "10.00", quantity=TEN),
)
F2 = (
    Hand(21, "8.00", "10.00", quantity=TEN),
    Hand(22, "8.00", "10.00", quantity="5", days=("2026-06-11", "2026-06-30")),
    Hand(
        *(23, "8.00", "10.00"),
        kind="correction",
        quantity="3",
        days=("2026-06-16", "2026-06-30"),
        direction=-1,
    ),
)
F3 = (
    Hand(31, "100.00", "100.00", kind="usage", discount="15.00", subscription="700202"),
    Hand(32, "42.00", "42.00", kind="usage", subscription="700202"),
)
F4 = (
    Hand(41, "2791.80", "3070.98"),
    Hand(42, "579.73", "637.70", kind="correction"),
    Hand(43, "2193.56", "2412.92", kind="correction"),
    Hand(44, "2705.40", "2975.94", kind="correction", direction=-1),
)
F5 = (
    Hand(51, "10.00", "12.50", quantity="5", days=("2026-09-01", "2026-09-18")),
    Hand(52, "10.00", "12.50", quantity="6", days=("2026-09-19", "2026-09-30")),
)
F9 = (
    Hand(91, "1200.00", "1320.00", kind="one_time"),
    Hand(92, "400.00", "440.00", kind="refund", direction=-1, document="C-2026-000092"),
)
FR = tuple(
    Hand(place, amount, amount, amount=amount, sale_amount=amount)
    for place, amount in enumerate(("5173.23750", "3818.33750", "2463.45000", "7636.68950"), 1)
)
