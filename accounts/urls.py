"""Sign-in under French paths, with the names by which allauth finds its own pages; then the room's pages."""

from allauth.account import views as account_views
from allauth.mfa.base import views as mfa_views
from allauth.mfa.recovery_codes import views as recovery_views
from allauth.mfa.totp import views as totp_views
from allauth.mfa.webauthn import views as webauthn_views
from allauth.socialaccount import views as social_views
from allauth.usersessions import views as session_views
from django.urls import include, path, re_path

from accounts.views import (
    activation,
    alarms,
    contact_points,
    data_requests,
    deaths,
    delegations,
    franceconnect,
    habilitations,
    paper_forms,
    personal_data,
    private_files,
    saml,
    security,
    situations,
    step_up,
)

# The names are allauth's: it reverses them. Its own `include` would give English paths and pages we do not
# offer.
sign_in = [
    path("connexion/", account_views.login, name="account_login"),
    path("deconnexion/", account_views.logout, name="account_logout"),
    path("inscription/", account_views.signup, name="account_signup"),
    path("compte-inactif/", account_views.account_inactive, name="account_inactive"),
    path("mon-compte/identite/", account_views.reauthenticate, name="account_reauthenticate"),
    path("mon-compte/adresse/", account_views.email, name="account_email"),
    path(
        "adresse/verification/",
        account_views.email_verification_sent,
        name="account_email_verification_sent",
    ),
    re_path(
        r"^adresse/verification/(?P<key>[-:\w]+)/$", account_views.confirm_email, name="account_confirm_email"
    ),
    path("mon-compte/mot-de-passe/", account_views.password_change, name="account_change_password"),
    path("mon-compte/mot-de-passe/choisir/", account_views.password_set, name="account_set_password"),
    path("inscription/franceconnect/", social_views.signup, name="socialaccount_signup"),
    path("mot-de-passe/oubli/", account_views.password_reset, name="account_reset_password"),
    path("mot-de-passe/oubli/envoye/", account_views.password_reset_done, name="account_reset_password_done"),
    re_path(
        r"^mot-de-passe/nouveau/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        account_views.password_reset_from_key,
        name="account_reset_password_from_key",
    ),
    path(
        "mot-de-passe/change/",
        account_views.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
]

second_factor = [
    path("", mfa_views.index, name="mfa_index"),
    path("code/", mfa_views.authenticate, name="mfa_authenticate"),
    path("confirmer/", mfa_views.reauthenticate, name="mfa_reauthenticate"),
    path("application/activer/", totp_views.activate_totp, name="mfa_activate_totp"),
    path("application/desactiver/", totp_views.deactivate_totp, name="mfa_deactivate_totp"),
    path("cles/", webauthn_views.list_webauthn, name="mfa_list_webauthn"),
    path("cles/ajouter/", webauthn_views.add_webauthn, name="mfa_add_webauthn"),
    path("cles/<int:pk>/retirer/", webauthn_views.remove_webauthn, name="mfa_remove_webauthn"),
    path("confirmer/cle/", webauthn_views.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
    path("codes-de-secours/", recovery_views.view_recovery_codes, name="mfa_view_recovery_codes"),
    path(
        "codes-de-secours/nouveaux/",
        recovery_views.generate_recovery_codes,
        name="mfa_generate_recovery_codes",
    ),
    path(
        "codes-de-secours/telecharger/",
        recovery_views.download_recovery_codes,
        name="mfa_download_recovery_codes",
    ),
]

pages = [
    path("connexion/organisme/", saml.organisation_list, name="saml_organisations"),
    path("saml/<slug:slug>/connexion/", saml.sign_in, name="saml_sign_in"),
    path("saml/<slug:slug>/reponse/", saml.answer, name="saml_answer"),
    path("saml/<slug:slug>/retour/", saml.finish, name="saml_finish"),
    path("saml/<slug:slug>/metadonnees/", saml.metadata, name="saml_metadata"),
    path("habilitations/", habilitations.scope_list, name="habilitation_list"),
    path("habilitations/inviter/", habilitations.invite, name="habilitation_invite"),
    path("habilitations/confirmer/", habilitations.confirm, name="habilitation_confirm"),
    path("habilitations/<int:pk>/retirer/", habilitations.remove, name="habilitation_remove"),
    path("habilitations/invitations/<uuid:pk>/annuler/", habilitations.cancel, name="invitation_cancel"),
    path("invitation/<str:token>/", habilitations.accept, name="invitation_accept"),
    path("rssi/alarmes/", alarms.alarm_list, name="alarm_list"),
    path("rssi/alarmes/<int:pk>/", alarms.alarm_handle, name="alarm_handle"),
    path("activation/", activation.activation_start, name="activation_start"),
    path("activation/numero/", activation.activation_number, name="activation_number"),
    path("activation/nom/", activation.activation_name, name="activation_name"),
    path("activation/naissance/", activation.activation_birth, name="activation_birth"),
    path("activation/verification/", activation.activation_check, name="activation_check"),
    path("activation/non-reconnu/", activation.activation_refused, name="activation_refused"),
    path("activation/courrier/", activation.activation_letter_sent, name="activation_letter_sent"),
    path("activation/code/", activation.activation_code, name="activation_code"),
    path("bienvenue/diplome/", situations.diploma_question, name="diploma_question"),
    path("ma-situation/", situations.situation_list, name="situation_list"),
    path("ma-situation/<slug:slug>/", situations.situation_change, name="situation_change"),
    path("mes-donnees/", personal_data.personal_data, name="personal_data"),
    path("mes-donnees/copie/", personal_data.copy_download, name="personal_data_copy"),
    path("mes-donnees/copie.pdf", personal_data.document_download, name="personal_data_document"),
    path("connexion/franceconnect/", franceconnect.start, name="franceconnect_start"),
    path("connexion/franceconnect/retour/", franceconnect.callback, name="franceconnect_callback"),
    path("deconnexion/franceconnect/", franceconnect.logged_out, name="franceconnect_logged_out"),
    path("mon-compte/franceconnect/", franceconnect.link, name="franceconnect_link"),
    path("mon-compte/franceconnect/dissocier/", franceconnect.unlink, name="franceconnect_unlink"),
    path("mon-compte/prouver-mon-identite/", step_up.step_up, name="step_up"),
    path("mon-compte/prouver-mon-identite/courrier/", security.letter_request, name="proof_letter"),
    path("mon-compte/prouver-mon-identite/code/", security.posted_code, name="posted_code"),
    path("mon-compte/securite/", security.security, name="security"),
    path("mon-compte/securite/bloquer/", security.block, name="block"),
    path("mon-compte/securite/debloquer/", security.reopen, name="reopen"),
    path("adresse/changement/", security.contact_change, name="contact_change"),
    path("mon-compte/connexions/fermer/", security.session_end, name="session_end"),
    path("agents/controle-identite/", security.counter_check, name="counter_check"),
    path("agents/blocages/", security.freeze_list, name="freeze_list"),
    path("agents/blocages/lever/", security.freeze_reopen, name="freeze_reopen"),
    path("mes-donnees/demandes/", data_requests.data_request_list, name="data_request_list"),
    path(
        "mes-donnees/demandes/<uuid:pk>/fin-de-limitation/",
        data_requests.restriction_end,
        name="restriction_end",
    ),
    path("agents/limitations/", data_requests.restriction_list, name="restriction_list"),
    path("mes-donnees/consentements/", data_requests.consent_list, name="consent_list"),
    path("mes-donnees/apres-mon-deces/", data_requests.after_death, name="after_death"),
    path("mes-donnees/mandats/", delegations.delegation_list, name="delegation_list"),
    path("mes-donnees/mandats/<uuid:pk>/retirer/", delegations.delegation_revoke, name="delegation_revoke"),
    path("accompagnement/", delegations.helped_list, name="helped_list"),
    path("accompagnement/<uuid:pk>/", delegations.helped_person, name="helped_person"),
    path("accompagnement/<uuid:pk>/demande/", delegations.helped_data_request, name="helped_data_request"),
    path(
        "accompagnement/<uuid:pk>/situation/<slug:slug>/",
        delegations.helped_situation,
        name="helped_situation",
    ),
    path("agents/deces/", deaths.death_record, name="death_record"),
    path("formulaires-papier/", paper_forms.paper_form_list, name="paper_form_list"),
    path("formulaires-papier/<slug:slug>.pdf", paper_forms.paper_form_document, name="paper_form_document"),
    path("mes-donnees/coordonnees/", contact_points.contact_list, name="contact_list"),
    path("mes-donnees/coordonnees/<uuid:pk>/renvoyer/", contact_points.contact_resend, name="contact_resend"),
    path("mes-donnees/coordonnees/<uuid:pk>/abandonner/", contact_points.contact_drop, name="contact_drop"),
    path("mes-donnees/coordonnees/<slug:slug>/", contact_points.contact_edit, name="contact_edit"),
    path("mes-donnees/appels/", data_requests.calls_setting, name="calls_setting"),
    path("mes-documents/<uuid:pk>/", private_files.file_download, name="private_file"),
]

urlpatterns = [
    *sign_in,
    path("mon-compte/double-authentification/", include(second_factor)),
    path("mon-compte/connexions/", session_views.list_usersessions, name="usersessions_list"),
    path("", include((pages, "accounts"))),
]
