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
from accounts.models.security import ContactChange, IdentityProof, KnownDevice, ProofCode, SpendingBlock
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
    "ContactChange",
    "Holder",
    "HolderNIR",
    "IdentityProof",
    "JobState",
    "KnownDevice",
    "LetterKind",
    "LetterState",
    "Notification",
    "NotificationState",
    "PostalLetter",
    "PrivateFile",
    "ProofCode",
    "Sex",
    "Situation",
    "SituationKind",
    "SituationSource",
    "SpendingBlock",
    "StaffRole",
    "StaffScope",
    "User",
]
