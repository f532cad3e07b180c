import pytest
from django.contrib.auth.models import AnonymousUser
from django.http import HttpResponse

from accounts.middleware import HolderMiddleware
from tests.support.factories.accounts import HolderFactory, UserFactory

pytestmark = pytest.mark.django_db


def holder_seen_by_a_view(rf, settings, user, *, with_session=True):
    request = rf.get("/")
    request.user = user
    if with_session:
        request.COOKIES[settings.SESSION_COOKIE_NAME] = "key"
    middleware = HolderMiddleware(lambda _: HttpResponse())
    middleware(request)
    middleware.process_view(request, None, (), {})
    return request.holder


def test_holder_of_the_request_is_the_one_linked_to_the_user(rf, settings):
    holder = HolderFactory()
    HolderFactory()

    assert holder_seen_by_a_view(rf, settings, holder.user) == holder


def test_holder_of_the_request_without_account_is_none(rf, settings):
    assert holder_seen_by_a_view(rf, settings, UserFactory()) is None
    assert holder_seen_by_a_view(rf, settings, AnonymousUser()) is None


def test_holder_of_the_request_without_session_costs_no_query(rf, settings, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert holder_seen_by_a_view(rf, settings, AnonymousUser(), with_session=False) is None


def test_page_of_a_visitor_does_not_vary_with_the_holder(client):
    response = client.get("/healthz")

    assert "Cookie" not in response.get("Vary", "")
