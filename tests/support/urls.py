"""Every address of the site, read from the URLconf."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from django.urls import URLPattern, URLResolver, get_resolver


@dataclass(frozen=True)
class Address:
    name: str
    route: str
    view: Callable[..., object]
    # Parameter name to converter name, such as {"pk": "uuid"}.
    converters: dict[str, str]


def every_address(
    resolver: URLResolver | None = None, route: str = "", namespaces: tuple[str, ...] = ()
) -> Iterator[Address]:
    for entry in (resolver or get_resolver()).url_patterns:
        path = route + str(entry.pattern)
        if isinstance(entry, URLPattern):
            name = ":".join((*namespaces, entry.name or path))
            yield Address(name, path, entry.callback, converters_of(path))
        else:
            inner = (*namespaces, entry.namespace) if entry.namespace else namespaces
            yield from every_address(entry, path, inner)


PARAMETER = re.compile(r"<(?:(\w+):)?(\w+)>")


def converters_of(route: str) -> dict[str, str]:
    return {name: converter or "str" for converter, name in PARAMETER.findall(route)}
