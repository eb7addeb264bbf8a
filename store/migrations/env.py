"""Alembic's entry: runs the revisions on the connection that `Database.migrate` hands over."""

from alembic import context

import store.models  # noqa: F401  (registers every table)
from store.models.columns import METADATA

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=METADATA,
    render_as_batch=True,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
