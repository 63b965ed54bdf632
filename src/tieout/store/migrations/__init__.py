"""Creates and upgrades the catalog's tables; one step per file in `versions`."""

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, insert, inspect, select

from tieout.store.catalog import setting
from tieout.store.database import Catalog

SECRET_BYTES = 32
NEWEST = "head"


def upgrade(catalog: Catalog) -> bool:
    """Bring the catalog to the newest step, all in one transaction; tell if it was new."""
    new = not inspect(catalog.engine).has_table("setting")
    with catalog.write() as connection:
        bring_to(connection, NEWEST)
        known = connection.scalar(
            select(setting.c.value).where(setting.c.name == "match_key_secret")
        )
        if known is None:
            secret = secrets.token_hex(SECRET_BYTES)
            connection.execute(insert(setting).values(name="match_key_secret", value=secret))
    return new


def bring_to(connection: Connection, step: str) -> None:
    """Make or change the tables up to a step, in the connection's transaction."""
    config = _config()
    config.attributes["connection"] = connection
    command.upgrade(config, step)


def step_of(connection: Connection) -> str | None:
    """Give the step that a catalog is at, none where it has no tables."""
    return MigrationContext.configure(connection).get_current_revision()


def known_steps() -> list[str]:
    """Give the steps that this program knows, the newest first."""
    found = ScriptDirectory.from_config(_config()).walk_revisions()
    return [script.revision for script in found]


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    return config
