"""The page of the files, and what search engines read."""

import re

import pytest
from django.utils import timezone
from lxml import etree

from catalog.services.open_data import publish_open_data
from tests.support.factories.catalog import CertificationFactory, offered

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "media"


def addresses(response):
    return etree.fromstring(response.content).xpath("//*[local-name()='loc']/text()")


def test_page_gives_the_files_with_their_licence(client, corsica):
    offered(day=timezone.localdate())
    published = publish_open_data(today=timezone.localdate())

    page = client.get("/donnees-ouvertes/").content.decode()

    assert "1 formation et 1 session" in page
    assert "Licence Ouverte 2.0" in page
    for form in ("xml", "csv"):
        file = client.get(f"/donnees-ouvertes/offre.{form}.gz")
        assert f'href="/donnees-ouvertes/offre.{form}.gz"' in page
        assert file["Content-Type"] == "application/gzip"
        assert len(file.getvalue()) == published["files"][form]["bytes"]
        assert "Content-Encoding" not in file


def test_page_before_the_first_night_says_so(client):
    assert "Pas encore de fichier" in client.get("/donnees-ouvertes/").content.decode()
    assert client.get("/donnees-ouvertes/offre.xml.gz").status_code == 404


def test_file_of_another_form_is_unknown(client, db):
    publish_open_data(today=timezone.localdate())

    assert client.get("/donnees-ouvertes/offre.json.gz").status_code == 404


def test_page_is_in_the_footer(client):
    assert 'href="/donnees-ouvertes/"' in client.get("/aide/").content.decode()


def test_robots_are_told_where_the_sitemap_is(client, settings):
    text = client.get("/robots.txt").content.decode()

    assert f"Sitemap: {settings.SITE_URL}/sitemap.xml" in text
    assert "Disallow: /agents/" in text


def test_sitemap_names_what_people_may_read(client, corsica, settings):
    certification = CertificationFactory()
    training = offered(certification=certification, day=timezone.localdate())
    over = offered("Formation passée", day=timezone.localdate(), starts_in=-10)

    index = addresses(client.get("/sitemap.xml"))
    found = {url for part in index for url in addresses(client.get(re.sub(r"^https?://[^/]+", "", part)))}

    paths = {url.removeprefix(settings.SITE_URL) for url in found}
    assert {
        f"/formations/{training.pk}/",
        f"/certifications/{certification.pk}/",
        f"/organismes/{training.organisation_id}/",
        "/donnees-ouvertes/",
    } <= paths
    assert not paths & {f"/formations/{over.pk}/", f"/organismes/{over.organisation_id}/"}


def test_sitemap_is_cut_into_files(client, corsica, monkeypatch):
    monkeypatch.setattr("catalog.sitemaps.TrainingSitemap.limit", 1)
    for _ in range(3):
        offered(day=timezone.localdate())

    index = addresses(client.get("/sitemap.xml"))

    parts = [url for url in index if "sitemap-formations" in url]
    assert len(parts) == 3
    assert len(addresses(client.get("/sitemap-formations.xml?p=3"))) == 1


@pytest.mark.parametrize(
    ("asked", "said"), [("", ""), ("?page=2", "?page=2"), ("?page=1&utm=x", ""), ("?page=²", "")]
)
def test_pages_say_their_address(client, corsica, settings, asked, said):
    training = offered(certification=CertificationFactory(), day=timezone.localdate())

    for path in (
        f"/formations/{training.pk}/",
        f"/certifications/{training.certification_id}/",
        f"/organismes/{training.organisation_id}/",
    ):
        page = client.get(path + asked).content.decode()
        assert f'<link rel="canonical" href="{settings.SITE_URL}{path}{said}">' in page
