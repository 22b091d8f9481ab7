"""Alerts that come late and are told together; when an item was last seen in its feed."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("late", sa.Boolean(), nullable=False, server_default=sa.false()))
        deliveries.add_column(sa.Column("carrier_id", sa.Integer(), nullable=True))
        deliveries.create_foreign_key(
            op.f("fk_deliveries_carrier_id_deliveries"), "deliveries", ["carrier_id"], ["id"]
        )
        deliveries.create_index(op.f("ix_deliveries_carrier_id"), ["carrier_id"])
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("late", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.add_column("items", sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE items SET last_seen = first_seen")
    with op.batch_alter_table("items") as items:
        items.alter_column("last_seen", existing_type=sa.DateTime(timezone=True), nullable=False)
        items.create_index(op.f("ix_items_feed_id_last_seen"), ["feed_id", "last_seen"])


def downgrade() -> None:
    # What was told in one message becomes rows of their own again; those that wait would be told twice, so they end.
    op.execute(
        "UPDATE deliveries SET state = 'dead', last_error = 'told in one message with others' "
        "WHERE carrier_id IS NOT NULL AND state IN ('pending', 'retry')"
    )
    with op.batch_alter_table("items") as items:
        items.drop_index(op.f("ix_items_feed_id_last_seen"))
        items.drop_column("last_seen")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_index(op.f("ix_deliveries_carrier_id"))
        deliveries.drop_constraint(op.f("fk_deliveries_carrier_id_deliveries"), type_="foreignkey")
        deliveries.drop_column("carrier_id")
        deliveries.drop_column("late")
