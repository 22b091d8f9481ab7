"""A subscriber may have a language; a delivery knows its reader's, and which issues they were sent last."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("subscribers", sa.Column("locale", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("locale", sa.Text(), nullable=True))
    op.add_column("deliveries", sa.Column("recall", sa.Text(), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("recall")
        deliveries.drop_column("locale")
    with op.batch_alter_table("subscribers") as subscribers:
        subscribers.drop_column("locale")
