"""What is known beforehand: organizations, contracts, subscriptions, price rules, rates.

CSV folder | price sheets | posted rows -> staged rows for the catalog + one Parquet draft per
resource; and back.
"""

from tieout.reference.export import export_folder
from tieout.reference.posted import Rows, write_folder
from tieout.reference.sheets import Faults, Sheet, stage_sheets
from tieout.reference.stage import StagedReference, stage_folder, view_current

__all__ = [
    "Faults",
    "Rows",
    "Sheet",
    "StagedReference",
    "export_folder",
    "stage_folder",
    "stage_sheets",
    "view_current",
    "write_folder",
]
