"""The back office: who enters, what it never shows, and what it writes in the access log."""

import pytest
from django.contrib import admin
from django.urls import reverse

from accounts.admin.base import RolePermissions
from accounts.models import AccessLogEntry, Consent, ConsentAct, Holder, Notification, StaffScope, User
from accounts.services.access_log import record_consultation
from cpa_portal.kernel.database import AppendOnlyModel
from tests.support.factories.accounts import HolderFactory, UserFactory

NIR = "185017505600149"

pytestmark = pytest.mark.django_db


@pytest.fixture
def administrator(client):
    user = UserFactory(administrator=True)
    client.force_login(user)
    return user


@pytest.fixture
def officer(client):
    user = UserFactory(data_protection=True)
    client.force_login(user)
    return user


def change_page(obj):
    return reverse(f"admin:{obj._meta.app_label}_{obj._meta.model_name}_change", args=[obj.pk])


def list_page(model):
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")


def consultations(holder):
    return list(AccessLogEntry.objects.filter(holder=holder).values_list("actor", "what"))


def test_admin_holder_page_is_written_in_the_access_log(client, administrator):
    holder, other = HolderFactory.create_batch(2)

    assert client.get(change_page(holder)).status_code == 200

    assert consultations(holder) == [(administrator.pk, "Identité et situations")]
    assert consultations(other) == []


def test_admin_holder_list_writes_each_person_shown(client, administrator):
    shown = HolderFactory(birth_name="Colonna")
    hidden = HolderFactory(birth_name="Santoni")

    page = client.get(list_page(Holder), {"q": "colonna"}).content.decode()

    assert shown.display_name in page
    assert hidden.display_name not in page
    assert consultations(shown) == [(administrator.pk, "Identité et situations (liste)")]
    assert consultations(hidden) == []


def test_admin_holder_list_without_a_search_shows_nobody(client, administrator):
    holder = HolderFactory(birth_name="Colonna")

    page = client.get(list_page(Holder)).content.decode()

    assert holder.display_name not in page
    assert not AccessLogEntry.objects.exists()


def test_admin_holder_page_never_shows_the_nir(client, administrator):
    holder = HolderFactory(nir=NIR)

    page = client.get(change_page(holder)).content.decode()

    assert "1 •• •• •• ••• ••• 49" in page
    assert NIR not in page
    assert NIR[1:10] not in page
    assert holder.nirs.get().nir_hash not in page


@pytest.mark.parametrize(
    "role",
    [
        "regional_agent",
        "cep_adviser",
        "cep_manager",
        "france_competences",
        "cdc",
        "rssi",
        "training_organisation",
    ],
)
def test_admin_holder_pages_for_other_roles_are_refused(client, role):
    holder = HolderFactory()
    client.force_login(UserFactory(**{role: True}))

    assert client.get(change_page(holder)).status_code == 403
    assert client.get(list_page(Holder), {"q": "m"}).status_code == 403
    assert not AccessLogEntry.objects.exists()


def test_admin_holder_cannot_be_changed_nor_added_nor_deleted(client, administrator):
    holder = HolderFactory(birth_name="Colonna")

    client.post(change_page(holder), {"birth_name": "Autre"})

    assert client.get(reverse("admin:accounts_holder_add")).status_code == 403
    assert (
        client.post(reverse("admin:accounts_holder_delete", args=[holder.pk]), {"post": "yes"}).status_code
        == 403
    )
    holder.refresh_from_db()
    assert holder.birth_name == "Colonna"


def test_admin_access_log_is_read_by_those_who_watch_it(client, officer):
    holder = HolderFactory(birth_name="Colonna")
    record_consultation(actor=officer, holder=holder, purpose="Contrôle", what="Identité")

    page = client.get(list_page(AccessLogEntry)).content.decode()

    assert str(holder.pk) in page
    assert "Colonna" not in page


def test_admin_access_log_for_an_administrator_is_refused(client, administrator):
    assert client.get(list_page(AccessLogEntry)).status_code == 403


def test_admin_consent_page_is_written_in_the_access_log(client, officer):
    consent = Consent.objects.create(
        holder=HolderFactory(), purpose="conseil", text_version="1", act=ConsentAct.GIVEN
    )

    assert client.get(change_page(consent)).status_code == 200

    assert consultations(consent.holder) == [(officer.pk, "Consentements")]


