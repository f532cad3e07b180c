"""A request written then read is the same request, whatever it holds."""

import datetime as dt
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agora_sync import contract
from agora_sync.contract import Operation
from agora_sync.mapping.codes import funder_from_wire
from agora_sync.mapping.requests import (
    CreateFileRequest,
    DeclareEntryRequest,
    ListFilesRequest,
    PersonIdentity,
    Request,
    cents,
    element_of,
    euros,
    read_request,
    request_values,
)
from rights.enums import Funder
from rights.facts import FundingFact, TrainingFileFacts
from tests.support.agora import operation_of

WORDS = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FF, exclude_characters="\x7f\x85\xa0\xad"), min_size=1
)
LINES = WORDS.map(lambda text: text[:100])
AMOUNTS = st.integers(0, 9_999_999_99)
DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 1, 1))
# "Other" is also how the account itself goes, for want of a code of its own.
FUNDERS = st.sampled_from([funder for funder in Funder if funder_from_wire(funder.lheo_code) == funder])
PEOPLE = st.builds(PersonIdentity, nir=st.just("185017505600149"), birth_name=LINES, first_names=LINES)
FACTS = st.builds(
    TrainingFileFacts,
    title=LINES,
    organisation_siret=st.just("16000000900018"),
    organisation_name=LINES,
    nda=st.sampled_from(["", "94202012345"]),
    certification_code=st.sampled_from(["", "RNCP12345"]),
    session_starts_on=DAYS,
    session_ends_on=DAYS,
    hours_minutes=st.integers(0, 2**31 - 1),
    price_cents=AMOUNTS,
    place=st.one_of(st.just(""), LINES),
    fundings=st.lists(st.builds(FundingFact, FUNDERS, AMOUNTS), max_size=5).map(tuple),
)
REQUESTS: st.SearchStrategy[Request] = st.one_of(
    st.builds(CreateFileRequest, st.uuids(), PEOPLE, FACTS),
    st.builds(DeclareEntryRequest, st.uuids(), st.just("AG0123456789AB"), DAYS),
    st.builds(ListFilesRequest, st.uuids(), PEOPLE),
)


# No deadline: the first request compiles the schema.
@settings(deadline=None)
@given(REQUESTS)
def test_request_written_then_read_is_the_same_and_respects_the_contract(request: Request) -> None:
    operation = operation_of(request)

    element = element_of(str(operation.value), request_values(request))

    contract.schema().assertValid(element)
    assert read_request(operation, element) == request


@given(AMOUNTS)
def test_amount_survives_the_way_in_euros(amount: int) -> None:
    assert cents(euros(amount)) == amount


@pytest.mark.parametrize(
    ("written", "expected"), [("0", 0), ("12.5", 1250), ("12.50", 1250), ("1500", 150000)]
)
def test_amount_in_euros_is_read_in_cents(written: str, expected: int) -> None:
    assert cents(Decimal(written)) == expected


def test_identity_of_a_person_does_not_show() -> None:
    shown = repr(ListFilesRequest(UUID(int=0), PersonIdentity("185017505600149", "Martin")))

    assert "185017505600149" not in shown


def test_unknown_payer_is_another_payer() -> None:
    assert funder_from_wire("18") == Funder.OTHER


def test_codes_in_small_letters_are_read_in_capitals() -> None:
    facts = TrainingFileFacts(
        title="x",
        organisation_siret="1",
        session_starts_on=dt.date(2026, 1, 1),
        session_ends_on=dt.date(2026, 1, 2),
        price_cents=0,
        certification_code="rncp12",
        nda="942a2012345",
    )
    request = CreateFileRequest(UUID(int=0), PersonIdentity("x", "y"), facts)

    read = read_request(Operation.CREATE_FILE, element_of("CreerDossier", request_values(request)))

    assert isinstance(read, CreateFileRequest)
    assert (read.facts.certification_code, read.facts.nda) == ("RNCP12", "942A2012345")
