-- The counts that `tieout run` prints.
SELECT
    (SELECT count(*) FROM read_line)::INT AS "vendorLines",
    (SELECT count(*) FROM matched_line)::INT AS matched,
    (SELECT count(*) FROM parked_line)::INT + (SELECT count(*) FROM held_back)::INT AS parked,
    (SELECT count(*) FROM set_aside_line)::INT AS "setAside",
    (SELECT count(*) FROM late_charge WHERE late_lines <> 'hold')::INT AS late,
    (SELECT count(*) FROM carried_charge)::INT AS carried,
    (SELECT count(*) FROM detail_line)::INT AS "detailLines",
    (SELECT count(*) FROM invoice_header)::INT AS invoices
