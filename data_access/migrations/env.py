"""How Alembic reaches a city's database: over the connection, and in the transaction, that `engine` hands it."""

from alembic import context

from data_access.schema import METADATA

context.configure(connection=context.config.attributes["connection"], target_metadata=METADATA)
context.run_migrations()
