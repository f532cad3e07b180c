from django.core.exceptions import ValidationError

from cep.rules.local_time import known_zones


def validate_time_zone(name: str) -> None:
    """Raises ValidationError unless the name is that of a zone of the IANA database."""
    if name not in known_zones():
        raise ValidationError("« %(name)s » n’est pas un fuseau horaire connu.", params={"name": name})
