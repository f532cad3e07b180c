import os
import sys
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from lxml import etree

from agora_sync import demo
from agora_sync.contract import Operation
from agora_sync.mapping.requests import element_of, request_values
from agora_sync.pki.development import load_identity
from agora_sync.services.samples import NoSampleData, sample_request
from agora_sync.vector.build import VectorIdentity, build_vector
from agora_sync.xml import namespaces as ns

PARTNERS = {partner.code: partner for partner in (*demo.PARTNERS, demo.PORTAL)}


class Command(BaseCommand):
    help = "Print the body of a request that the demonstration's AGORA accepts."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("operation", choices=Operation.values, metavar="OPERATION")
        parser.add_argument("--partner", default="partner", choices=sorted(PARTNERS), help="who calls")
        parser.add_argument(
            "--full-envelope",
            action="store_true",
            help="the whole envelope, with a vector valid five minutes",
        )
        parser.add_argument("--pki", type=Path, help="folder of issue_dev_pki (default: that of the data)")

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO:
            raise CommandError("samples are made of demonstration data only (DEMO=true)")
        if settings.AGORA_ROLE != "provider":
            run_on_agora_side()
        operation = Operation(options["operation"])
        try:
            request = sample_request(
                operation=operation, partner_code=options["partner"], today=timezone.localdate()
            )
        except NoSampleData as problem:
            raise CommandError(str(problem)) from None
        element = element_of(operation.value, request_values(request))
        if options["full_envelope"]:
            pki = options["pki"] or settings.DATA_DIR / "pki"
            element = full_envelope(element, PARTNERS[options["partner"]], pki)
        # No XML declaration: the text goes as it is into another document.
        self.stdout.write(etree.tostring(element, encoding="unicode"))


def full_envelope(body: etree._Element, partner: demo.DemoPartner, pki: Path) -> etree._Element:
    """The message that the partner would send. Raises CommandError when its certificates are not there."""
    try:
        signer, chain = load_identity(pki, f"{partner.code}-vi")
    except FileNotFoundError as missing:
        raise CommandError(f"{missing.filename} is missing: run issue_dev_pki") from None
    identity = VectorIdentity(
        issuer=partner.issuer,
        name_id=partner.name_id,
        recipient=settings.AGORA_RECIPIENT or demo.RECIPIENT,
        audience=settings.AGORA_AUDIENCE or demo.AUDIENCE,
        pagm_codes=tuple(partner.pagms),
        authn_context=partner.authn_context,
    )
    vector = build_vector(
        identity, key=signer.key, certificates=[signer.certificate, *chain], now=timezone.now()
    )
    envelope = etree.Element(ns.soap("Envelope"), nsmap={"soap": ns.SOAP})
    etree.SubElement(envelope, ns.soap("Header")).append(vector.security_header)
    etree.SubElement(envelope, ns.soap("Body")).append(body)
    return envelope


def run_on_agora_side() -> None:
    """Start again as the AGORA side: a sample must name people and files that are in its database."""
    url = os.environ.get("AGORA_DATABASE_URL")
    if not url:
        raise CommandError("AGORA_DATABASE_URL is needed: samples are about AGORA's own database")
    environment = {**os.environ, "AGORA_ROLE": "provider", "DATABASE_URL": url}
    sys.stdout.flush()
    os.execve(sys.executable, [sys.executable, *sys.argv], environment)  # noqa: S606 - this very command
