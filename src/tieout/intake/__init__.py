"""vendor file -> vendor_line | rejected_row: nothing dropped, nothing rounded, nothing guessed."""

from tieout.intake.staging import StagedFile, stage_file

__all__ = ["StagedFile", "stage_file"]
