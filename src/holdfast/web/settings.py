"""Django's settings. Everything a team may set comes from the environment; ``holdfast serve`` sets the rest.

Each variable is described in docs/running-for-a-team.md; a test holds the two together.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import nhsuk_frontend_jinja
from csp.constants import NONE, SELF

from holdfast.web.environment import Environment

WEB = Path(__file__).resolve().parent
env = Environment()
HOME = env.folder("HOLDFAST_HOME", Path("holdfast-home"))
"""Where the register, uploads, mail and results are kept."""

DEBUG = env.flag("HOLDFAST_DEBUG")
SECRET_KEY = env.secret("HOLDFAST_SECRET_KEY", HOME)
ALLOWED_HOSTS = env.words("HOLDFAST_HOSTS", ["localhost", "127.0.0.1", "[::1]"])
CSRF_TRUSTED_ORIGINS = env.words("HOLDFAST_ORIGINS", [])
HTTPS = env.flag("HOLDFAST_HTTPS")
ORGANISATION = env.text("HOLDFAST_ORGANISATION", "")
"""An organisation's name beside ours in the header; empty for none."""
SITE_ADDRESS = env.text("HOLDFAST_ADDRESS", "http://localhost:8000").rstrip("/")
"""The address put into messages."""

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "csp",
    "django_tasks",
    "django_tasks_db",
    "holdfast.web.people",
    "holdfast.web.register",
    "holdfast.web.evidence",
    "holdfast.web.voices",
    "holdfast.web.insight",
    "holdfast.web.board",
    "holdfast.web.api",
    "holdfast.web.exchange",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "holdfast.web.people.access.EveryPageSaysWhoMayReadIt",
]

ROOT_URLCONF = "holdfast.web.urls"
WSGI_APPLICATION = "holdfast.web.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES: dict[str, dict[str, Any]] = {"default": env.database("HOLDFAST_DATABASE", HOME / "register.sqlite3")}

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [WEB / "jinja2", Path(nhsuk_frontend_jinja.__file__).parent / "templates"],
        "APP_DIRS": False,
        "OPTIONS": {
            "environment": "holdfast.web.jinja.environment",
            "context_processors": [
                "django.contrib.messages.context_processors.messages",
                "holdfast.web.people.context.person",
            ],
        },
    },
    {  # what allauth writes itself: the text of its messages
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ]
        },
    },
]

AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
PASSWORD_HASHERS = ["django.contrib.auth.hashers.ScryptPasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "holdfast.web.people.adapter.ByInvitation"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"  # an invitation went to the address
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_SESSION_REMEMBER = False
SOCIALACCOUNT_PROVIDERS = env.openid("HOLDFAST_OIDC")
SOCIALACCOUNT_ADAPTER = "holdfast.web.people.adapter.ByTheOrganisation"
SOCIALACCOUNT_EMAIL_AUTHENTICATION = SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
OIDC_OPEN = env.flag("HOLDFAST_OIDC_OPEN")
"""Whether everybody whom the organisation's sign-in knows may come in as a contributor, uninvited."""
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Holdfast"

SESSION_COOKIE_AGE = env.number("HOLDFAST_SESSION_SECONDS", 12 * 3600)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_SSL_REDIRECT = HTTPS
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env.flag("HOLDFAST_BEHIND_PROXY") else None
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "manifest-src": [SELF],
    }
}

DATA_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
UPLOAD_LIMIT = env.number("HOLDFAST_UPLOAD_MEGABYTES", 200) * 1024 * 1024

STATIC_URL = "/static/"
STATICFILES_DIRS = [WEB / "static"]
STATIC_ROOT = HOME / "static"
WHITENOISE_USE_FINDERS = True

TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["default"]}}
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cached",
        "OPTIONS": {"MAX_ENTRIES": 10_000},  # at the usual 300, what pages keep would be gone too soon
    }
}

EMAIL_BACKEND = env.text("HOLDFAST_EMAIL_BACKEND", "django.core.mail.backends.filebased.EmailBackend")
EMAIL_FILE_PATH = HOME / "mail"
EMAIL_HOST = env.text("HOLDFAST_EMAIL_HOST", "localhost")
EMAIL_PORT = env.number("HOLDFAST_EMAIL_PORT", 25)
EMAIL_HOST_USER = env.text("HOLDFAST_EMAIL_USER", "")
EMAIL_HOST_PASSWORD = env.text("HOLDFAST_EMAIL_PASSWORD", "")
EMAIL_USE_TLS = env.flag("HOLDFAST_EMAIL_TLS")
DEFAULT_FROM_EMAIL = env.text("HOLDFAST_EMAIL_FROM", "holdfast@localhost")

MINILM = env.holding("HOLDFAST_MINILM", ("model.safetensors", "tokenizer.json"))
"""The folder of a sentence embedding; None for none. It runs here: nothing leaves."""
LLM = env.endpoint("HOLDFAST_LLM_URL", "HOLDFAST_LLM_MODEL")
"""A language model elsewhere; empty for none. Its key, HOLDFAST_LLM_KEY, is read when it is used and never kept."""

LANGUAGE_CODE = "en-gb"
TIME_ZONE = env.text("HOLDFAST_TIME_ZONE", "Europe/London")
USE_I18N = USE_TZ = True

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {"class": "logging.StreamHandler", "formatter": "line"},
        "tasks": {
            "class": "logging.StreamHandler",
            "formatter": "line",
            # a worker told to note every task has a log of its own; one beside ``holdfast serve`` shares the terminal
            "level": "WARNING" if "HOLDFAST_BESIDE" in os.environ else "INFO",
        },
    },
    "root": {"handlers": ["console"], "level": "WARNING"},
    "loggers": {
        "holdfast": {"level": "INFO"},
        "django_tasks": {"handlers": ["tasks"], "propagate": False},
        "django_tasks_db": {"handlers": ["tasks"], "propagate": False},
    },
}
