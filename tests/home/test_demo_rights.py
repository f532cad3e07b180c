"""The rights of the demonstration: computed by the rules of the site, as anyone can do again."""

from datetime import date

import pytest

from cpa_portal.home.demo.people import DOMAIN
from cpa_portal.home.demo.rights import open_counters
from rights.enums import Scheme
from rights.models import Counter, Entry
from rights.selectors.ledger_checks import ledger_discrepancies
from tests.support.factories.accounts import HolderFactory

pytestmark = pytest.mark.django_db

TODAY = date(2026, 11, 22)


def test_demo_counters_are_what_the_rules_give_and_explain_themselves():
    logins = [f"{name}@{DOMAIN}" for name in ("titulaire", "agentpublic", "nouveau", "titulaire001")]
    holders = {login: HolderFactory() for login in logins}

    open_counters(holders, seed=1, today=TODAY)

    rich = Counter.objects.filter(holder=holders[f"titulaire@{DOMAIN}"])
    assert {counter.scheme: counter.balance for counter in rich} == {
        Scheme.CPF: 4_940_00,
        Scheme.DIF: 1_080_00,
        Scheme.CEC: 240_00,
        Scheme.C2P: 24,
    }
    assert Counter.objects.get(holder=holders[f"agentpublic@{DOMAIN}"]).balance == 125 * 60
    assert not Entry.objects.filter(derivation={}).exists()
    assert list(ledger_discrepancies()) == []
