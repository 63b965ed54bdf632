"""The table of jobs, of the catalog.

The token grows whenever a job changes hands; who has an older one publishes nothing. Arguments,
progress and result are JSON.
"""

from sqlalchemy import CheckConstraint, Column, Index, Integer, Table, Text

from tieout.store.catalog import metadata

JOB_STATES = (QUEUED, RUNNING, DONE, FAILED, CANCELLED) = (
    *("queued", "running", "done", "failed", "cancelled"),
)
job = Table(
    "job",
    metadata,
    Column("job_id", Integer, primary_key=True),
    *(Column(name, Text, nullable=False) for name in ("kind", "arguments", "state")),
    *(
        Column(name, Integer, nullable=False)
        for name in ("token", "attempts", "attempts_max", "cancel_asked")
    ),
    *(Column(name, Text, nullable=True) for name in ("owner", "lease_until")),
    Column("due_at", Text, nullable=False),
    *(Column(name, Text, nullable=True) for name in ("progress", "result", "error")),
    Column("submitted_at", Text, nullable=False),
    *(Column(name, Text, nullable=True) for name in ("started_at", "ended_at")),
    CheckConstraint(f"state IN {JOB_STATES}", name="job_state_known"),
    Index("ix_job_state", "state", "due_at"),
    sqlite_strict=True,
)
