"""An address and the commune it lies in."""

import re

from catalog.enums import FindingAction
from catalog.gazetteer import Gazetteer, KnownCommune, distance_km, town_name
from catalog.lheo import fields
from catalog.lheo.facts import PlaceFacts
from catalog.lheo.node import Node

# Beyond this, a position is not in the commune that the address names (French Guiana's are the widest).
FAR_KM = 150.0
SWAPPED_KM = 40.0


class AddressReader:
    def __init__(self, node: Node, gazetteer: Gazetteer) -> None:
        self.node = node
        self.gazetteer = gazetteer
        postal_code = node.text("codepostal")
        self.postal_code = postal_code if re.fullmatch(r"[0-9]{5}", postal_code) else ""
        self.town = node.text("ville")[:80]
        if postal_code and not self.postal_code:
            node.note("codepostal", postal_code, "postal_code_malformed", FindingAction.REFUSED)

    def commune(self) -> KnownCommune | None:
        """The commune by its INSEE code; by postal code and name when the code is absent or wrong."""
        code = self.node.text("code-INSEE-commune")
        by_address = self.gazetteer.find(postal_code=self.postal_code, town=self.town)
        if not code:
            return by_address
        by_code = self.gazetteer.by_code.get(code)
        if by_code is not None and not self._contradicts(by_code, by_address):
            return by_code
        if by_code is not None:
            rule = "insee_contradicts_address"
        else:
            rule = "insee_is_postal_code" if code == self.postal_code else "insee_unknown"
        action = FindingAction.REPAIRED if by_address else FindingAction.REFUSED
        self.node.note("code-INSEE-commune", code, rule, action)
        return by_address

    def _contradicts(self, by_code: KnownCommune, by_address: KnownCommune | None) -> bool:
        """Whether name and postal code agree on another commune than the code's."""
        if by_address is None or by_code.code in {by_address.code, by_address.parent_code}:
            return False
        name = town_name(self.town)
        return by_code.search_name != name and by_address.search_name == name

    def place(self, *, name: str, street: str) -> PlaceFacts | None:
        """The place, None when the feed says nothing of where it is."""
        commune = self.commune()
        latitude, longitude = self._position(commune)
        if not self.town and not self.postal_code and latitude is None:
            return None
        return PlaceFacts(
            name=name,
            address=street,
            postal_code=self.postal_code,
            town=self.town,
            commune_code=commune.code if commune else "",
            latitude=latitude,
            longitude=longitude,
        )

    def _position(self, commune: KnownCommune | None) -> tuple[float | None, float | None]:
        """Degrees: those of the feed where they agree with the commune, else the commune's own."""
        node = self.node.child("geolocalisation")
        latitude = node.value("latitude", lambda text: fields.degrees(text, limit=90))
        longitude = node.value("longitude", lambda text: fields.degrees(text, limit=180))
        home = (commune.latitude, commune.longitude) if commune else (None, None)
        if latitude is None or longitude is None:
            return home
        if commune is None:
            return (None, None) if (latitude, longitude) == (0, 0) else (latitude, longitude)
        if distance_km(latitude, longitude, commune.latitude, commune.longitude) <= FAR_KM:
            return latitude, longitude
        value = f"{node.text('latitude')} {node.text('longitude')}"
        swapped = distance_km(longitude, latitude, commune.latitude, commune.longitude) <= SWAPPED_KM
        if swapped:
            self.node.note("geolocalisation", value, "position_swapped", FindingAction.REPAIRED)
            return longitude, latitude
        self.node.note("geolocalisation", value, "position_contradicts_commune", FindingAction.REFUSED)
        return home
