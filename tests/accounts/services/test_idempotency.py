from uuid import UUID, uuid4

from accounts.services.idempotency import IdempotentFormMixin


def test_idempotent_form_shown_twice_gives_two_keys():
    first, second = (IdempotentFormMixin()["idempotency_key"].value() for _ in range(2))

    assert UUID(str(first)) != UUID(str(second))


def test_idempotent_form_refused_keeps_its_key():
    key = uuid4()

    form = IdempotentFormMixin({"idempotency_key": str(key)})

    assert form.is_valid()
    assert form.cleaned_data["idempotency_key"] == key
    assert str(key) in str(form["idempotency_key"])


def test_idempotent_form_without_key_is_refused():
    assert not IdempotentFormMixin({}).is_valid()
