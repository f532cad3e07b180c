"""The partners of the demonstration: who they are, what they were granted. Every organisation is fictitious.

`recette` is the name of the demonstration's environment: nothing of it is accepted in another one.
"""

from dataclasses import dataclass, field

from agora_sync.contract import Operation
from agora_sync.enums import PartnerKind
from agora_sync.vector.build import DEFAULT_AUTHN_CONTEXT

ENVIRONMENT = "recette"
RECIPIENT = "urn:interops:sp:16090000700016:agora"
AUDIENCE = "urn:cpa:agora:recette:v1"
EVERY_OPERATION = tuple(Operation)
READING = (
    Operation.READ_RIGHTS,
    Operation.LIST_FILES,
    Operation.FIND_FILE,
    Operation.CHECK_IDENTITY,
    Operation.READ_BALANCES,
    Operation.CHECK_ELIGIBILITY,
)
WRITING = tuple(operation for operation in Operation if operation not in READING)


@dataclass(frozen=True)
class DemoPartner:
    """One partner with one application. `pagms` gives, for each profile, the operations that it opens."""

    code: str
    name: str
    siret: str
    issuer_name: str
    application: str
    name_id: str
    pagms: dict[str, tuple[Operation, ...]] = field(default_factory=dict)
    required_authn_context: str = ""
    kind: PartnerKind = PartnerKind.OTHER

    @property
    def issuer(self) -> str:
        return f"urn:interops:{self.siret}:idp:{self.issuer_name}:1"

    @property
    def authn_context(self) -> str:
        return self.required_authn_context or DEFAULT_AUTHN_CONTEXT


PORTAL = DemoPartner(
    code="portal",
    name="Portail du compte personnel d’activité",
    siret="16090005600013",
    issuer_name="portail-cpa",
    application="portail-cpa",
    name_id="portail-cpa",
    pagms={"AGORA_PORTAIL": EVERY_OPERATION},
    kind=PartnerKind.PORTAL,
)
# Named after the files of the development authority, which checks and partners' engineers rely on.
PARTNERS = (
    DemoPartner(
        code="partner",
        name="Région de démonstration",
        siret="16090001500019",
        issuer_name="region-demo",
        application="eos-demo",
        name_id="agent-formation@region-demo",
        pagms={
            "AGORA_GESTION": WRITING,
            "AGORA_LECTURE": READING,
        },
        required_authn_context=DEFAULT_AUTHN_CONTEXT,
        kind=PartnerKind.REGION,
    ),
    DemoPartner(
        code="other-partner",
        name="Opérateur de compétences de démonstration",
        siret="16090002300013",
        issuer_name="opco-demo",
        application="gestion-opco",
        name_id="gestionnaire@opco-demo",
        pagms={"AGORA_FINANCEUR": EVERY_OPERATION},
        kind=PartnerKind.OPCO,
    ),
    DemoPartner(
        code="revoked-partner",
        name="Partenaire au certificat révoqué",
        siret="16090003100016",
        issuer_name="revoque-demo",
        application="application-revoquee",
        name_id="agent@revoque-demo",
        pagms={"AGORA_REVOQUE": EVERY_OPERATION},
    ),
    DemoPartner(
        code="expired-partner",
        name="Partenaire au certificat expiré",
        siret="16090004900018",
        issuer_name="expire-demo",
        application="application-expiree",
        name_id="agent@expire-demo",
        pagms={"AGORA_EXPIRE": EVERY_OPERATION},
    ),
)
ANNOUNCED = ("partner", "other-partner")


def announced_partners(*, recipient: str, audience: str, endpoint: str) -> dict[str, dict[str, object]]:
    """What partner.json says: all that a caller puts in its vector, and where it calls."""
    return {
        partner.code: {
            "issuer": partner.issuer,
            "recipient": recipient,
            "audience": audience,
            "application": partner.application,
            "pagm": list(partner.pagms),
            "nameid": partner.name_id,
            "authn_context": partner.authn_context,
            "endpoint": endpoint,
            "operations": [str(operation.value) for operation in EVERY_OPERATION],
        }
        for partner in PARTNERS
        if partner.code in ANNOUNCED
    }
