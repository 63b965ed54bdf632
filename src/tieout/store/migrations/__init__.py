"""Creates and upgrades the catalog's tables; one step per file in `versions`."""

import secrets
from pathlib import Path

from alembic import command
from alembic.config import Config
from sqlalchemy import insert, inspect, select

from tieout.store.catalog import setting
from tieout.store.database import Catalog

SECRET_BYTES = 32


def upgrade(catalog: Catalog) -> bool:
    """Bring the catalog to the newest step, all in one transaction; tell if it was new."""
    new = not inspect(catalog.engine).has_table("setting")
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    with catalog.write() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
        known = connection.scalar(
            select(setting.c.value).where(setting.c.name == "match_key_secret")
        )
        if known is None:
            secret = secrets.token_hex(SECRET_BYTES)
            connection.execute(insert(setting).values(name="match_key_secret", value=secret))
    return new
