"""What a person says of series and promises; when a promise is due, overdue and lapsed, and how sure its evidence is."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_FLAGS = {"instalments": ("news", "by_hand", "refused"), "promises": ("by_hand",)}
_MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    op.add_column("series", sa.Column("ruling", sa.Text(), nullable=True))
    for table, names in _FLAGS.items():
        for name in names:
            op.add_column(table, sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false()))
        with op.batch_alter_table(table) as altered:
            for name in names:
                altered.alter_column(name, existing_type=sa.Boolean(), existing_nullable=False, server_default=None)
    for name in ("due_at", "opened_at", "lapsed_at"):
        op.add_column("promises", sa.Column(name, _MOMENT, nullable=True))
    op.add_column("promises", sa.Column("score", sa.Integer(), nullable=True))
    for name in ("kept_url", "key"):
        op.add_column("promises", sa.Column(name, sa.Text(), nullable=True))
    op.execute("UPDATE promises SET opened_at = made_at")
    with op.batch_alter_table("promises") as promises:
        promises.alter_column("opened_at", existing_type=_MOMENT, nullable=False)


def downgrade() -> None:
    # What a person took out of a series, or found where no feed looks, the older version cannot say.
    op.execute("DELETE FROM instalments WHERE refused")
    op.execute("UPDATE promises SET state = 'lapsed' WHERE state = 'rejected'")
    nothing = "SELECT id FROM series WHERE ruling = 'rejected'"
    op.execute(f"UPDATE promises SET state = 'lapsed' WHERE state = 'awaited' AND series_id IN ({nothing})")
    with op.batch_alter_table("promises") as promises:
        for name in ("by_hand", "key", "kept_url", "score", "lapsed_at", "opened_at", "due_at"):
            promises.drop_column(name)
    with op.batch_alter_table("instalments") as instalments:
        for name in ("refused", "by_hand", "news"):
            instalments.drop_column(name)
    with op.batch_alter_table("series") as series:
        series.drop_column("ruling")
