"""Identities that must not be swapped: config ids are strings, database ids are integers."""

from typing import NewType

FeedId = NewType("FeedId", str)
StoryId = NewType("StoryId", str)
ItemId = NewType("ItemId", int)
SeriesId = NewType("SeriesId", int)
PromiseId = NewType("PromiseId", int)
EventId = NewType("EventId", int)
IssueId = NewType("IssueId", int)
SilenceId = NewType("SilenceId", int)
AcknowledgementId = NewType("AcknowledgementId", int)
DeliveryId = NewType("DeliveryId", int)
