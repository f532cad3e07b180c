"""What search engines are told of: each training that one may join, each certification, each organisation."""

from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.sitemaps import Sitemap
from django.db.models import Max, QuerySet
from django.urls import reverse
from django.utils import timezone

from catalog.models import Certification, Organisation, Training
from catalog.selectors.published import (
    published_certifications,
    published_organisations,
    published_trainings,
)

# The protocol allows 50,000 addresses a file; engines and we are more at ease with less.
ADDRESSES_PER_FILE = 10_000


class PortalSitemap(Sitemap):
    limit = ADDRESSES_PER_FILE
    protocol = urlsplit(settings.SITE_URL).scheme

    def get_domain(self, site: object = None) -> str:
        # The address that pages give as theirs, whichever name the request came by.
        return urlsplit(settings.SITE_URL).netloc


class PageSitemap(Sitemap):
    protocol = PortalSitemap.protocol
    get_domain = PortalSitemap.get_domain

    def items(self) -> list[str]:
        return ["home:index", "catalog:training_search", "catalog:open_data", "cep:triage", "home:help"]

    def location(self, item: Any) -> str:
        return reverse(item)


class TrainingSitemap(PortalSitemap):
    def items(self) -> QuerySet[Training]:
        return published_trainings(timezone.localdate()).only("pk", "updated_at")

    def location(self, item: Any) -> str:
        return reverse("catalog:training_detail", args=[item.pk])

    def lastmod(self, item: Any) -> datetime:
        updated: datetime = item.updated_at
        return updated

    def get_latest_lastmod(self) -> datetime | None:
        # The usual way reads every training for the index.
        latest: datetime | None = Training.objects.aggregate(latest=Max("updated_at"))["latest"]
        return latest


class CertificationSitemap(PortalSitemap):
    def items(self) -> QuerySet[Certification]:
        return published_certifications().only("code")

    def location(self, item: Any) -> str:
        return reverse("catalog:certification_detail", args=[item.pk])


class OrganisationSitemap(PortalSitemap):
    def items(self) -> QuerySet[Organisation]:
        return published_organisations(timezone.localdate()).only("pk")

    def location(self, item: Any) -> str:
        return reverse("catalog:organisation_detail", args=[item.pk])


SITEMAPS = {
    "pages": PageSitemap,
    "formations": TrainingSitemap,
    "certifications": CertificationSitemap,
    "organismes": OrganisationSitemap,
}