def test_admin_append_only_models_are_read_only_for_every_role(rf):
    request = rf.get("/")
    append_only = [
        model_admin
        for model, model_admin in admin.site._registry.items()
        if issubclass(model, AppendOnlyModel)
    ]
    assert append_only

    for role in ("data_protection", "rssi", "administrator"):
        request.user = UserFactory(**{role: True})
        for model_admin in append_only:
            assert not model_admin.has_add_permission(request)
            assert not model_admin.has_change_permission(request)
            assert not model_admin.has_delete_permission(request)


def test_admin_models_of_the_room_all_declare_roles():
    for model, model_admin in admin.site._registry.items():
        if model._meta.app_label == "accounts":
            assert isinstance(model_admin, RolePermissions), model


def test_admin_of_other_packages_is_not_served(client, administrator):
    assert client.get("/admin/auth/group/").status_code == 404


def test_admin_users_are_staff_only(client, administrator):
    holder = HolderFactory()

    page = client.get(list_page(User)).content.decode()

    assert administrator.email in page
    assert holder.user.email not in page
    assert client.get(change_page(holder.user)).status_code == 302


def staff_form(user, scopes):
    fields = {
        "first_name": user.first_name,
        "last_name": user.last_name,
        "is_active": "on",
        "staff_scopes-TOTAL_FORMS": len(scopes),
        "staff_scopes-INITIAL_FORMS": 0,
    }
    for rank, scope in enumerate(scopes):
        fields |= {f"staff_scopes-{rank}-{name}": value for name, value in scope.items()}
    return fields


def test_admin_gives_a_scope_to_a_colleague(client, administrator):
    colleague = UserFactory(is_staff=True)
    scope = {"role": "regional_agent", "scope_code": "94", "starts_on": "01/01/2026", "user": colleague.pk}

    client.post(change_page(colleague), staff_form(colleague, [scope]))

    assert colleague.staff_scopes.get().scope_code == "94"


def test_admin_scope_without_its_place_is_refused_in_words(client, administrator):
    colleague = UserFactory(is_staff=True)
    scope = {"role": "regional_agent", "scope_code": "", "starts_on": "01/01/2026", "user": colleague.pk}

    response = client.post(change_page(colleague), staff_form(colleague, [scope]))

    assert "Ce rôle demande un périmètre" in response.content.decode()
    assert not colleague.staff_scopes.exists()


def test_admin_gives_no_scope_to_oneself(client, administrator):
    scope = {"role": "rssi", "scope_code": "", "starts_on": "01/01/2026", "user": administrator.pk}

    client.post(change_page(administrator), staff_form(administrator, [scope]))

    assert [scope.role for scope in StaffScope.objects.filter(user=administrator)] == ["administrator"]


def test_admin_own_account_is_not_changed_by_oneself(client, administrator):
    response = client.post(change_page(administrator), staff_form(User(first_name="Autre"), []))

    assert response.status_code == 403
    administrator.refresh_from_db()
    assert administrator.first_name == "Camille"


def test_admin_new_staff_user_has_no_password_and_enters_nowhere(client, administrator):
    fields = staff_form(User(first_name="Nouvelle"), []) | {"email": "Nouvelle@exemple.test"}

    client.post(reverse("admin:accounts_user_add"), fields)

    added = User.objects.get(email="nouvelle@exemple.test")
    assert added.is_staff
    assert not added.has_usable_password()


def test_admin_notifications_mask_the_recipient(client, administrator):
    Notification.objects.create(
        kind="k", recipient="camille@exemple.test", dedup_key="k", context={"code": "secret-42"}
    )

    page = client.get(list_page(Notification)).content.decode()

    assert "c•••@exemple.test" in page
    assert "camille@exemple.test" not in page
    assert "secret-42" not in client.get(change_page(Notification.objects.get())).content.decode()


def test_admin_sign_out_ends_the_session(client, administrator):
    client.post("/admin/logout/")

    assert "_auth_user_id" not in client.session


def test_admin_password_change_is_the_portals_own(client, administrator):
    assert client.get("/admin/password_change/")["Location"] == reverse("account_change_password")


def test_admin_site_itself_opens_to_staff_with_a_scope_alone(rf):
    request = rf.get("/admin/")

    request.user = UserFactory(rssi=True)
    opened = admin.site.has_permission(request)
    request.user = UserFactory(is_staff=True)

    assert opened
    assert not admin.site.has_permission(request)
