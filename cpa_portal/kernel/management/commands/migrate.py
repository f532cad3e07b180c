from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands.migrate import Command as DjangoMigrate
from django.db import connections

from cpa_portal.kernel.database.privileges import grant_declared_privileges, owns_database


class Command(DjangoMigrate):
    help = "Migre la base en tant que propriétaire, puis donne au rôle courant les seuls droits que disent les modèles."

    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if not owns_database(connection):
            raise CommandError(
                "migrate : le rôle connecté n'est pas propriétaire de la base. Donnez DATABASE_OWNER_URL."
            )
        super().handle(*args, **options)
        grant_declared_privileges(connection)
