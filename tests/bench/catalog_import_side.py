"""One side of the comparison: SIDE FILE SCHEMA. Its formations, seconds of work and peak memory, as JSON."""

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

from tests.bench.peak import peak_mib


def ours(path: Path) -> Callable[[], int]:
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
    django.setup()
    from django.utils import timezone

    from catalog.services.offer_import import import_offer

    return lambda: import_offer(path=path, feed="bench", today=timezone.localdate()).formations


def theirs(path: Path, schema_path: str, *, lazy: bool) -> Callable[[], int]:
    import xmlschema

    schema = xmlschema.XMLSchema(schema_path)

    def decode() -> int:
        resource_ = xmlschema.XMLResource(str(path), lazy=lazy)
        return sum(1 for _ in schema.iter_decode(resource_, path="/lheo/offres/formation"))

    return decode


def main() -> None:
    name, path, schema = sys.argv[1:]
    work = ours(Path(path)) if name == "ours" else theirs(Path(path), schema, lazy=name == "lazy")
    started = time.perf_counter()
    formations = work()
    seconds = time.perf_counter() - started
    print(json.dumps({"formations": formations, "seconds": seconds, "peak_mib": peak_mib()}))  # noqa: T201 - its output


if __name__ == "__main__":
    main()
