import datetime as dt

from agora_sync.pki.trust import TrustStore
from agora_sync.vector.build import VectorIdentity, build_vector
from agora_sync.vector.claims import MAX_LIFETIME, read_claims, require_valid_now
from agora_sync.vector.signature import verify_signature
from agora_sync.vector.token import Token
from agora_sync.xml import namespaces as ns
from tests.support.agora import Signer


def test_vector_says_what_was_asked_and_is_accepted_as_made(
    identity: VectorIdentity, signer: Signer, trust: TrustStore, now: dt.datetime
) -> None:
    vector = build_vector(identity, key=signer.key, certificates=signer.certificates, now=now)

    token = Token(vector.security_header[0], vector.assertion_id, vector.assertion_id)
    verified = verify_signature(token, trust=trust, is_registered=lambda _: True, at=now)
    claims = read_claims(verified.assertion)
    require_valid_now(claims, recipient=identity.recipient, at=now)
    assert (claims.issuer, claims.name_id) == (identity.issuer, identity.name_id)
    assert claims.pagm_codes == identity.pagm_codes
    assert claims.audience_restrictions == ((identity.audience,),)
    assert claims.ends_at is not None
    assert claims.starts_at is not None
    assert claims.ends_at - claims.starts_at <= MAX_LIFETIME


def test_two_vectors_have_two_identifiers(identity: VectorIdentity, signer: Signer, now: dt.datetime) -> None:
    made = [
        build_vector(identity, key=signer.key, certificates=signer.certificates, now=now) for _ in range(2)
    ]

    assert made[0].assertion_id != made[1].assertion_id


def test_header_names_the_assertion_that_it_holds(
    identity: VectorIdentity, signer: Signer, now: dt.datetime
) -> None:
    vector = build_vector(identity, key=signer.key, certificates=signer.certificates, now=now)

    named = vector.security_header.findtext(f"{ns.wsse('SecurityTokenReference')}/{ns.wsse('KeyIdentifier')}")
    assert named == vector.assertion_id
    assert vector.security_header[0].get("ID") == vector.assertion_id


def test_special_characters_in_a_name_are_escaped(
    identity: VectorIdentity, signer: Signer, trust: TrustStore, now: dt.datetime
) -> None:
    odd = VectorIdentity(identity.issuer, "a<b>&\"'é", identity.recipient, identity.audience, ("P",))

    vector = build_vector(odd, key=signer.key, certificates=signer.certificates, now=now)

    token = Token(vector.security_header[0], vector.assertion_id, None)
    verified = verify_signature(token, trust=trust, is_registered=lambda _: True, at=now)
    assert read_claims(verified.assertion).name_id == "a<b>&\"'é"
