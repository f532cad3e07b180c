"""Django settings, from the environment alone (12-factor). Defaults are closed: what opens is asked for by name."""

import os
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import dj_database_url
from csp.constants import NONE, SELF

from cpa_portal.kernel.logs import logging_configuration
from cpa_portal.kernel.masking import mask_structure
from cpa_portal.settings.environment import origin_of, read_environment

BASE_DIR = Path(__file__).resolve().parent.parent.parent
ENVIRONMENT = read_environment(build=os.environ.get("CPA_BUILD") == "1")

DEBUG = False
DEMO = ENVIRONMENT.demo
SECRET_KEY = ENVIRONMENT.secret_key
SECRET_KEY_FALLBACKS = ENVIRONMENT.secret_key_fallbacks
SITE_URL = ENVIRONMENT.site_url.rstrip("/")
ALLOWED_HOSTS = ENVIRONMENT.allowed_hosts
DATA_DIR = Path(ENVIRONMENT.data_dir).resolve()
THEME = ENVIRONMENT.theme
PUBLISHER = ENVIRONMENT.publisher
SUPPORT_EMAIL = ENVIRONMENT.support_email
SUPPORT_PHONE = ENVIRONMENT.support_phone

INSTALLED_APPS = [
    "accounts.apps.AccountsConfig",
    "catalog.apps.CatalogConfig",
    "rights.apps.RightsConfig",
    "cep.apps.CEPConfig",
    "agora_sync.apps.AgoraSyncConfig",
    "cpa_portal.home.apps.HomeConfig",
    "django.contrib.sitemaps",
    "cpa_portal.kernel.apps.KernelConfig",
    "accounts.apps.CPAAdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.usersessions",
    "widget_tweaks",
    "dsfr",
    "csp",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "django_celery_beat",
    "django_prometheus",
]

MIDDLEWARE = [
    "django_prometheus.middleware.PrometheusBeforeMiddleware",
    "cpa_portal.kernel.logs.RequestLogMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "allauth.usersessions.middleware.UserSessionsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "accounts.staff_door.StaffDoorMiddleware",
    "cpa_portal.kernel.access.AccessMiddleware",
    "accounts.middleware.HolderMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "cpa_portal.home.middleware.DatabaseOutageMiddleware",
    "django_prometheus.middleware.PrometheusAfterMiddleware",
]

ROOT_URLCONF = "cpa_portal.urls"
WSGI_APPLICATION = "cpa_portal.wsgi.application"
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "cpa_portal.kernel.theme.context",
                "cpa_portal.home.navigation.context",
            ],
        },
    }
]


# One alias, two roles: `manage.py migrate` connects as the owner, everything else as the running role.
def _database(url: str, **options: str) -> dict[str, Any]:
    return {
        **dj_database_url.parse(url, conn_max_age=ENVIRONMENT.database_conn_max_age),
        "CONN_HEALTH_CHECKS": True,
        # Left out, psycopg prepares nothing, not even what `kernel.database.prepared` asks it to.
        "OPTIONS": {"prepare_threshold": 5, **options},
    }


DATABASE_AS_RUNNING_ROLE = _database(ENVIRONMENT.database_url)
DATABASES = {"default": DATABASE_AS_RUNNING_ROLE}
if os.environ.get("CPA_DATABASE_ROLE") == "owner" and ENVIRONMENT.database_owner_url:
    # A migration that waits for a lock makes everything behind it wait too: it gives up and is tried again.
    DATABASES = {"default": _database(ENVIRONMENT.database_owner_url, options="-c lock_timeout=10s")}
DATABASE_RUNNING_ROLE = urlsplit(ENVIRONMENT.database_url).username or ""
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

CACHES = {
    "default": {
        "BACKEND": "cpa_portal.kernel.cache.KeptRedisCache",
        "LOCATION": ENVIRONMENT.redis_url,
        "KEY_PREFIX": ENVIRONMENT.agora_role,
    }
}

