"""Copies and developments: what finds near-duplicates, who copied whom, which items of a story report the same."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_MOMENT = sa.DateTime(timezone=True)
_OPEN = sa.text("terms IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "bands",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("band", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_bands_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "band", name=op.f("pk_bands")),
    )
    op.create_index(op.f("ix_bands_band_at_item_id"), "bands", ["band", "at", "item_id"])
    op.create_index(op.f("ix_bands_at"), "bands", ["at"])
    op.create_table(
        "copies",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("original_id", sa.Integer(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_copies_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_copies")),
    )
    op.create_index(op.f("ix_copies_original_id"), "copies", ["original_id"])
    op.create_table(
        "members",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("development", sa.Integer(), nullable=False),
        sa.Column("seen", _MOMENT, nullable=False),
        sa.Column("at", _MOMENT, nullable=True),
        sa.Column("terms", sa.Text(), nullable=True),
        sa.Column("names", sa.Float(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_members_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "story", name=op.f("pk_members")),
    )
    op.create_index(op.f("ix_members_story_development_seen"), "members", ["story", "development", "seen"])
    op.create_index(
        op.f("ix_members_open"), "members", ["story", "seen"], sqlite_where=_OPEN, postgresql_where=_OPEN
    )
    op.create_table(
        "term_counts",
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("term", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("story", "term", name=op.f("pk_term_counts")),
    )
    op.create_table(
        "groupings",
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("items", sa.Integer(), nullable=False),
        sa.Column("stamp", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("story", name=op.f("pk_groupings")),
    )
    op.create_table(
        "corroborated",
        sa.Column("development", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("at", _MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("development", "story", name=op.f("pk_corroborated")),
    )


def downgrade() -> None:
    for table in ("corroborated", "groupings", "term_counts", "members", "copies", "bands"):
        op.drop_table(table)
