"""vendor file -> vendor_line | rejected_row: nothing dropped, nothing rounded, nothing guessed."""

from tieout.intake.formats import FORMS
from tieout.intake.staging import StagedFile, stage_file

# A file of one of these tells what an invoice's own file is made of: it is billed only alone.
DETAIL_FORMATS = frozenset(form.code for form in FORMS if form.is_detail)

__all__ = ["DETAIL_FORMATS", "StagedFile", "stage_file"]
