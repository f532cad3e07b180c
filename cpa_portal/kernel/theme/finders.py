"""Which files of the installed packages the portal publishes.

django-dsfr brings 1,700 files, of which a page links two: compressing all of them costs more than a minute of
processor at each deployment, and what is published without need is only more to look after.
"""

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path
from typing import Any

import dsfr
from django.conf import settings
from django.contrib.staticfiles.finders import AppDirectoriesFinder
from django.core.files.storage import Storage

# A folder that is not named here is published whole. Every address in the DSFR's sheet must resolve, hence all
# its fonts, although a browser fetches the one format it knows.
PUBLISHED: dict[str, tuple[str, ...]] = {
    "dsfr/": (
        "dsfr/dist/dsfr.main.min.css",
        "dsfr/dist/dsfr.module.min.js",
        "dsfr/dist/favicon/favicon.svg",
        "dsfr/dist/fonts/*",
    ),
    "django-dsfr/": (),
    "rest_framework/": (),
    "account/": (),
    "mfa/": (),
}
ICONS = "dsfr/dist/icons/"
ICON_ADDRESS = re.compile(r"icons/([a-z0-9/-]+\.svg)")


class PublishedFilesFinder(AppDirectoriesFinder):
    """The packages' files, save those that no page links."""

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        for path, storage in super().list(ignore_patterns):
            if is_published(path):
                yield path, storage

    def find(self, path: str, *args: Any, **kwargs: Any) -> Any:
        return super().find(path, *args, **kwargs) if is_published(path) else []


def is_published(path: str) -> bool:
    """Whether a path below STATIC_URL is one that pages may link."""
    if path.startswith(ICONS):
        return path.removeprefix(ICONS) in icons_in_use()
    folder = next((folder for folder in PUBLISHED if path.startswith(folder)), None)
    return folder is None or any(fnmatch(path, pattern) for pattern in PUBLISHED[folder])


@cache
def icons_in_use() -> frozenset[str]:
    """The icons that the DSFR's sheet or ours names, as `system/search-line.svg`."""
    sheets = (
        Path(dsfr.__file__).parent / "static/dsfr/dist/dsfr.main.min.css",
        settings.BASE_DIR / "static/css/icons.css",
    )
    return frozenset(name for sheet in sheets for name in ICON_ADDRESS.findall(sheet.read_text()))
