"""People of the tests: fictitious, with numbers that pass every check and belong to nobody."""

from datetime import UTC, date, datetime
from typing import Any

import factory
from allauth.account.models import EmailAddress
from factory.django import DjangoModelFactory

from accounts.enums import AssuranceLevel, CheckedFact, ProofKind
from accounts.models import (
    Holder,
    HolderNIR,
    IdentityProof,
    SAMLConnection,
    Sex,
    Situation,
    SituationKind,
    SituationSource,
    StaffRole,
    StaffScope,
    User,
)
from cpa_portal.kernel.encryption import keyed_hash
from cpa_portal.kernel.identifiers import build_nir, fictitious_nir, normalise_nir
from tests.support.factories.traits import Trait

PASSWORD = "une-phrase-de-passe-de-test"
CORSICA = "94"


class UserFactory(DjangoModelFactory):
    """A web user whose address is verified and whose password is PASSWORD.

    Traits for staff (regional_agent=True, cep_adviser=True …) give the role and a scope: `scope_code` changes it.
    """

    class Meta:
        model = User

    class Params:
        scope_code = None
        regional_agent = Trait(is_staff=True, staff_role=StaffRole.REGIONAL_AGENT)
        cep_adviser = Trait(is_staff=True, staff_role=StaffRole.CEP_ADVISER)
        cep_manager = Trait(is_staff=True, staff_role=StaffRole.CEP_MANAGER)
        training_organisation = Trait(is_staff=True, staff_role=StaffRole.TRAINING_ORGANISATION)
        france_competences = Trait(is_staff=True, staff_role=StaffRole.FRANCE_COMPETENCES)
        cdc = Trait(is_staff=True, staff_role=StaffRole.CDC)
        rssi = Trait(is_staff=True, staff_role=StaffRole.RSSI)
        data_protection = Trait(is_staff=True, staff_role=StaffRole.DATA_PROTECTION)
        administrator = Trait(is_staff=True, staff_role=StaffRole.ADMINISTRATOR)
        employer = Trait(is_staff=True, staff_role=StaffRole.EMPLOYER)
        funder = Trait(is_staff=True, staff_role=StaffRole.FUNDER)

    email = factory.Sequence(lambda n: f"personne{n}@exemple.test")
    password = PASSWORD
    first_name = "Camille"
    last_name = factory.Sequence(lambda n: f"Personne{n}")
    staff_role = None
    staff_scope_code = factory.SelfAttribute("scope_code")
    email_verified = True

    @classmethod
    def _create(cls, model_class: type[User], *args: Any, **fields: Any) -> User:
        staff_role = fields.pop("staff_role")
        scope_code = fields.pop("staff_scope_code")
        email_verified = fields.pop("email_verified")
        user = User.objects.create_user(**fields)
        EmailAddress.objects.create(user=user, email=user.email, verified=email_verified, primary=True)
        if staff_role is not None:
            scope = {"scope_code": scope_code} if scope_code is not None else {}
            StaffScopeFactory(user=user, role=staff_role, **scope)
        return user


class StaffScopeFactory(DjangoModelFactory):
    class Meta:
        model = StaffScope

    class Params:
        regional_agent = Trait(role=StaffRole.REGIONAL_AGENT)
        cep_adviser = Trait(role=StaffRole.CEP_ADVISER)
        cep_manager = Trait(role=StaffRole.CEP_MANAGER)
        training_organisation = Trait(role=StaffRole.TRAINING_ORGANISATION)
        france_competences = Trait(role=StaffRole.FRANCE_COMPETENCES)
        cdc = Trait(role=StaffRole.CDC)
        rssi = Trait(role=StaffRole.RSSI)
        data_protection = Trait(role=StaffRole.DATA_PROTECTION)
        administrator = Trait(role=StaffRole.ADMINISTRATOR)
        employer = Trait(role=StaffRole.EMPLOYER)
        funder = Trait(role=StaffRole.FUNDER)

    user = factory.SubFactory(UserFactory, is_staff=True)
    role = StaffRole.REGIONAL_AGENT
    starts_on = date(2020, 1, 1)

    @factory.lazy_attribute
    def scope_code(self) -> str:
        return {
            StaffRole.REGIONAL_AGENT: CORSICA,
            StaffRole.CEP_ADVISER: "op-test",
            StaffRole.CEP_MANAGER: "op-test",
            StaffRole.TRAINING_ORGANISATION: "16000000900018",
            StaffRole.EMPLOYER: "16000000900018",
            StaffRole.FUNDER: "16000000900018",
        }.get(self.role, "")


