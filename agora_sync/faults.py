"""Every refusal an exchange may end with: its name on the wire, its HTTP status, its sentence.

The vocabulary is that of INTEROPS peers (`wsse`, `vi`) and ours (`ag`). The sentence is generic on purpose: what was
expected and what came stay in the trace.
"""

from dataclasses import dataclass, field
from enum import Enum

from agora_sync.xml import namespaces as ns

PREFIXES = {"soap": ns.SOAP, "wsse": ns.WSSE, "vi": ns.VI_FAULTS, "ag": ns.AGORA_FAULTS}


class FaultCode(Enum):
    """`prefix:local name`, HTTP status, sentence in French."""

    TRACES_UNAVAILABLE = (
        "ag:TracesIndisponibles",
        500,
        "Le service est fermé : ses traces ne s’écrivent plus.",
    )
    METHOD_FORBIDDEN = ("ag:MethodeInterdite", 405, "Cette adresse n'accepte que la méthode POST.")
    CONTENT_TYPE = ("ag:TypeContenu", 415, "Le message doit être envoyé avec le type text/xml.")
    ENCODING = ("ag:Encodage", 415, "Le message doit être en UTF-8, sans compression.")
    TOO_LARGE = ("ag:TailleMaximale", 413, "Le message dépasse la taille maximale de 1 Mio.")
    SERVICE_INTERRUPTED = ("ag:ServiceInterrompu", 503, "Le service est momentanément interrompu.")
    OVERLOAD = ("ag:Surcharge", 503, "Le service reçoit trop de demandes ; réessayez dans quelques secondes.")
    CHANNEL = ("ag:CanalNonAuthentifie", 500, "Le certificat présenté ne permet pas d'ouvrir ce canal.")
    MALFORMED_XML = ("ag:XMLMalForme", 500, "Le message n'est pas un document XML accepté.")
    DOCTYPE = ("ag:DTDInterdite", 500, "Les déclarations de type de document sont interdites.")
    VERSION_MISMATCH = ("soap:VersionMismatch", 500, "L'enveloppe doit être au format SOAP 1.1.")
    ENVELOPE = ("ag:EnveloppeInvalide", 500, "L'enveloppe SOAP n'a pas la forme attendue.")
    MUST_UNDERSTAND = ("soap:MustUnderstand", 500, "Un en-tête obligatoire n'est pas pris en charge.")
    OPERATION_MISMATCH = (
        "ag:OperationIncoherente",
        500,
        "L’opération est inconnue ou ne répond pas à SOAPAction.",
    )
    TOKEN_MISSING = ("wsse:SecurityTokenUnavailable", 500, "Aucun vecteur d'identification n'a été trouvé.")
    TOKEN_INVALID = (
        "wsse:InvalidSecurityToken",
        500,
        "Le vecteur d'identification n'a pas la forme attendue.",
    )
    FAILED_CHECK = ("wsse:FailedCheck", 500, "La signature du vecteur d'identification n'est pas acceptée.")
    INVALID_VI = ("vi:InvalidVI", 500, "Le vecteur d'identification n'est pas valable pour cet appel.")
    INVALID_ISSUER = ("vi:InvalidIssuer", 500, "L'émetteur du vecteur d'identification n'est pas reconnu.")
    INVALID_SERVICE = ("vi:InvalidService", 500, "Le vecteur d'identification ne vise pas ce service.")
    INVALID_AUTH_LEVEL = ("vi:InvalidAuthLevel", 500, "Le niveau d'authentification n'est pas suffisant.")
    INVALID_PAGM = ("vi:InvalidPagm", 500, "Les profils d'habilitation présentés ne sont pas reconnus.")
    NOT_ENTITLED = (
        "ag:DroitsInsuffisants",
        500,
        "Les profils présentés n'ouvrent pas droit à cette opération.",
    )
    VERSION_NOT_OPEN = (
        "ag:VersionNonOuverte",
        500,
        "Cette version du contrat n'est pas ouverte à ce partenaire, ou ne l'est plus.",
    )
    SCHEMA = ("ag:SchemaInvalide", 500, "Le corps du message ne respecte pas le contrat.")
    REQUEST_CONFLICT = (
        "ag:ConflitRequete",
        500,
        "Cet identifiant de requête a déjà servi pour un autre contenu.",
    )
    INTERNAL = ("ag:ErreurInterne", 500, "Le service n'a pas pu traiter la demande.")
    # Business refusals.
    INVALID_NIR = ("ag:NIRInvalide", 500, "Le NIR n'est pas valide.")
    NIR_NAME_MISMATCH = (
        "ag:CoupleNIRNomIncoherent",
        500,
        "Le NIR et le nom ne désignent pas la même personne.",
    )
    HOLDER_UNKNOWN = ("ag:TitulaireInconnu", 500, "Aucun titulaire ne correspond à cette identification.")
    HOLDER_DECEASED = ("ag:TitulaireDecede", 500, "Le compte de ce titulaire n'est plus ouvert.")
    INVALID_SIRET = ("ag:SIRETInvalide", 500, "Le SIRET de l'organisme n'est pas valide.")
    INVALID_NDA = ("ag:NDAInconnue", 500, "Le numéro de déclaration d'activité n'est pas reconnu.")
    INVALID_CERTIFICATION = (
        "ag:CertificationInvalide",
        500,
        "La certification n'est pas reconnue pour cette session.",
    )
    INVALID_AMOUNT = ("ag:MontantInvalide", 500, "Les montants ne sont pas cohérents.")
    INVALID_DURATION = ("ag:DureeInvalide", 500, "La durée n'est pas valide.")
    INCONSISTENT_DATES = ("ag:DatesIncoherentes", 500, "Les dates ne sont pas cohérentes.")
    FORBIDDEN_TRANSITION = ("ag:TransitionInterdite", 500, "L'état du dossier ne permet pas cette opération.")
    FILE_UNKNOWN = ("ag:DossierInconnu", 500, "Aucun dossier ne correspond à ce numéro.")
    FILE_CONFLICT = (
        "ag:ConflitDossier",
        500,
        "Le dossier a changé entre-temps ; consultez-le avant de recommencer.",
    )

    NIR_NOT_CERTIFIED = (
        "ag:NIRNonCertifie",
        500,
        "Le numéro présenté est provisoire : cette opération demande un NIR.",
    )
    UNKNOWN_CODE = ("ag:CodeInconnu", 500, "Un code n'est pas dans sa nomenclature.")
    INVALID_DIF = ("ag:SoldeDIFInvalide", 500, "Le solde de DIF ne peut pas être enregistré.")
    OUTSIDE_TAKEOVER = ("ag:HorsPeriodeReprise", 500, "Ce dossier n'est pas dans la période de reprise.")

    def __init__(self, name: str, http_status: int, sentence: str) -> None:
        self.prefix, self.local_name = name.split(":")
        self.qualified_name = name
        self.http_status = http_status
        self.sentence = sentence

    @property
    def namespace(self) -> str:
        return PREFIXES[self.prefix]


