"""The tables of the first version."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "digests",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("known_since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("settled_nominal", sa.Date(), nullable=True),
        sa.Column("settled_slot", sa.Text(), nullable=True),
        sa.Column("settled_due", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_digests")),
    )
    op.create_table(
        "events",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("composed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_events")),
        sa.UniqueConstraint("key", name=op.f("uq_events_key")),
    )
    op.create_table(
        "feeds",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("configured", sa.Boolean(), nullable=False),
        sa.Column("configured_url", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("etag", sa.Text(), nullable=True),
        sa.Column("last_modified", sa.Text(), nullable=True),
        sa.Column("body_hash", sa.Text(), nullable=True),
        sa.Column("last_poll_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_ok_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_outcome", sa.Text(), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("down_since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("moved_to", sa.Text(), nullable=True),
        sa.Column("moved_count", sa.Integer(), nullable=False),
        sa.Column("gone", sa.Boolean(), nullable=False),
        sa.Column("paused", sa.Boolean(), nullable=False),
        sa.Column("primed", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feeds")),
    )
    op.create_index(op.f("ix_feeds_next_poll_at"), "feeds", ["next_poll_at"], unique=False)
    op.create_table(
        "issues",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("nominal", sa.Date(), nullable=False),
        sa.Column("slot", sa.Text(), nullable=False),
        sa.Column("composed", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_issues")),
        sa.UniqueConstraint("digest", "nominal", "slot", name=op.f("uq_issues_digest_nominal_slot")),
        sa.UniqueConstraint("digest", "number", name=op.f("uq_issues_digest_number")),
    )
    op.create_table(
        "series",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_series")),
    )
    op.create_index(op.f("ix_series_story"), "series", ["story"], unique=False)
    op.create_table(
        "settings",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_settings")),
    )
    op.create_table(
        "subscribers",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("address", sa.Text(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_subscribers")),
        sa.UniqueConstraint("mailbox", name=op.f("uq_subscribers_mailbox")),
    )
    op.create_table(
        "suppressions",
        sa.Column("mailbox", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("mailbox", name=op.f("pk_suppressions")),
    )
    op.create_table(
        "deliveries",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("lane", sa.Text(), nullable=False),
        sa.Column("message_id", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("next_attempt_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_error", sa.Text(), nullable=True),
        sa.Column("address", sa.Text(), nullable=True),
        sa.Column("list", sa.Text(), nullable=True),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("issue_id", sa.Integer(), nullable=True),
        sa.Column("event", sa.Text(), nullable=True),
        sa.Column("payload", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["event"], ["events.key"], name=op.f("fk_deliveries_event_events")),
        sa.ForeignKeyConstraint(["issue_id"], ["issues.id"], name=op.f("fk_deliveries_issue_id_issues")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deliveries")),
        sa.UniqueConstraint("key", name=op.f("uq_deliveries_key")),
    )
    op.create_index(op.f("ix_deliveries_event"), "deliveries", ["event"], unique=False)
    op.create_index(op.f("ix_deliveries_issue_id"), "deliveries", ["issue_id"], unique=False)
    op.create_index(
        op.f("ix_deliveries_due"), "deliveries", ["state", "lane", "next_attempt_at", "id"], unique=False
    )
    op.create_table(
        "feed_moves",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("from_url", sa.Text(), nullable=False),
        sa.Column("to_url", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_feed_moves_feed_id_feeds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_feed_moves")),
    )
    op.create_index(op.f("ix_feed_moves_feed_id"), "feed_moves", ["feed_id"], unique=False)
    op.create_table(
        "items",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("feed_id", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=True),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("published", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("excerpt", sa.Text(), nullable=False),
        sa.Column("html", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("authors", sa.Text(), nullable=False),
        sa.Column("lang", sa.Text(), nullable=True),
        sa.Column("news", sa.Boolean(), nullable=False),
        sa.Column("page_until", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["feed_id"], ["feeds.id"], name=op.f("fk_items_feed_id_feeds")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_items")),
        sa.UniqueConstraint("feed_id", "key", name=op.f("uq_items_feed_id_key")),
    )
    op.create_index(op.f("ix_items_changed_at"), "items", ["changed_at"], unique=False)
    op.create_index(op.f("ix_items_feed_id_canonical_url"), "items", ["feed_id", "canonical_url"], unique=False)
    op.create_index(op.f("ix_items_feed_id_content_hash"), "items", ["feed_id", "content_hash"], unique=False)
    op.create_index(op.f("ix_items_feed_id_first_seen"), "items", ["feed_id", "first_seen"], unique=False)
    op.create_index(op.f("ix_items_feed_id_page_until"), "items", ["feed_id", "page_until"], unique=False)
    op.create_index(op.f("ix_items_first_seen"), "items", ["first_seen"], unique=False)
    op.create_table(
        "issue_items",
        sa.Column("digest", sa.Text(), nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_issue_items_item_id_items")),
        sa.PrimaryKeyConstraint("digest", "item_id", name=op.f("pk_issue_items")),
    )
    op.create_table(
        "subscriptions",
        sa.Column("list", sa.Text(), nullable=False),
        sa.Column("subscriber_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("consent", sa.Text(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["subscriber_id"], ["subscribers.id"], name=op.f("fk_subscriptions_subscriber_id_subscribers")
        ),
        sa.PrimaryKeyConstraint("list", "subscriber_id", name=op.f("pk_subscriptions")),
    )
    op.create_index(op.f("ix_subscriptions_subscriber_id"), "subscriptions", ["subscriber_id"], unique=False)
    op.create_table(
        "attempts",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("delivery_id", sa.Integer(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["deliveries.id"], name=op.f("fk_attempts_delivery_id_deliveries")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attempts")),
        sa.UniqueConstraint("delivery_id", "epoch", name=op.f("uq_attempts_delivery_id_epoch")),
    )
    op.create_table(
        "instalments",
        sa.Column("series_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_instalments_item_id_items")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_instalments_series_id_series")),
        sa.PrimaryKeyConstraint("series_id", "item_id", name=op.f("pk_instalments")),
    )
    op.create_index(op.f("ix_instalments_item_id"), "instalments", ["item_id"], unique=False)
    op.create_table(
        "item_texts",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_item_texts_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", name=op.f("pk_item_texts")),
    )
    op.create_index(op.f("ix_item_texts_expires_at"), "item_texts", ["expires_at"], unique=False)
    op.create_table(
        "matches",
        sa.Column("item_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("story", sa.Text(), nullable=False),
        sa.Column("terms", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(["item_id"], ["items.id"], name=op.f("fk_matches_item_id_items")),
        sa.PrimaryKeyConstraint("item_id", "story", name=op.f("pk_matches")),
    )
    op.create_index(op.f("ix_matches_story_item_id"), "matches", ["story", "item_id"], unique=False)
    op.create_table(
        "promises",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("series_id", sa.Integer(), nullable=False),
        sa.Column("quote", sa.Text(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("part", sa.Integer(), nullable=True),
        sa.Column("title", sa.Text(), nullable=True),
        sa.Column("topic", sa.Text(), nullable=True),
        sa.Column("made_by", sa.Integer(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("kept_by", sa.Integer(), nullable=True),
        sa.Column("kept_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("evidence", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["kept_by"], ["items.id"], name=op.f("fk_promises_kept_by_items")),
        sa.ForeignKeyConstraint(["made_by"], ["items.id"], name=op.f("fk_promises_made_by_items")),
        sa.ForeignKeyConstraint(["series_id"], ["series.id"], name=op.f("fk_promises_series_id_series")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promises")),
    )
    op.create_index(op.f("ix_promises_series_id"), "promises", ["series_id"], unique=False)


def downgrade() -> None:
    op.drop_index(op.f("ix_promises_series_id"), table_name="promises")
    op.drop_table("promises")
    op.drop_index(op.f("ix_matches_story_item_id"), table_name="matches")
    op.drop_table("matches")
    op.drop_index(op.f("ix_item_texts_expires_at"), table_name="item_texts")
    op.drop_table("item_texts")
    op.drop_index(op.f("ix_instalments_item_id"), table_name="instalments")
    op.drop_table("instalments")
    op.drop_table("attempts")
    op.drop_index(op.f("ix_subscriptions_subscriber_id"), table_name="subscriptions")
    op.drop_table("subscriptions")
    op.drop_table("issue_items")
    op.drop_index(op.f("ix_items_first_seen"), table_name="items")
    op.drop_index(op.f("ix_items_feed_id_page_until"), table_name="items")
    op.drop_index(op.f("ix_items_feed_id_first_seen"), table_name="items")
    op.drop_index(op.f("ix_items_feed_id_content_hash"), table_name="items")
    op.drop_index(op.f("ix_items_feed_id_canonical_url"), table_name="items")
    op.drop_index(op.f("ix_items_changed_at"), table_name="items")
    op.drop_table("items")
    op.drop_index(op.f("ix_feed_moves_feed_id"), table_name="feed_moves")
    op.drop_table("feed_moves")
    op.drop_index(op.f("ix_deliveries_due"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_issue_id"), table_name="deliveries")
    op.drop_index(op.f("ix_deliveries_event"), table_name="deliveries")
    op.drop_table("deliveries")
    op.drop_table("suppressions")
    op.drop_table("subscribers")
    op.drop_table("settings")
    op.drop_index(op.f("ix_series_story"), table_name="series")
    op.drop_table("series")
    op.drop_table("issues")
    op.drop_index(op.f("ix_feeds_next_poll_at"), table_name="feeds")
    op.drop_table("feeds")
    op.drop_table("events")
    op.drop_table("digests")
