"""What alembic runs: on the connection that hotline.migrate hands over, which already holds the lock."""

from alembic import context

from hotline.migrate import options

context.configure(**options(context.config.attributes["connection"]))
with context.begin_transaction():
    context.run_migrations()
