#!/usr/bin/env python
import os
import sys

# What changes tables connects as their owner; the portal itself never does.
OWNER_COMMANDS = {"migrate", "remove_trace_months", "set_up"}


def main() -> None:
    if OWNER_COMMANDS.intersection(sys.argv[1:2]):
        os.environ["CPA_DATABASE_ROLE"] = "owner"
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
    from django.core.management import execute_from_command_line

    execute_from_command_line(sys.argv)


if __name__ == "__main__":
    main()
