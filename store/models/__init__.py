"""Every table, in plain sight."""

from store.models.accounts import Account, Contact
from store.models.activities import Activity, ActivityKind, Direction
from store.models.conversations import Channel, ChannelMember, Conversation, InboundEvent, PendingChange
from store.models.history import AuditEvent, ChangeEntry, Snapshot, Source
from store.models.opportunities import BuyingRole, Category, Opportunity, OpportunityContact, Stage, Status
from store.models.organisation import CalendarDay, ExchangeRate, Organisation, RateKind, Sharing
from store.models.people import Person, Role, Team
from store.models.products import Product
from store.models.quotas import Quota
from store.models.reports import Delivery, OutboxMessage, ReportSchedule, ScheduleStatus

__all__ = [
    "Account",
    "Activity",
    "ActivityKind",
    "AuditEvent",
    "BuyingRole",
    "CalendarDay",
    "Category",
    "ChangeEntry",
    "Channel",
    "ChannelMember",
    "Contact",
    "Conversation",
    "Delivery",
    "Direction",
    "ExchangeRate",
    "InboundEvent",
    "Opportunity",
    "OpportunityContact",
    "Organisation",
    "OutboxMessage",
    "PendingChange",
    "Person",
    "Product",
    "Quota",
    "RateKind",
    "ReportSchedule",
    "Role",
    "ScheduleStatus",
    "Sharing",
    "Snapshot",
    "Source",
    "Stage",
    "Status",
    "Team",
]
