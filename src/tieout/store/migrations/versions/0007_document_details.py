"""What documents tell of their parties: bank account, website, fax, logo, country; their text."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

ADDED = {
    "reference_organizations": ("country_code", "fax", "bank_account", "website", "logo"),
    "reference_plans": ("category_id",),
    "invoice": ("description",),
}


def upgrade() -> None:
    """Add the columns, empty."""
    for table, names in ADDED.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Text(), nullable=True))
