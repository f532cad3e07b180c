"""A summary of a training (root `lheo-index`): what an index says of it, without content, price or address.

Source: LHEO 2.3, « resume-offre ». Organisation, place and length stand in the summary itself, which is its own action.
"""

from collections.abc import Iterator
from dataclasses import replace

from catalog.lheo.address import AddressReader
from catalog.lheo.facts import ActionFacts, OrganisationFacts, PlaceFacts
from catalog.lheo.node import Node
from catalog.lheo.reader import FormationReader


class IndexReader(FormationReader):
    """Reads one summary; see FormationReader."""

    def _responsible(self, node: Node) -> Node:
        return node

    def _siret_holder(self, node: Node) -> Node:
        return node

    def _organisation(self, node: Node) -> OrganisationFacts | None:
        """Its name: what another feed says of its address stands."""
        facts = super()._organisation(node)
        return facts and replace(facts, is_described=False)

    def _actions(self, node: Node) -> Iterator[ActionFacts]:
        yield self._action(node)

    def _places(self, action: Node) -> Iterator[PlaceFacts]:
        place = AddressReader(action, self.gazetteer).place(name="", street="")
        if place is not None:
            yield place
