import pytest
from django.core.management import call_command

from catalog.models import JobTitle, SearchEntry, SearchWord, Training
from catalog.selectors.trainings import Wish, search_trainings
from tests.support.factories.catalog import TODAY, CertificationFactory, OccupationFactory, offered


@pytest.mark.usefixtures("corsica")
def test_refresh_search_writes_again_what_an_older_version_left(capsys):
    training = offered("Soudeur", certification=CertificationFactory(occupations=[OccupationFactory()]))
    Training.objects.update(search_lemmas="", search_families="")
    SearchEntry.objects.all().delete()

    call_command("refresh_search")

    assert [r.training for r in search_trainings(Wish(day=TODAY, words="soudeuse")).items] == [training]
    assert SearchWord.objects.filter(form="soudeur").exists()
    assert JobTitle.objects.exists()
    assert capsys.readouterr().out.startswith("1 formations")
