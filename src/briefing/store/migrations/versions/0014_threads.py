"""What a chat calls the last message of a story, or its thread, is remembered, and which process sends to a channel."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "threads",
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("thread", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("channel", "thread", name=op.f("pk_threads")),
    )
    op.add_column("channels", sa.Column("relay", sa.Text(), nullable=True))
    op.add_column("channels", sa.Column("relay_until", sa.DateTime(timezone=True), nullable=True))


def downgrade() -> None:
    with op.batch_alter_table("channels") as channels:
        channels.drop_column("relay_until")
        channels.drop_column("relay")
    op.drop_table("threads")
