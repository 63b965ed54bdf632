"""Alembic's entry: run the steps on the connection that `upgrade` opened."""

from alembic import context

from tieout.store.catalog import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=False)
context.run_migrations()
