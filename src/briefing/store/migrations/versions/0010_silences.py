"""Operators may mute events for a time; what lasts is known by the key under which it was told first."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "silences",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("matchers", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("starts", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_silences")),
    )
    op.create_index(op.f("ix_silences_expires"), "silences", ["expires"])
    op.add_column("events", sa.Column("condition", sa.Text(), nullable=True))
    op.create_index(op.f("ix_events_condition"), "events", ["condition"])
    op.execute("UPDATE events SET condition = key WHERE kind IN ('corroborated', 'overdue', 'feed_down')")


def downgrade() -> None:
    op.execute("UPDATE deliveries SET state = 'dead' WHERE state = 'silenced'")
    op.drop_index(op.f("ix_events_condition"), "events")
    op.drop_column("events", "condition")
    op.drop_index(op.f("ix_silences_expires"), "silences")
    op.drop_table("silences")
