"""What is known beforehand: organizations, contracts, subscriptions, price rules, rates.

CSV folder -> staged rows for the catalog + one Parquet draft per resource; and back.
"""

from tieout.reference.export import export_folder
from tieout.reference.stage import StagedReference, stage_folder, view_current

__all__ = ["StagedReference", "export_folder", "stage_folder", "view_current"]
