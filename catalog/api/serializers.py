"""The public offer in the open API. Prices in cents, lengths in minutes: whole numbers, never rounded."""

from rest_framework import serializers

from catalog.enums import EntryMode, Modality


class PlaceSerializer(serializers.Serializer):
    adresse = serializers.CharField(source="address")
    code_postal = serializers.CharField(source="postal_code")
    ville = serializers.CharField(source="town")
    code_insee = serializers.CharField(source="commune_id", allow_null=True)
    latitude = serializers.FloatField(allow_null=True)
    longitude = serializers.FloatField(allow_null=True)


class OrganisationSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    siret = serializers.CharField()
    nda = serializers.CharField()
    nom = serializers.CharField(source="name")


class SessionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    debut = serializers.DateField(source="starts_on", allow_null=True)
    fin = serializers.DateField(source="ends_on", allow_null=True)
    inscriptions = serializers.CharField(source="recruitment_state")
    lieu = PlaceSerializer(source="place", allow_null=True)


class ActionSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    modalite = serializers.ChoiceField(source="modality", choices=Modality.choices)
    entrees = serializers.ChoiceField(source="entry_mode", choices=EntryMode.choices)
    prix_centimes = serializers.IntegerField(source="price_cents", allow_null=True)
    duree_minutes = serializers.IntegerField(source="hours_minutes", allow_null=True)
    sessions = SessionSerializer(many=True)


class TrainingSerializer(serializers.Serializer):
    id = serializers.IntegerField()
    titre = serializers.CharField(source="title")
    certification = serializers.CharField(source="certification_code")
    organisme = OrganisationSerializer(source="organisation")
    objectif = serializers.CharField(source="objective")
    contenu = serializers.CharField(source="content")
    resultats = serializers.CharField(source="expected_results")
    niveau_entree = serializers.IntegerField(source="entry_level", allow_null=True)
    niveau_sortie = serializers.IntegerField(source="exit_level", allow_null=True)
    retiree_le = serializers.DateField(source="closed_on", allow_null=True)
    actions = ActionSerializer(many=True)


class ResultSerializer(serializers.Serializer):
    """A training found, with its nearest session, then the soonest."""

    id = serializers.IntegerField(source="training.pk")
    titre = serializers.CharField(source="training.title")
    certification = serializers.CharField(source="training.certification_code")
    organisme = OrganisationSerializer(source="training.organisation")
    a_distance = serializers.BooleanField(source="is_remote")
    distance_km = serializers.FloatField(allow_null=True)
    debut = serializers.DateField(source="starts_on", allow_null=True)
    prix_centimes = serializers.IntegerField(source="price_cents", allow_null=True)
    duree_minutes = serializers.IntegerField(source="session.action.hours_minutes", allow_null=True)
    sessions = serializers.IntegerField()
    lieu = PlaceSerializer(source="session.place", allow_null=True)


class ResultPageSerializer(serializers.Serializer):
    total = serializers.IntegerField()
    page = serializers.IntegerField()
    pages = serializers.IntegerField()
    resultats = ResultSerializer(many=True)
