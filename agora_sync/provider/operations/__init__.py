"""Step 16: what each operation does, through the services of the rooms below."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from agora_sync.contract import Operation
from agora_sync.models import Partner
from agora_sync.provider.operations.account import (
    check_eligibility,
    check_identity,
    read_balances,
    read_rights,
    record_dif,
)
from agora_sync.provider.operations.amend_file import amend_file
from agora_sync.provider.operations.create_file import create_file
from agora_sync.provider.operations.declare_entry import declare_entry
from agora_sync.provider.operations.events import declare_event
from agora_sync.provider.operations.list_files import find_file, list_files
from agora_sync.provider.operations.served import Served

SERVICES: dict[Operation, Callable[[Any, Partner], Served]] = {
    Operation.READ_RIGHTS: read_rights,
    Operation.LIST_FILES: list_files,
    Operation.FIND_FILE: find_file,
    Operation.CHECK_IDENTITY: check_identity,
    Operation.CREATE_FILE: create_file,
    Operation.VALIDATE_FILE: declare_event,
    Operation.REFUSE_FILE: declare_event,
    Operation.CANCEL_FILE: declare_event,
    Operation.DECLARE_ENTRY: declare_entry,
    Operation.DECLARE_INTERRUPTION: declare_event,
    Operation.DECLARE_RETURN: declare_event,
    Operation.DECLARE_PAY: declare_event,
    Operation.DECLARE_EXIT: declare_event,
    Operation.SETTLE_FILE: declare_event,
    Operation.AMEND_FILE: amend_file,
    Operation.READ_BALANCES: read_balances,
    Operation.CHECK_ELIGIBILITY: check_eligibility,
    Operation.RECORD_DIF: record_dif,
}

__all__ = ["SERVICES", "Served"]
