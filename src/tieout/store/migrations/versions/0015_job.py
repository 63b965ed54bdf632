"""Jobs that workers do under leases; sizes of large files."""

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"


def upgrade() -> None:
    """Add the table, and let PostgreSQL count the bytes of files above two gibibytes."""
    if op.get_bind().dialect.name == "postgresql":
        op.alter_column("lake_file", "size", type_=sa.BigInteger(), existing_nullable=False)
    op.create_table(
        "job",
        sa.Column("job_id", sa.Integer(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in ("kind", "arguments", "state")),
        *(
            sa.Column(name, sa.Integer(), nullable=False)
            for name in ("token", "attempts", "attempts_max", "cancel_asked")
        ),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("lease_until", sa.Text(), nullable=True),
        sa.Column("due_at", sa.Text(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=True) for name in ("progress", "result", "error")),
        sa.Column("submitted_at", sa.Text(), nullable=False),
        sa.Column("started_at", sa.Text(), nullable=True),
        sa.Column("ended_at", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'done', 'failed', 'cancelled')", name="job_state_known"
        ),
        sa.PrimaryKeyConstraint("job_id"),
        sqlite_strict=True,
    )
    op.create_index("ix_job_state", "job", ["state", "due_at"])