# Identity ---------------------------------------------------------------------------------------
AUTH_USER_MODEL = "accounts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home:dashboard"
AUTH_PASSWORD_VALIDATORS = [
    # Length, a list of common passwords, nothing that is the person's address; no rule of composition (ANSSI,
    # « Recommandations relatives à l'authentification multifacteur et aux mots de passe »; NIST SP 800-63B §3.1.1.2).
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGOUT_REDIRECT_URL = "/"
ACCOUNT_ADAPTER = "accounts.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
# An address opens an account once its owner has shown that it is theirs; only then do a known and an unknown
# address get the same answers at sign-up.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = True
ACCOUNT_CHANGE_EMAIL = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_DEFAULT_HTTP_PROTOCOL = urlsplit(SITE_URL).scheme
ACCOUNT_FORMS = {
    "login": "accounts.forms.sign_in.SignInForm",
    "signup": "accounts.forms.sign_in.SignUpForm",
    "reset_password": "accounts.forms.sign_in.ResetForm",
}
# Failures are counted per address, tightly; per origin, with room for an agency or a school behind one IP.
ACCOUNT_RATE_LIMITS: dict[str, str] | bool = {
    "login": "600/m/ip",
    "login_failed": "60/m/ip,5/300s/key",
    "signup": "60/m/ip",
    "reset_password": "60/m/ip,5/m/key",
    "confirm_email": "1/60s/key",
}
if not ENVIRONMENT.rate_limits:
    ACCOUNT_RATE_LIMITS = False
# Answers to the questions of the activation, right or wrong, in 24 hours. Per origin, with room for an agency.
# How many codes of statements an origin may try in a minute; 0 for no limit.
STATEMENT_CHECKS = 20 if ENVIRONMENT.rate_limits else 0
# How many pages of its own area a partner may open in a minute; 0 for no limit.
PARTNER_VISITS = 60 if ENVIRONMENT.rate_limits else 0
# Warnings about trainings that one origin may send in 24 hours, with room for an agency; 0 for no limit.
REPORTS_PER_DAY = 20 if ENVIRONMENT.rate_limits else 0
ACTIVATION_LIMITS = {"user": 5, "number": 5, "origin": 100} if ENVIRONMENT.rate_limits else {}
# Behind a proxy the visitor's address is the last one of X-Forwarded-For, which the proxy adds; without a proxy
# that header is the visitor's own words.
ALLAUTH_TRUSTED_PROXY_COUNT = 1 if ENVIRONMENT.trusted_proxies else 0
# FranceConnect. Empty issuer: the button is not there and its pages say so.
FRANCECONNECT_ISSUER = ENVIRONMENT.franceconnect_issuer.rstrip("/")
# On a loopback address it is the demonstration's own provider: its button says so.
FRANCECONNECT_IS_DEVELOPMENT = ENVIRONMENT.franceconnect_is_development
SOCIALACCOUNT_ADAPTER = "accounts.social_adapter.SocialAccountAdapter"
SOCIALACCOUNT_PROVIDERS = {
    "franceconnect": {
        "APPS": [
            {
                "provider_id": "franceconnect",
                "name": "FranceConnect",
                "client_id": ENVIRONMENT.franceconnect_client_id,
                "secret": ENVIRONMENT.franceconnect_client_secret,
                "settings": {},
            }
        ]
        if FRANCECONNECT_ISSUER
        else []
    }
}
# Tokens open FranceConnect's user information: they are not kept.
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_LOGIN_ON_GET = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False
# What spending asks for (docs/security.md): how long a strong sign-in counts, how long a check at a counter or by
# post does, how long nothing is spent after a change of address, and how a posted code is limited.
STEP_UP_FRESH_MINUTES = ENVIRONMENT.step_up_fresh_minutes
IDENTITY_PROOF_VALID_DAYS = ENVIRONMENT.identity_proof_valid_days
CONTACT_CHANGE_COOLING_HOURS = ENVIRONMENT.contact_change_cooling_hours
# How long a postal address must have stood before a code goes there: the time for the letter to the former one.
POSTAL_ADDRESS_STANDS_DAYS = 14
PROOF_CODE_VALID_DAYS = 30
PROOF_CODE_ATTEMPTS = 5
MFA_ADAPTER = "accounts.mfa_adapter.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
# A browser accepts a key on a loopback origin without TLS (http://localhost); the library must be told to.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = ENVIRONMENT.is_plain_http
MFA_TOTP_ISSUER = "Mon compte personnel d'activité"
# Where a person begins: the first role that is theirs. "holder" is no staff role.
LANDING_PAGES = {
    "regional_agent": "/agents/",
    "cep_adviser": "admin:index",
    "cep_manager": "admin:index",
    "france_competences": "admin:index",
    "cdc": "admin:index",
    "rssi": "admin:index",
    "data_protection": "admin:index",
    "administrator": "admin:index",
    "training_organisation": "/organismes-de-formation/",
    "holder": "/tableau-de-bord/",
}
STAFF_MFA_REQUIRED = ENVIRONMENT.staff_mfa_required
SAML_SP_CERTIFICATE = ENVIRONMENT.saml_sp_certificate
SAML_SP_KEY = ENVIRONMENT.saml_sp_key
SAML_SP_NEXT_CERTIFICATE = ENVIRONMENT.saml_sp_next_certificate
FIELD_ENCRYPTION_KEYS = ENVIRONMENT.field_encryption_keys
NIR_HASH_KEYS = ENVIRONMENT.nir_hash_keys

# Closed by default; a loopback origin in plain http is the one place where a cookie may travel without TLS.
_ENCRYPTED = not ENVIRONMENT.is_plain_http
SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_NAME = "__Host-session" if _ENCRYPTED else "session"
SESSION_COOKIE_SECURE = _ENCRYPTED
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_AGE = 8 * 3600
CSRF_COOKIE_NAME = "__Host-csrf" if _ENCRYPTED else "csrf"
CSRF_COOKIE_SECURE = _ENCRYPTED
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "cpa_portal.home.views.errors.csrf_failure"
SECURE_SSL_REDIRECT = _ENCRYPTED
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 63_072_000 if _ENCRYPTED else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = _ENCRYPTED
SECURE_HSTS_PRELOAD = _ENCRYPTED
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
if ENVIRONMENT.trusted_proxies:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        # A form of ours that starts or ends a FranceConnect session is redirected there.
        "form-action": [SELF, *([origin_of(FRANCECONNECT_ISSUER)] if FRANCECONNECT_ISSUER else [])],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
    }
}

