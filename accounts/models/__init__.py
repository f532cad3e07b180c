from accounts.enums import (
    ConsentAct,
    JobState,
    NotificationState,
    Sex,
    SituationKind,
    SituationSource,
    StaffRole,
)
from accounts.models.evidence import AccessLogEntry, Consent
from accounts.models.holder import Holder, HolderNIR, Situation
from accounts.models.staff import StaffScope
from accounts.models.user import User
from accounts.models.work import BackgroundJob, Notification, PrivateFile

__all__ = [
    "AccessLogEntry",
    "BackgroundJob",
    "Consent",
    "ConsentAct",
    "Holder",
    "HolderNIR",
    "JobState",
    "Notification",
    "NotificationState",
    "PrivateFile",
    "Sex",
    "Situation",
    "SituationKind",
    "SituationSource",
    "StaffRole",
    "StaffScope",
    "User",
]
