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
        deliveries.create_index(
            op.f("ix_deliveries_late"), ["lane"], sqlite_where=sa.text("late"), postgresql_where=sa.text("late")
        )
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.alter_column("late", existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    op.add_column("items", sa.Column("last_seen", sa.DateTime(timezone=True), nullable=True))
    op.execute("UPDATE items SET last_seen = first_seen")
    with op.batch_alter_table("items", table_kwargs={"sqlite_autoincrement": True}) as items:
        items.alter_column("last_seen", existing_type=sa.DateTime(timezone=True), nullable=False)
        items.create_index(op.f("ix_items_feed_id_last_seen"), ["feed_id", "last_seen"])
    # What refers to an item is looked for when the item is deleted.
    op.create_index(op.f("ix_issue_items_item_id"), "issue_items", ["item_id"])
    op.create_index(op.f("ix_promises_made_by"), "promises", ["made_by"])
    op.create_index(op.f("ix_promises_kept_by"), "promises", ["kept_by"])


def downgrade() -> None:
    # What was told in one message becomes rows of their own again; those that wait would be told twice, so they end.
    op.execute(
        "UPDATE deliveries SET state = 'dead', last_error = 'told in one message with others' "
        "WHERE carrier_id IS NOT NULL AND state IN ('pending', 'retry')"
    )
    op.drop_index(op.f("ix_promises_kept_by"), table_name="promises")
    op.drop_index(op.f("ix_promises_made_by"), table_name="promises")
    op.drop_index(op.f("ix_issue_items_item_id"), table_name="issue_items")
    with op.batch_alter_table("items") as items:
        if op.get_bind().dialect.name == "sqlite":  # where a key that counts on has no name
            items.create_primary_key(op.f("pk_items"), ["id"])
        items.drop_index(op.f("ix_items_feed_id_last_seen"))
        items.drop_column("last_seen")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_index(op.f("ix_deliveries_late"))
        deliveries.drop_index(op.f("ix_deliveries_carrier_id"))
        deliveries.drop_constraint(op.f("fk_deliveries_carrier_id_deliveries"), type_="foreignkey")
        deliveries.drop_column("carrier_id")
        deliveries.drop_column("late")
