-- Whether a charge is a row of a seat change (vendor-formats.md 6): such rows come in pairs.
CREATE OR REPLACE TEMP MACRO changes_seats(charge_kind) AS
    charge_kind IN ('add_quantity', 'remove_quantity', 'convert', 'plan_change')
