from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate as django_migrate
from django.db import connections

from cpa_portal.kernel.database.light_states import LightExecutor
from cpa_portal.kernel.database.privileges import grant_declared_privileges, owns_database

# Django's command has no other place to say which executor it uses.
django_migrate.MigrationExecutor = LightExecutor  # type: ignore[attr-defined]


class Command(django_migrate.Command):
    help = "Migre la base en tant que propriétaire, puis donne au rôle courant les seuls droits que disent les modèles."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if not owns_database(connection):
            raise CommandError(
                "migrate : le rôle connecté n'est pas propriétaire de la base. Donnez DATABASE_OWNER_URL."
            )
        super().handle(*args, **options)
        grant_declared_privileges(connection)
