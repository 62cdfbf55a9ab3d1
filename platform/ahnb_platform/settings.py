"""One settings module; the environment alone says how an installation differs."""

import sys
from pathlib import Path
from typing import Any

from csp.constants import NONE, SELF

from . import env, strictness
from .database.config import data_directory, database_config
from .database.replica.config import replica_config
from .secretkey import secret_key

BASE_DIR = Path(__file__).resolve().parent.parent.parent
DATA_DIR = data_directory()
TESTING = "pytest" in sys.modules

PUBLIC_URL = env.text("AHNB_PUBLIC_URL").rstrip("/")
PRODUCTION = strictness.is_public(PUBLIC_URL)
SECURE = PUBLIC_URL.startswith("https://")
DEBUG = env.flag("AHNB_DEBUG")
if given_key := env.text("AHNB_SECRET_KEY"):
    strictness.refuse_weak_key(given_key)
SECRET_KEY = given_key or secret_key(DATA_DIR)
ALLOWED_HOSTS = env.words("AHNB_ALLOWED_HOSTS", ("127.0.0.1", "localhost", "[::1]"))
if PUBLIC_URL:
    host = strictness.host_of(PUBLIC_URL)
    ALLOWED_HOSTS.append(f"[{host}]" if ":" in host else host)
strictness.refuse_weak(
    debug=DEBUG,
    hosts=ALLOWED_HOSTS,
    public_url=PUBLIC_URL,
    plain_http=env.flag("AHNB_PLAIN_HTTP"),
)

INSTALLED_APPS = [
    "ahnb_platform",
    "ahnb_platform.accounts",
    "ahnb_platform.identity",
    "ahnb_platform.web",
    "ahnb_platform.work",
    "projects",
    "projects.links",
    "runs",
    "runs.notices",
    "ahnb_platform.accounts.site_app.SiteConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "rest_framework",
]

MIDDLEWARE = [
    "ahnb_platform.web.requests.RequestIdMiddleware",
    "ahnb_platform.api.middleware.ApiMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "ahnb_platform.web.compression.CompressionMiddleware",
    "csp.middleware.CSPMiddleware",
    "ahnb_platform.web.headers.HeadersMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "ahnb_platform.identity.middleware.SessionLifeMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "ahnb_platform.identity.middleware.SecondFactorMiddleware",
    "ahnb_platform.web.errors.DomainErrorMiddleware",
    "ahnb_platform.web.timezones.TimeZoneMiddleware",
    # Innermost: only what a page itself asks goes there.
    "ahnb_platform.web.replica.ReplicaMiddleware",
]
# What stands behind ApiMiddleware for the paths of the API, in place of all that follows it above.
API_MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "ahnb_platform.web.headers.ApiHeadersMiddleware",
    "django.middleware.common.CommonMiddleware",
]

ROOT_URLCONF = "ahnb_platform.urls"
WSGI_APPLICATION = "ahnb_platform.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": database_config(), **replica_config()}
REPLICA_LAG_SECONDS = env.integer("AHNB_REPLICA_LAG_SECONDS", 2)

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
            ],
            "builtins": [
                "ahnb_platform.web.templatetags.ahnb",
                "ahnb_platform.web.templatetags.parts",
            ],
        },
    }
]

# People
AUTH_USER_MODEL = "accounts.User"
# Django's own: allauth's would also accept addresses that a person once had.
AUTHENTICATION_BACKENDS = ["django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS: list[dict[str, Any]] = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
    )
]
AUTH_PASSWORD_VALIDATORS[1]["OPTIONS"] = {"min_length": 12}
AUTH_PASSWORD_VALIDATORS += [
    {"NAME": "ahnb_platform.identity.passwords.validators.GuessableValidator"},
    {
        "NAME": "ahnb_platform.identity.passwords.validators.BreachedValidator",
        "OPTIONS": {"path": env.readable_file("AHNB_BREACHED_PASSWORDS")},
    },
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_ADAPTER = "ahnb_platform.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_REDIRECT_URL = LOGOUT_REDIRECT_URL
ACCOUNT_SESSION_REMEMBER = True  # for SESSION_COOKIE_AGE; nobody is asked
# Attempts, time, and whether an address of the network or a person's (key) is counted.
ACCOUNT_RATE_LIMITS = {
    "login": "60/m/ip",
    "login_failed": "100/5m/ip,10/5m/key",
    "reset_password": "20/m/ip,5/5m/key",
    "change_password": "5/m/user",
    "invite": "60/h/user,200/h/key",
    "accept_invitation": "60/m/ip,30/m/key",
}

# Second factors
MFA_ADAPTER = "ahnb_platform.identity.factors.adapter.FactorAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_ALLOW_UNVERIFIED_EMAIL = True  # nobody registers: an owner vouched for the address
# Without local login people come through a provider, or by a one-time link of the operator.
LOCAL_LOGIN = env.flag("AHNB_LOCAL_LOGIN", default=True)
REQUIRE_SECOND_FACTOR = env.flag("AHNB_REQUIRE_MFA")

# The limits above are counted here, in one table for all processes.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "ahnb_cache",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}

# Sessions: twelve hours without use, fourteen days at most (the engine's rule), and cookies that
# hold only where they were set.
SESSION_ENGINE = "ahnb_platform.identity.sessionstore"
SESSION_COOKIE_AGE = 12 * 3600
SESSION_SAVE_EVERY_REQUEST = False
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE
SESSION_COOKIE_NAME = "__Host-ahnb-session" if SECURE else "ahnb-session"
CSRF_COOKIE_NAME = "__Host-ahnb-csrf" if SECURE else "ahnb-csrf"
CSRF_FAILURE_VIEW = "ahnb_platform.web.errors.csrf_failure"
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL] if PUBLIC_URL else []