BY_NAMESPACE_AND_NAME = {(code.namespace, code.local_name): code for code in FaultCode}

# At which step of docs/agora.md a code is given, for those who only know the code.
STEPS = {
    FaultCode.TRACES_UNAVAILABLE: 1,
    FaultCode.METHOD_FORBIDDEN: 2,
    FaultCode.CONTENT_TYPE: 2,
    FaultCode.ENCODING: 2,
    FaultCode.TOO_LARGE: 2,
    FaultCode.SERVICE_INTERRUPTED: 3,
    FaultCode.OVERLOAD: 3,
    FaultCode.CHANNEL: 4,
    FaultCode.MALFORMED_XML: 5,
    FaultCode.DOCTYPE: 5,
    FaultCode.VERSION_MISMATCH: 6,
    FaultCode.ENVELOPE: 6,
    FaultCode.MUST_UNDERSTAND: 6,
    FaultCode.OPERATION_MISMATCH: 6,
    FaultCode.TOKEN_MISSING: 7,
    FaultCode.TOKEN_INVALID: 7,
    FaultCode.FAILED_CHECK: 8,
    FaultCode.INVALID_VI: 9,
    FaultCode.INVALID_ISSUER: 10,
    FaultCode.INVALID_SERVICE: 11,
    FaultCode.INVALID_AUTH_LEVEL: 12,
    FaultCode.INVALID_PAGM: 13,
    FaultCode.NOT_ENTITLED: 14,
    FaultCode.VERSION_NOT_OPEN: 14,
    FaultCode.SCHEMA: 15,
}
BUSINESS_STEP = 16

# Refusals that say "not now": the same request may pass later without anybody changing anything.
TRANSIENT = frozenset(
    {
        FaultCode.TRACES_UNAVAILABLE,
        FaultCode.SERVICE_INTERRUPTED,
        FaultCode.OVERLOAD,
        FaultCode.INTERNAL,
    }
)

# Refusals that decide of the file: the person is told, and what was reserved comes back. A message that breaks the
# contract or reuses an identifier is our own mistake: it is mended and sent again.
DECISIVE = frozenset(code for code in FaultCode if code not in STEPS) - {
    FaultCode.REQUEST_CONFLICT,
    FaultCode.INTERNAL,
}


@dataclass(frozen=True)
class FaultDetail:
    """One `Erreur`: the sentence defaults to that of the code; `path` is inside the body; `cause` is for programs."""

    code: FaultCode
    path: str = ""
    sentence: str = ""
    cause: str = ""


@dataclass
class SOAPRefusal(Exception):
    """The exchange stops here.

    `step` is the one of docs/agora.md, "Verification"; `reason` says what was expected and what came: it goes to the
    trace, encrypted, and never on the wire.
    """

    code: FaultCode
    step: int
    reason: str = ""
    details: list[FaultDetail] = field(default_factory=list)
    retry_after_seconds: int | None = None

    def __str__(self) -> str:
        return f"{self.code.qualified_name} at step {self.step}"

    def described(self) -> list[FaultDetail]:
        return self.details or [FaultDetail(self.code)]