# Language, time, files --------------------------------------------------------------------------
LANGUAGE_CODE = "fr"
LANGUAGES = [("fr", "Français")]
TIME_ZONE = "Europe/Paris"
USE_TZ = True
USE_I18N = True
STATIC_URL = "/static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATICFILES_FINDERS = [
    "django.contrib.staticfiles.finders.FileSystemFinder",
    "cpa_portal.kernel.theme.finders.PublishedFilesFinder",
]
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
# The icons are a few hundred bytes each: compressing a thousand of them costs more than it saves.
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = ("svg", "png", "woff", "woff2", "ico", "gz", "br")
MEDIA_ROOT = Path(ENVIRONMENT.media_root).resolve()
# Letters to post, as PDF: the printer's collector takes them away.
LETTERS_DIR = MEDIA_ROOT / "letters"
FILE_UPLOAD_PERMISSIONS = 0o600
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_048_576

# Mail -------------------------------------------------------------------------------------------
_mail = urlsplit(ENVIRONMENT.email_url)
if _mail.scheme == "file":
    EMAIL_BACKEND = "cpa_portal.kernel.mail.EmlFileBackend"
    EMAIL_FILE_PATH = _mail.path
else:
    EMAIL_HOST = _mail.hostname or "localhost"
    EMAIL_PORT = _mail.port or 25
    EMAIL_HOST_USER = unquote(_mail.username or "")
    EMAIL_HOST_PASSWORD = unquote(_mail.password or "")
    EMAIL_USE_SSL = _mail.scheme == "smtps"
    EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = SERVER_EMAIL = ENVIRONMENT.email_from
SMS_DIR = ENVIRONMENT.sms_dir
# Who hands text messages to a provider; without a folder nor a provider, none is written.
TEXT_MESSAGE_SENDER = "accounts.services.text_messages.put_in_folder" if SMS_DIR else ""

# Logs -------------------------------------------------------------------------------------------
LOGGING = logging_configuration(json=ENVIRONMENT.log_format == "json", level=ENVIRONMENT.log_level)
if ENVIRONMENT.sentry_dsn:
    # Only who reports somewhere pays for its import, at every start.
    import sentry_sdk

    # An error report carries the code's path, never a person's data: no variable, no body, no identity.
    sentry_sdk.init(
        ENVIRONMENT.sentry_dsn,
        send_default_pii=False,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        # The message of an exception may quote a value: a report is masked like a log line.
        before_send=lambda event, hint: mask_structure(event, maximum_depth=20),
    )

