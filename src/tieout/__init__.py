"""tieout: from a cloud vendor's files to every tier's invoices; every row and cent ties out.

vendor file -> intake  -> vendor_line  | rejected_row
               match   -> matched_line | parked_line
               rate    -> detail_line, one per hop
               invoice -> invoice, invoice_line, tie-out certificate
               report  -> consolidated and expanded rows, for whoever may see them
               serve   -> APIs, portal, command line
"""

from tieout.money import guard_arithmetic

__version__ = "0.1.0"

guard_arithmetic()
