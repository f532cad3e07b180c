"""Step 16: what each operation does, through the services of the rooms below."""

from agora_sync.provider.operations.create_file import create_file
from agora_sync.provider.operations.declare_entry import declare_entry
from agora_sync.provider.operations.list_files import list_files
from agora_sync.provider.operations.served import Served

__all__ = ["Served", "create_file", "declare_entry", "list_files"]
