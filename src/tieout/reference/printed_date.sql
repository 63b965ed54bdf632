-- A date as yyyy-mm-dd where it is printed as the Billing API prints it, yyyymmdd; else unchanged.
CREATE OR REPLACE TEMP MACRO printed_date(value) AS
    regexp_replace(value, '^([0-9]{4})([0-9]{2})([0-9]{2})$', '\1-\2-\3')
