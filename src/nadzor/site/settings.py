# SPDX-License-Identifier: Apache-2.0
"""Django's settings: one hardened set, the same in tests, demo and production."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from nadzor.base.home import Home
from nadzor.site import configuration

CONFIGURATION = configuration.current()
HOME = Home.open(Path(CONFIGURATION.home))
PORTAL = urlsplit(HOME.settings.portal_url)
HTTPS = PORTAL.scheme == "https"

DEBUG = False
SECRET_KEY = HOME.secret("secret").hex()
SECRET_KEY_FALLBACKS = [former.hex() for former in HOME.former_secrets()]
ALLOWED_HOSTS = [PORTAL.hostname or "localhost", "localhost", "127.0.0.1", "[::1]", *CONFIGURATION.hosts]
CSRF_TRUSTED_ORIGINS = [f"{PORTAL.scheme}://{PORTAL.netloc}"]
ROOT_URLCONF = "nadzor.site.urls"
ASGI_APPLICATION = "nadzor.site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "csp",
    "django_htmx",
    "nadzor.people",
    "nadzor.records",
    "nadzor.register",
    "nadzor.vigilance",
    "nadzor.portal",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "allauth.socialaccount",
]

MIDDLEWARE = [
    "nadzor.site.headers.HeadersMiddleware",  # first: no answer leaves without them
    "nadzor.api.problems.ProblemMiddleware",
    "nadzor.site.plain_http.PlainHttp",
    "django.middleware.security.SecurityMiddleware",
    "nadzor.site.static.StaticMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "nadzor.site.session_limits.SessionLimits",
    "nadzor.site.sign_in_gate.SignInGate",
    "nadzor.site.access_gate.AccessGate",
    "nadzor.site.prove_gate.ProveGate",
    "nadzor.site.reading_log.ReadingLog",  # no answer with somebody's data leaves unrecorded
    "axes.middleware.AxesMiddleware",  # last: it turns a lock-out into the answer
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": HOME.database,
        "OPTIONS": {
            # IMMEDIATE takes the write lock at BEGIN: a busy database waits, and no later write fails.
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;",
        },
    }
}

# Accounts.  The lock-out counts name and address together: nobody can lock another person out from afar.
AUTH_USER_MODEL = "people.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "nadzor.people.house_words.HouseWords"},
]
AXES_FAILURE_LIMIT = CONFIGURATION.lockout_failures
AXES_COOLOFF_TIME = timedelta(seconds=CONFIGURATION.lockout_s)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False
AXES_HTTP_RESPONSE_CODE = 429
AXES_LOCKOUT_CALLABLE = "nadzor.site.lockout.locked"
# The second factor, sessions and linked accounts are allauth's tables; none of its own pages is mounted.
ACCOUNT_ADAPTER = "nadzor.people.adapters.AccountAdapter"
MFA_ADAPTER = "nadzor.people.adapters.FactorAdapter"
SOCIALACCOUNT_ADAPTER = "nadzor.people.adapters.LinkAdapter"
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]
ACCOUNT_LOGIN_TIMEOUT = 300  # between the password and the second factor
ACCOUNT_RATE_LIMITS = {"login_failed": f"{4 * CONFIGURATION.lockout_failures}/{CONFIGURATION.lockout_s}s/key"}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = False
MFA_TRUST_ENABLED = MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = False
SOCIALACCOUNT_STORE_TOKENS = False
LOGIN_URL = "/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "/"

# Sessions, cookies, transport.
SESSION_COOKIE_AGE = max(CONFIGURATION.session_s, CONFIGURATION.staff_session_s)
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
# Over HTTPS a browser itself holds that our cookies belong to this host alone, and were set securely.
COOKIE_PREFIX = "__Host-" if HTTPS else ""
SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = f"{COOKIE_PREFIX}nadzor_session", f"{COOKIE_PREFIX}nadzor_csrf"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SECURE_SSL_REDIRECT = HTTPS
# Health is asked from inside the machine, before any proxy; programs are refused, never redirected.
SECURE_REDIRECT_EXEMPT = ["^health/", "^api/"]
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if CONFIGURATION.proxy else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:"],
        "connect-src": [SELF],
        "font-src": [SELF],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}

# Mail: notices go out by SMTP where a host is named, else to the console.
EMAIL_BACKEND = f"django.core.mail.backends.{'smtp' if CONFIGURATION.mail_host else 'console'}.EmailBackend"
EMAIL_HOST = CONFIGURATION.mail_host
EMAIL_PORT = CONFIGURATION.mail_port
EMAIL_HOST_USER = CONFIGURATION.mail_user
EMAIL_HOST_PASSWORD = CONFIGURATION.mail_password
EMAIL_USE_TLS = CONFIGURATION.mail_tls == "starttls"
EMAIL_USE_SSL = CONFIGURATION.mail_tls == "tls"
EMAIL_TIMEOUT = 20
DEFAULT_FROM_EMAIL = CONFIGURATION.mail_from

# Uploads and bodies: the largest honest upload is a register file or one paper of a dossier.
DATA_UPLOAD_MAX_MEMORY_SIZE = 16 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 4 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000

# Language and time: legal days are Moscow days.
USE_I18N = True
USE_TZ = True
LANGUAGE_CODE = "ru"
LANGUAGES = [("ru", "Русский"), ("en", "English")]
LANGUAGE_COOKIE_NAME = f"{COOKIE_PREFIX}nadzor_language"
LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_AGE = 31_536_000
TIME_ZONE = "Europe/Moscow"

# Static files come straight from the rooms; the address carries the hash of the content.
STATIC_URL = "/static/"
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 86_400
WHITENOISE_ALLOW_ALL_ORIGINS = False
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "nadzor.site.static.HashedAddressStorage"},
}
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "nadzor.base.logs.LibraryLine"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": ["stderr"], "level": "WARNING", "propagate": False},
        "django.request": {"level": "ERROR"},  # a refusal is counted where it is given, not a warning to us
    },
}
NINJA_NUM_PROXIES = (
    1 if CONFIGURATION.proxy else 0
)  # without a proxy, a caller's own X-Forwarded-For is not believed
NINJA_DEFAULT_THROTTLE_RATES = dict.fromkeys(("enrol", "rotate"), f"{CONFIGURATION.enrol_per_minute}/min")
