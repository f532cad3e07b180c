"""The public offer as a table: one line per session that one may join. What is not known is empty."""

from collections.abc import Iterator

from catalog.models import Action, Session, Training

COLUMNS = (
    "formation", "intitule", "certification", "niveau_entree", "niveau_sortie", "codes_rome",
    "organisme", "siret", "numero_declaration_activite", "action", "modalite", "entrees", "prix_ttc_euros",
    "duree_heures", "acces_handicap", "session", "debut", "fin", "debut_inscriptions", "fin_inscriptions",
    "lieu", "adresse", "code_postal", "ville", "code_insee", "latitude", "longitude",
)  # fmt: skip


def lines_of(training: Training) -> Iterator[list[object]]:
    for action in training.actions.all():
        for session in action.sessions.all():
            yield [*_training(training), *_action(action), *_session(session)]


def _training(training: Training) -> list[object]:
    organisation = training.organisation
    return [
        training.pk,
        training.title,
        training.certification_code,
        training.entry_level,
        training.exit_level,
        " ".join(training.occupation_codes),
        organisation.name,
        organisation.siret,
        organisation.nda,
    ]


def _action(action: Action) -> list[object]:
    return [
        action.pk,
        action.get_modality_display(),
        action.get_entry_mode_display(),
        None if action.price_cents is None else f"{action.price_cents / 100:.2f}",
        None if action.hours_minutes is None else f"{action.hours_minutes / 60:.2f}",
        action.accessibility,
    ]


def _session(session: Session) -> list[object]:
    place = session.place
    dates = [
        session.starts_on,
        session.ends_on,
        session.registration_starts_on,
        session.registration_ends_on,
    ]
    where: list[object] = [None] * 7
    if place is not None:
        where = [
            place.name,
            place.address,
            place.postal_code,
            place.town,
            place.commune_id,
            place.latitude,
            place.longitude,
        ]
    return [session.pk, *dates, *where]
