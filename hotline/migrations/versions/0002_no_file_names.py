"""Files that were handed in have no name of their own: what one sender called them is nobody else's to read."""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('attachments') as batch_op:
        batch_op.drop_column('name')


def downgrade() -> None:
    with op.batch_alter_table('attachments') as batch_op:
        batch_op.add_column(sa.Column('name', sa.String(length=200), nullable=False, server_default='附件'))
