from typing import Any

import factory


class Trait(factory.Trait):
    """A trait that nobody asked for is False.

    The library looks for it in vain at each field, and each time writes a message that repeats the whole factory.
    """

    def as_declarations(self, field_name: str, declarations: dict[str, Any]) -> dict[str, Any]:
        return {field_name: False, **super().as_declarations(field_name, declarations)}