class HolderFactory(DjangoModelFactory):
    """A living person with a NIR in agreement with the civil status, and a web user (user=None: never signed in).

    `nir=None`: no number is known. Their identity was checked by post, so that they may spend with a password;
    `identity_proof=False`: it never was.
    """

    class Meta:
        model = Holder

    class Params:
        rank = factory.Sequence(lambda n: n)

    user = factory.SubFactory(UserFactory)
    birth_name = factory.LazyAttribute(lambda o: f"Martin-{o.rank}")
    first_names = "Camille Andrée"
    sex = factory.LazyAttribute(lambda o: Sex.FEMALE if o.rank % 2 else Sex.MALE)
    birth_date = factory.LazyAttribute(lambda o: date(1960 + o.rank % 45, 1 + o.rank % 12, 15))
    birth_commune_code = "2A004"
    home_commune_code = "2A004"
    work_commune_code = "2B033"
    email = factory.LazyAttribute(lambda o: o.user.email if o.user else "")
    # Not a first visit: the question on the diploma has been shown.
    diploma_asked_at = datetime(2020, 1, 1, tzinfo=UTC)

    identity_proof = True

    @factory.lazy_attribute
    def nir(self) -> str:
        return build_nir(
            sex="2" if self.sex == Sex.FEMALE else "1",
            birth_date=self.birth_date,
            birth_place_code=self.birth_commune_code,
            # 180 births share a month and a year: the order keeps the first 160,000 numbers apart.
            order=1 + self.rank // 180 % 999,
        )

    @classmethod
    def _create(cls, model_class: type[Holder], *args: Any, **fields: Any) -> Holder:
        nir = fields.pop("nir")
        identity_proof = fields.pop("identity_proof")
        holder: Holder = super()._create(model_class, *args, **fields)
        if nir:
            HolderNIRFactory(holder=holder, nir=nir)
        if identity_proof:
            IdentityProofFactory(holder=holder)
        return holder


class IdentityProofFactory(DjangoModelFactory):
    """A code received by post that proves from 2020 to 2099; `counter=True`: a check by an agent."""

    class Meta:
        model = IdentityProof

    class Params:
        counter = Trait(
            kind=ProofKind.COUNTER,
            facts=[CheckedFact.PASSPORT.value, CheckedFact.VITALE_CARD.value],
            reason="Venue au guichet",
            verified_by=factory.SubFactory(UserFactory, cep_adviser=True),
        )

    holder = factory.SubFactory(HolderFactory, identity_proof=False)
    kind = ProofKind.POST
    level = AssuranceLevel.EIDAS2
    verified_at = datetime(2020, 1, 1, tzinfo=UTC)
    valid_until = datetime(2099, 1, 1, tzinfo=UTC)


class HolderNIRFactory(DjangoModelFactory):
    class Meta:
        model = HolderNIR

    holder = factory.SubFactory(HolderFactory, nir=None)
    nir = factory.Sequence(fictitious_nir)
    nir_hash = factory.LazyAttribute(lambda o: keyed_hash(normalise_nir(o.nir)))
    since = date(1990, 1, 1)


class SituationFactory(DjangoModelFactory):
    class Meta:
        model = Situation

    holder = factory.SubFactory(HolderFactory)
    kind = SituationKind.PRIVATE_EMPLOYEE
    starts_on = date(2020, 1, 1)
    source = SituationSource.DECLARED


class SAMLConnectionFactory(DjangoModelFactory):
    """An organisation of Corsica whose agents come through its own sign-in."""

    class Meta:
        model = SAMLConnection

    slug = factory.Sequence(lambda n: f"organisme-{n}")
    name = factory.Sequence(lambda n: f"Organisme {n}")
    is_active = True
    entity_id = factory.Sequence(lambda n: f"https://idp{n}.exemple.test/metadonnees")
    sso_url = "https://idp.exemple.test/connexion"
    certificates = ["-----BEGIN CERTIFICATE-----"]
    email_domains = ["organisme.test"]
    allowed_roles = [StaffRole.REGIONAL_AGENT]
    scope_code = CORSICA
