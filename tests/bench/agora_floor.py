"""The least that an exchange can be: message parsed, one row inserted, synchronous commit, a constant answer."""

import hashlib
import os
from collections.abc import Callable, Iterable
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cpa_portal.settings")
django.setup(set_prefix=False)

from django.db import connection, transaction  # noqa: E402 - needs the settings
from lxml import etree  # noqa: E402

TABLE = "bench_agora_floor"
# Of the peer: vectors that served.
VECTORS = "bench_agora_peer_vector"
ANSWER = b"<ok/>"


def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
    body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
    etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {TABLE} (digest, content) VALUES (%s, %s)",  # noqa: S608 - a constant
            [hashlib.sha256(body).hexdigest(), body],
        )
    start_response("200 OK", [("Content-Type", "text/xml"), ("Content-Length", str(len(ANSWER)))])
    return [ANSWER]
