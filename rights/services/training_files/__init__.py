"""The writes on training files: one function per use case."""

from rights.services.training_files.answering import record_agora_refusal, record_transmission
from rights.services.training_files.cancelling import cancel_training_file
from rights.services.training_files.entering import declare_entry
from rights.services.training_files.receiving import merge_agora_training_file, register_partner_training_file
from rights.services.training_files.requesting import request_training_file

__all__ = [
    "cancel_training_file",
    "declare_entry",
    "merge_agora_training_file",
    "record_agora_refusal",
    "record_transmission",
    "register_partner_training_file",
    "request_training_file",
]
