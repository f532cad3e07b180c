from agora_sync.models.approvals import MappingApproval
from agora_sync.models.cases import TraceCase, TraceCaseKey, TraceDelivery, TraceDeliveryAccess
from agora_sync.models.contacts import PartnerContact
from agora_sync.models.contents import FileDeclaration, FileRecord
from agora_sync.models.contract_openings import ContractOpening
from agora_sync.models.correction_rules import CorrectionRule
from agora_sync.models.corrections import Correction, CorrectionBatch
from agora_sync.models.correspondences import CorrespondenceVersion
from agora_sync.models.cut_offs import CutOff
from agora_sync.models.delegations import TransmissionDelegation
from agora_sync.models.exchanges import Exchange, HolderPull
from agora_sync.models.habilitations import PAGM, PAGMAssignment, PAGMRight
from agora_sync.models.handling import Handling, HandlingEntry, SendingBack
from agora_sync.models.holds import TraceHold, TraceRemoval
from agora_sync.models.local_systems import LocalCertificate, LocalRole, LocalSystem
from agora_sync.models.partners import Partner, PartnerApplication, PartnerCertificate
from agora_sync.models.provenance import ConflictDecision, FileReading, ItemConflict
from agora_sync.models.reception import FileContribution, ReceivedRequest, ReplayedVector, ServiceStop
from agora_sync.models.reconciliation import Gap, GapEvent, Reconciliation
from agora_sync.models.seals import TraceSeal
from agora_sync.models.traces import Trace, TraceConsultation
from agora_sync.models.visits import PartnerVisit

__all__ = [
    "PAGM",
    "ConflictDecision",
    "ContractOpening",
    "Correction",
    "CorrectionBatch",
    "CorrectionRule",
    "CorrespondenceVersion",
    "CutOff",
    "Exchange",
    "FileContribution",
    "FileDeclaration",
    "FileReading",
    "FileRecord",
    "Gap",
    "GapEvent",
    "Handling",
    "HandlingEntry",
    "HolderPull",
    "ItemConflict",
    "LocalCertificate",
    "LocalRole",
    "LocalSystem",
    "MappingApproval",
    "PAGMAssignment",
    "PAGMRight",
    "Partner",
    "PartnerApplication",
    "PartnerCertificate",
    "PartnerContact",
    "PartnerVisit",
    "ReceivedRequest",
    "Reconciliation",
    "ReplayedVector",
    "SendingBack",
    "ServiceStop",
    "Trace",
    "TraceCase",
    "TraceCaseKey",
    "TraceConsultation",
    "TraceDelivery",
    "TraceDeliveryAccess",
    "TraceHold",
    "TraceRemoval",
    "TraceSeal",
    "TransmissionDelegation",
]
