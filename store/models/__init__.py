"""Every table, in plain sight."""

from store.models.accounts import Account, Contact
from store.models.activities import Activity, ActivityKind, Direction
from store.models.conversations import Channel, ChannelMember, Conversation, InboundEvent, PendingChange
from store.models.history import AuditEvent, ChangeEntry, Snapshot, Source
from store.models.knowledge import Band, CardCheck, Enquiry, Fault, PlaybookCard, Question
from store.models.learning import QuizAnswer, StepMark
from store.models.opportunities import (
    WHOLE_SHARE,
    BuyingRole,
    Category,
    Credit,
    CreditSplit,
    LossReason,
    Opportunity,
    OpportunityContact,
    Payment,
    RiskSnooze,
    RiskThreshold,
    Stage,
    Status,
)
from store.models.organisation import (
    CalendarDay,
    ExchangeRate,
    Organisation,
    RateKind,
    Region,
    Sharing,
    YearPattern,
    YearStart,
)
from store.models.people import Leave, Person, Role, Team
from store.models.products import Product
from store.models.quotas import ForecastSubmission, Level, Metric, Quota, QuotaAcceptance
from store.models.reports import Delivery, OutboxMessage, ReportSchedule, ReportUse, ScheduleStatus

__all__ = [
    "WHOLE_SHARE",
    "Account",
    "Activity",
    "ActivityKind",
    "AuditEvent",
    "Band",
    "BuyingRole",
    "CalendarDay",
    "CardCheck",
    "Category",
    "ChangeEntry",
    "Channel",
    "ChannelMember",
    "Contact",
    "Conversation",
    "Credit",
    "CreditSplit",
    "Delivery",
    "Direction",
    "Enquiry",
    "ExchangeRate",
    "Fault",
    "ForecastSubmission",
    "InboundEvent",
    "Leave",
    "Level",
    "LossReason",
    "Metric",
    "Opportunity",
    "OpportunityContact",
    "Organisation",
    "OutboxMessage",
    "Payment",
    "PendingChange",
    "Person",
    "PlaybookCard",
    "Product",
    "Question",
    "QuizAnswer",
    "Quota",
    "QuotaAcceptance",
    "RateKind",
    "Region",
    "ReportSchedule",
    "ReportUse",
    "RiskSnooze",
    "RiskThreshold",
    "Role",
    "ScheduleStatus",
    "Sharing",
    "Snapshot",
    "Source",
    "Stage",
    "Status",
    "StepMark",
    "Team",
    "YearPattern",
    "YearStart",
]
