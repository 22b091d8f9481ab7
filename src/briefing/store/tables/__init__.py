"""The tables, one file an aggregate; importing this module makes `METADATA` complete."""

from briefing.store.columns import Row
from briefing.store.tables.acknowledgements import AcknowledgementRow
from briefing.store.tables.audience import SubscriberRow, SubscriptionRow, SuppressionRow
from briefing.store.tables.channels import ChannelRow, ThreadRow
from briefing.store.tables.developments import (
    BandRow,
    CopyRow,
    CorroboratedRow,
    GroupingRow,
    MemberRow,
    TermCountRow,
)
from briefing.store.tables.feeds import FeedMoveRow, FeedRow
from briefing.store.tables.issues import DigestRow, IssueItemRow, IssueRow
from briefing.store.tables.items import ItemRow, ItemTextRow, WithdrawalRow
from briefing.store.tables.outbox import (
    OPEN,
    OPEN_STATES,
    UNSENT,
    UNSENT_STATES,
    AttemptRow,
    DeliveryRow,
    EventRow,
    PayloadRow,
)
from briefing.store.tables.settings import SettingRow
from briefing.store.tables.silences import SilenceRow
from briefing.store.tables.stories import InstalmentRow, MatchRow, PromiseRow, SeriesRow

METADATA = Row.metadata

__all__ = [
    "METADATA",
    "OPEN",
    "OPEN_STATES",
    "UNSENT",
    "UNSENT_STATES",
    "AcknowledgementRow",
    "AttemptRow",
    "BandRow",
    "ChannelRow",
    "CopyRow",
    "CorroboratedRow",
    "DeliveryRow",
    "DigestRow",
    "EventRow",
    "FeedMoveRow",
    "FeedRow",
    "GroupingRow",
    "InstalmentRow",
    "IssueItemRow",
    "IssueRow",
    "ItemRow",
    "ItemTextRow",
    "MatchRow",
    "MemberRow",
    "PayloadRow",
    "PromiseRow",
    "SeriesRow",
    "SettingRow",
    "SilenceRow",
    "SubscriberRow",
    "SubscriptionRow",
    "SuppressionRow",
    "TermCountRow",
    "ThreadRow",
    "WithdrawalRow",
]
