"""The NIR is in no column, no text, no repr in clear, whoever looks."""

import pytest
from django.core.exceptions import FieldError
from django.db import connection

from accounts.models import HolderNIR
from tests.support.factories.accounts import HolderFactory

NIR = "185017505600149"

pytestmark = pytest.mark.django_db


def test_nir_stored_row_holds_no_clear_digit_run():
    HolderFactory(nir=NIR)

    with connection.cursor() as cursor:
        cursor.execute("SELECT row_to_json(n)::text FROM accounts_holdernir n")
        stored = cursor.fetchone()[0]

    assert NIR not in stored
    assert NIR[:13] not in stored
    assert NIR[1:10] not in stored


def test_nir_whole_database_holds_no_clear_number():
    HolderFactory(nir=NIR)

    with connection.cursor() as cursor:
        for table in connection.introspection.table_names():
            if not table.startswith("accounts_"):
                continue
            count = f"SELECT count(*) FROM {table} t WHERE t::text LIKE %s"  # noqa: S608
            cursor.execute(count, [f"%{NIR[:13]}%"])
            assert cursor.fetchone()[0] == 0, table


@pytest.mark.parametrize("show", [str, repr, lambda row: repr(row.nir), lambda row: repr(vars(row))])
def test_nir_shown_as_text_is_masked(show):
    holder = HolderFactory(nir=NIR)

    for row in (holder.nirs.get(), HolderNIR(holder=holder, nir=NIR)):
        assert NIR not in show(row)
        assert NIR[1:10] not in show(row)


def test_nir_read_back_is_the_number_given():
    holder = HolderFactory(nir=NIR)

    assert holder.nirs.get().nir == NIR
    assert holder.nirs.get().masked == "1 •• •• •• ••• ••• 49"


def test_nir_searched_by_value_is_refused():
    with pytest.raises(FieldError):
        HolderNIR.objects.filter(nir=NIR).exists()