# Background work --------------------------------------------------------------------------------
CELERY_BROKER_URL = ENVIRONMENT.redis_url
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_TIME_LIMIT = 900
CELERY_BROKER_TRANSPORT_OPTIONS = {
    # Longer than the longest task, else a slow one would be handed out twice.
    "visibility_timeout": 3600,
    "socket_connect_timeout": 5,
    "global_keyprefix": f"{ENVIRONMENT.agora_role}:",
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BEAT_SCHEDULER = "django_celery_beat.schedulers:DatabaseScheduler"
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_ROUTES = {
    "agora_sync.tasks.*": {"queue": "agora"},
    "catalog.tasks.work_on_imports": {"queue": "batch"},
    "catalog.tasks.publish_open_data": {"queue": "batch"},
}
CELERY_TIMEZONE = "UTC"
# The workers log through the configuration above, which masks; Celery's own would not.
CELERY_WORKER_HIJACK_ROOT_LOGGER = False

# Open API ---------------------------------------------------------------------------------------
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "UNAUTHENTICATED_USER": None,
    # Without this, DRF believes any X-Forwarded-For: whoever changes it would never be limited.
    "NUM_PROXIES": 1 if ENVIRONMENT.trusted_proxies else 0,
    "DEFAULT_THROTTLE_RATES": {"calculation": "120/min" if ENVIRONMENT.rate_limits else None},
    "EXCEPTION_HANDLER": "cpa_portal.kernel.api.problem_handler",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "API du compte personnel d'activité",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
}

# AGORA ------------------------------------------------------------------------------------------
AGORA_ROLE = ENVIRONMENT.agora_role
AGORA_ENDPOINT_URL = ENVIRONMENT.agora_endpoint_url
AGORA_CONTRACT_VERSION = ENVIRONMENT.agora_contract_version
AGORA_BIND_BODY = ENVIRONMENT.agora_bind_body
AGORA_ENVIRONMENT = ENVIRONMENT.agora_environment
AGORA_ISSUER = ENVIRONMENT.agora_issuer
AGORA_RECIPIENT = ENVIRONMENT.agora_recipient
AGORA_AUDIENCE = ENVIRONMENT.agora_audience
AGORA_APPLICATION = ENVIRONMENT.agora_application
AGORA_PAGM = ENVIRONMENT.agora_pagm
AGORA_NAME_ID = ENVIRONMENT.agora_name_id
AGORA_TLS_CERTIFICATE = ENVIRONMENT.agora_tls_certificate
AGORA_TLS_KEY = ENVIRONMENT.agora_tls_key
AGORA_VI_CERTIFICATE = ENVIRONMENT.agora_vi_certificate
AGORA_VI_KEY = ENVIRONMENT.agora_vi_key
AGORA_TRUSTED_CA = ENVIRONMENT.agora_trusted_ca
AGORA_CRL = ENVIRONMENT.agora_crl
TRUSTED_PROXIES = ENVIRONMENT.trusted_proxies
AGORA_CLIENT_CERTIFICATE_FROM = ENVIRONMENT.agora_client_certificate_from
AGORA_MAX_CONCURRENT_CALLS = ENVIRONMENT.agora_max_concurrent_calls
AGORA_MAINTENANCE_WINDOWS = ENVIRONMENT.agora_maintenance_windows
# The same correction made for so many files in a year is proposed as a rule.
AGORA_RULE_AFTER_CORRECTIONS = 5
TRACES_RETENTION_DAYS = ENVIRONMENT.traces_retention_days

# What the rooms below ask of the rooms above, by name (see docs/architecture.md) ----------------
NOTIFICATION_RENDERERS: dict[str, str] = {
    "accounts.security_event": "accounts.services.messages.render_security_event",
    "accounts.restriction_end": "accounts.services.messages.render_restriction_end",
    "accounts.contact_change": "accounts.services.messages.render_contact_change",
    "accounts.invited": "accounts.services.staff_messages.render_invitation",
    "accounts.habilitation_closed": "accounts.services.staff_messages.render_closed",
    "accounts.alarm_raised": "accounts.services.staff_messages.render_alarm",
    "agora_sync.certificate_ending": "agora_sync.services.certificate_warnings.render_certificate_ending",
    "sign_in_message": "accounts.adapter.render_sign_in_message",
    "accounts.account_linked": "accounts.services.messages.render_account_linked",
    "rights.file_changed": "rights.services.messages.render_file_changed",
    "rights.points_answered": "rights.services.messages.render_points_answered",
    "catalog.search_alert": "catalog.services.alerts.render_search_alert",
    "agora_sync.staff_notice": "agora_sync.services.messages.render_staff_notice",
    "cep.appointment_confirmed": "cep.services.messages.render_confirmation",
    "cep.appointment_cancelled": "cep.services.messages.render_cancellation",
    "cep.appointment_moved": "cep.services.messages.render_move",
    "cep.appointment_proposed": "cep.services.messages.render_proposal",
    "cep.appointment_not_replaced": "cep.services.messages.render_no_replacement",
    "cep.slot_freed": "cep.services.messages.render_freed_slot",
    "cep.on_site_freed": "cep.services.messages.render_freed_on_site",
    "cep.seat_taken": "cep.services.messages.render_seat",
    "cep.session_called_off": "cep.services.messages.render_session_called_off",
    "cep.requests_waiting": "cep.services.first_exchange.render_requests_waiting",
    "cep.late": "cep.services.delays.render_late",
    "cep.text_late": "cep.services.delays.render_text_late",
    "cep.reminder": "cep.services.reminders.render_reminder",
    "cep.text_reminder": "cep.services.reminders.render_text_reminder",
}
PERSONAL_DATA_EXPORTERS: list[str] = [
    "accounts.personal_data",
    "catalog.personal_data",
    "rights.personal_data",
    "cep.personal_data",
    "agora_sync.personal_data",
]

