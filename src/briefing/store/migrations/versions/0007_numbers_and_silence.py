"""An item has the number its feed gives it; a feed, the hours and days at which it asks not to be polled."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("items", sa.Column("number", sa.Integer(), nullable=True))
    op.add_column("feeds", sa.Column("skip_hours", sa.Text(), nullable=True))
    op.add_column("feeds", sa.Column("skip_days", sa.Text(), nullable=True))


def downgrade() -> None:
    op.drop_column("feeds", "skip_days")
    op.drop_column("feeds", "skip_hours")
    op.drop_column("items", "number")
