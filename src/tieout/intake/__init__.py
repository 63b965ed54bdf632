"""vendor file -> vendor_line | rejected_row: nothing dropped, nothing rounded, nothing guessed.

price sheet -> rows of a reference file, as text.
"""

import csv

from tieout.intake.columns import plain_name
from tieout.intake.export_folder import ExportFolder, read_export
from tieout.intake.form import Form
from tieout.intake.formats import FORMS
from tieout.intake.mapping import known_mappings
from tieout.intake.price_sheet import StagedSheet, stage_sheet
from tieout.intake.staging import Said, StagedFile, stage_file
from tieout.intake.totals_row import TOTAL_MISMATCH

# Python's csv takes cells of 128 KiB unless told otherwise; the readers bound lines and records.
csv.field_size_limit(64 << 20)

# A file of one of these tells what an invoice's own file is made of: it is billed only alone.
DETAIL_FORMATS = frozenset(form.code for form in FORMS if form.is_detail)

__all__ = [
    "DETAIL_FORMATS",
    "TOTAL_MISMATCH",
    "ExportFolder",
    "Form",
    "Said",
    "StagedFile",
    "StagedSheet",
    "known_mappings",
    "plain_name",
    "read_export",
    "stage_file",
    "stage_sheet",
]
