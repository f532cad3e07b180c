from accounts.enums import (
    AttemptKind,
    ConsentAct,
    DataRequestKind,
    DataRequestState,
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
from accounts.models.alarm import AlarmThreshold, ReadingAlarm, WatchedHolder
from accounts.models.data_requests import AfterDeathInstruction, DataRequest
from accounts.models.death import DeathRecord
from accounts.models.delegation import DelegatedActEntry, Delegation
from accounts.models.evidence import AccessLogEntry, Consent
from accounts.models.habilitation import Invitation, SiteRight, StandIn
from accounts.models.holder import Holder, HolderNIR, Situation
from accounts.models.saml import (
    SAMLAssertion,
    SAMLConnection,
    SAMLIdentity,
    SAMLRequest,
    SAMLRoleMapping,
)
from accounts.models.security import ContactChange, IdentityProof, KnownDevice, ProofCode, SpendingBlock
from accounts.models.staff import StaffScope
from accounts.models.user import User
from accounts.models.work import BackgroundJob, Notification, PrivateFile

__all__ = [
    "AccessLogEntry",
    "ActivationAttempt",
    "ActivationCode",
    "AfterDeathInstruction",
    "AlarmThreshold",
    "AttemptKind",
    "BackgroundJob",
    "Consent",
    "ConsentAct",
    "ContactChange",
    "DataRequest",
    "DataRequestKind",
    "DataRequestState",
    "DeathRecord",
    "DelegatedActEntry",
    "Delegation",
    "Holder",
    "HolderNIR",
    "IdentityProof",
    "Invitation",
    "JobState",
    "KnownDevice",
    "LetterKind",
    "LetterState",
    "Notification",
    "NotificationState",
    "PostalLetter",
    "PrivateFile",
    "ProofCode",
    "ReadingAlarm",
    "SAMLAssertion",
    "SAMLConnection",
    "SAMLIdentity",
    "SAMLRequest",
    "SAMLRoleMapping",
    "Sex",
    "SiteRight",
    "Situation",
    "SituationKind",
    "SituationSource",
    "SpendingBlock",
    "StaffRole",
    "StaffScope",
    "StandIn",
    "User",
    "WatchedHolder",
]
