"""What is posted stands apart from how its delivery stands, and what was sent is in no index of what is due."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "payloads",
        sa.Column("delivery_id", sa.Integer(), nullable=False, autoincrement=False),
        sa.Column("payload", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_payloads_delivery_id_deliveries")),
        sa.PrimaryKeyConstraint("delivery_id", name=op.f("pk_payloads")),
    )
    op.execute("INSERT INTO payloads SELECT id, payload FROM deliveries WHERE payload IS NOT NULL")
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.drop_column("payload")
        deliveries.drop_index("ix_deliveries_due")
        deliveries.drop_index("ix_deliveries_carrier_id")
    for name, columns, held in (
        ("ix_deliveries_due", ["lane", "next_attempt_at", "id", "state"], "state IN ('pending', 'retry', 'sending')"),
        ("ix_deliveries_unsent", ["state"], "state IN ('dead', 'silenced')"),
        ("ix_deliveries_carrier_id", ["carrier_id"], "carrier_id IS NOT NULL"),
    ):
        which = sa.text(held)
        op.create_index(op.f(name), "deliveries", columns, sqlite_where=which, postgresql_where=which)


def downgrade() -> None:
    op.drop_index(op.f("ix_deliveries_unsent"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_due"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_carrier_id"), table_name="deliveries")
    op.create_index(op.f("ix_deliveries_due"), "deliveries", ["state", "lane", "next_attempt_at", "id"])
    op.create_index(op.f("ix_deliveries_carrier_id"), "deliveries", ["carrier_id"])
    with op.batch_alter_table("deliveries") as deliveries:
        deliveries.add_column(sa.Column("payload", sa.Text(), nullable=True))
    one = "SELECT payload FROM payloads WHERE payloads.delivery_id = deliveries.id"
    op.execute(f"UPDATE deliveries SET payload = ({one})")
    op.drop_table("payloads")
