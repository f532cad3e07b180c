from accounts.enums import (
    AttemptKind,
    ConsentAct,
    JobState,
    LetterKind,
    LetterState,
    NotificationState,
    Sex,
    SituationKind,
    SituationSource,
    StaffRole,
)
from accounts.models.activation import ActivationAttempt, ActivationCode, PostalLetter
from accounts.models.evidence import AccessLogEntry, Consent
from accounts.models.holder import Holder, HolderNIR, Situation
from accounts.models.staff import StaffScope
from accounts.models.user import User
from accounts.models.work import BackgroundJob, Notification, PrivateFile

__all__ = [
    "AccessLogEntry",
    "ActivationAttempt",
    "ActivationCode",
    "AttemptKind",
    "BackgroundJob",
    "Consent",
    "ConsentAct",
    "Holder",
    "HolderNIR",
    "JobState",
    "LetterKind",
    "LetterState",
    "Notification",
    "NotificationState",
    "PostalLetter",
    "PrivateFile",
    "Sex",
    "Situation",
    "SituationKind",
    "SituationSource",
    "StaffRole",
    "StaffScope",
    "User",
]