# Transport and headers
SECURE_PROXY_SSL_HEADER = (
    ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("AHNB_BEHIND_PROXY") else None
)
SECURE_SSL_REDIRECT = SECURE
# Asked by what watches the process, beside the proxy.
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz|metrics)$"]
SECURE_HSTS_SECONDS = 31_536_000 if SECURE else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = SECURE
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}

# Static files
STATIC_URL = "/static/"
STATIC_ROOT = env.text("AHNB_STATIC_ROOT") or DATA_DIR / "static"
STORAGES = {
    "default": {
        "BACKEND": "django.core.files.storage.FileSystemStorage",
        "OPTIONS": {
            "location": env.text("AHNB_FILES_DIR") or DATA_DIR / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {
        "BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"
        if TESTING or DEBUG
        else "ahnb_platform.web.storage.StaticStorage"
    },
}
# Another storage of Django for the files of runs, with its options as JSON.
if backend := env.text("AHNB_FILES_BACKEND"):
    STORAGES["default"] = {"BACKEND": backend, "OPTIONS": env.document("AHNB_FILES_OPTIONS")}
# Files of runs: of one, of a project (0: no limit), and where a body waits until it is whole;
# on the disk of the files it need not be copied afterwards.
ARTIFACT_FILE_BYTES = env.integer("AHNB_FILE_MB", 5_000) * 1_000_000
ARTIFACT_PROJECT_BYTES = env.integer("AHNB_PROJECT_FILES_MB", 100_000) * 1_000_000
ARTIFACT_INCOMING = env.text("AHNB_INCOMING_DIR") or DATA_DIR / "incoming"
WHITENOISE_ALLOW_ALL_ORIGINS = False
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_USE_FINDERS = WHITENOISE_AUTOREFRESH = TESTING or DEBUG

# Mail: without a host nothing is sent, and links are shown to an owner instead.
EMAIL_HOST = env.text("AHNB_EMAIL_HOST")
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if EMAIL_HOST else 'dummy'}.EmailBackend"
EMAIL_TIMEOUT = 10
EMAIL_PORT = env.integer("AHNB_EMAIL_PORT", 587)
EMAIL_HOST_USER = env.text("AHNB_EMAIL_USER")
EMAIL_HOST_PASSWORD = env.text("AHNB_EMAIL_PASSWORD")
EMAIL_USE_TLS = env.flag("AHNB_EMAIL_TLS", default=True)
DEFAULT_FROM_EMAIL = env.text("AHNB_EMAIL_FROM", "ahnb@localhost")

# Webhooks: hosts beside the public internet, `host` or `host:port`, where http is allowed too; and
# a file of authorities that is trusted in place of the system's.
WEBHOOK_HOSTS = [host.lower() for host in env.words("AHNB_WEBHOOK_HOSTS")]
WEBHOOK_CA_FILE = env.text("AHNB_WEBHOOK_CA_FILE")

# Who has it may read /metrics; without one there are none.
if METRICS_TOKEN := env.text("AHNB_METRICS_TOKEN"):
    strictness.refuse_weak_token(METRICS_TOKEN)

# Language and time
LANGUAGE_CODE = "en"
USE_I18N = False
USE_TZ = True
TIME_ZONE = "UTC"

# API
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["ahnb_platform.api.authentication.TokenAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["ahnb_platform.api.permissions.DenyByDefault"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "ahnb_platform.api.problems.exception_handler",
    "UNAUTHENTICATED_USER": None,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "AHNB API",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "POSTPROCESSING_HOOKS": ["ahnb_platform.api.openapi.add_components"],
}
# The API reads its bodies itself, under its own limits; forms of pages stay small.
DATA_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000

ADMIN_PATH = env.text("AHNB_ADMIN_PATH", "admin").strip("/")

# One line an event; of answers, most, all or none are told (`monitoring.answers`).
LOG_FORMAT = env.choice("AHNB_LOG_FORMAT", ("json", "text"), "json" if PRODUCTION else "text")
LEVELS = ("debug", "info", "warning", "error", "critical")
LOG_LEVEL = env.choice("AHNB_LOG_LEVEL", LEVELS, "info").upper()
ACCESS_LOG = env.choice("AHNB_ACCESS_LOG", ("most", "all", "off"), "most" if PRODUCTION else "off")
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "text": {"()": "ahnb_platform.logs.LineFormatter"},
        "json": {"()": "ahnb_platform.logs.JsonFormatter"},
    },
    "filters": {"secrets": {"()": "ahnb_platform.logs.SecretsFilter"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "formatter": LOG_FORMAT,
            "filters": ["secrets"],
        }
    },
    "root": {"handlers": ["console"], "level": LOG_LEVEL},
    # Without Django's own handler, which writes everything once more in debug mode.
    "loggers": {"django": {"handlers": [], "level": "INFO", "propagate": True}},
}
