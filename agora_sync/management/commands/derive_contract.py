from typing import Any

from django.core.management.base import BaseCommand

from agora_sync.contract.derivation import derived_files
from agora_sync.contract.versions import Version


class Command(BaseCommand):
    help = "Write the files of the later versions of the contract, from the first one and what they change in it."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for version in Version:
            if version is Version.V1:
                continue
            for name, content in derived_files(version).items():
                (version.folder / name).write_bytes(content)
            self.stdout.write(f"{version.folder} : {version.label}")
