"""Links of independent files, and lake files that belong to them."""

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"

COLUMNS = "owner_kind, owner_id, kind, path, hop, rows, size, sha256, sums"


def upgrade() -> None:
    """Add a table, and make the manifest anew: SQLite changes no constraint in place."""
    op.create_table(
        "filed_match",
        sa.Column("match_id", sa.Text(), nullable=False),
        sa.Column("party", sa.Text(), nullable=False),
        sa.Column("period", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("created_at", sa.Text(), nullable=False),
        sa.Column("is_current", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("match_id"),
        sqlite_strict=True,
    )
    op.rename_table("lake_file", "lake_file_0011")
    op.create_table(
        "lake_file",
        sa.Column("owner_kind", sa.Text(), nullable=False),
        sa.Column("owner_id", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("hop", sa.Integer(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("sums", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "owner_kind IN ('snapshot', 'load', 'run', 'match')", name="owner_kind_known"
        ),
        sa.PrimaryKeyConstraint("owner_kind", "owner_id", "kind", "path", name="pk_lake_file_0012"),
        sqlite_strict=True,
    )
    op.execute(f"INSERT INTO lake_file ({COLUMNS}) SELECT {COLUMNS} FROM lake_file_0011")
    op.drop_table("lake_file_0011")