# Rooms whose `retention` module has sweeps for `apply_retention`.
RETENTION_ROOMS: list[str] = ["accounts", "catalog", "rights", "cep", "agora_sync"]

# Columns that hold values encrypted by hand, as "app.Model.field": `keys_in_use` counts them too.
SEALED_COLUMNS: list[str] = [
    "accounts.Notification.context",
    "mfa.Authenticator.data",
    "agora_sync.ReceivedRequest.answer",
    "agora_sync.Trace.content",
    "agora_sync.Trace.diagnostic",
]

COMMUNE_LOOKUP = "catalog.selectors.places.commune_by_code"
COMMUNE_FINDER = "catalog.selectors.places.communes_meant"
AGORA_CHANGES = "agora_sync.selectors.changes.changes_told"
DIPLOMA_EFFECT = "rights.selectors.diploma_effect.diploma_effect"
RIGHTS_LOOKUP = "rights.selectors.outlook.outlook_of"

# Rules of the views that other packages bring: a view name, or a namespace followed by a colon.
ACCESS_RULES: dict[str, str] = {
    "admin_login": "cpa_portal.kernel.access.anyone",
    "admin:": "accounts.permissions.is_staff_member",
    # Pages on the way in; the code of the second factor is asked before anyone is signed in.
    "account_login": "cpa_portal.kernel.access.anyone",
    "account_signup": "cpa_portal.kernel.access.anyone",
    "account_logout": "cpa_portal.kernel.access.anyone",
    "account_inactive": "cpa_portal.kernel.access.anyone",
    "account_email_verification_sent": "cpa_portal.kernel.access.anyone",
    "account_confirm_email": "cpa_portal.kernel.access.anyone",
    "account_reset_password": "cpa_portal.kernel.access.anyone",
    "account_reset_password_done": "cpa_portal.kernel.access.anyone",
    "account_reset_password_from_key": "cpa_portal.kernel.access.anyone",
    "account_reset_password_from_key_done": "cpa_portal.kernel.access.anyone",
    "mfa_authenticate": "cpa_portal.kernel.access.anyone",
    "account_reauthenticate": "cpa_portal.kernel.access.signed_in",
    "account_email": "cpa_portal.kernel.access.signed_in",
    "account_change_password": "cpa_portal.kernel.access.signed_in",
    "account_set_password": "cpa_portal.kernel.access.signed_in",
    "mfa_index": "cpa_portal.kernel.access.signed_in",
    "mfa_reauthenticate": "cpa_portal.kernel.access.signed_in",
    "mfa_activate_totp": "cpa_portal.kernel.access.signed_in",
    "mfa_deactivate_totp": "cpa_portal.kernel.access.signed_in",
    "mfa_view_recovery_codes": "cpa_portal.kernel.access.signed_in",
    "mfa_generate_recovery_codes": "cpa_portal.kernel.access.signed_in",
    "mfa_download_recovery_codes": "cpa_portal.kernel.access.signed_in",
    "mfa_list_webauthn": "cpa_portal.kernel.access.signed_in",
    "mfa_add_webauthn": "cpa_portal.kernel.access.signed_in",
    "mfa_remove_webauthn": "cpa_portal.kernel.access.signed_in",
    "mfa_reauthenticate_webauthn": "cpa_portal.kernel.access.signed_in",
    "usersessions_list": "cpa_portal.kernel.access.signed_in",
    "socialaccount_signup": "cpa_portal.kernel.access.anyone",
}
