"""Settings of every environment; the only reader of the environment. `.env.example` explains each variable."""

import secrets
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from glu_admin.content_policy import DIRECTIVES
from glu_admin.databases import with_options
from glu_admin.environment import Environment, unfit, web_address
from glu_admin.keys.cipher import Keyring, KeyringError
from glu_admin.logs import logging_settings
from glu_admin.made_once import text_made_once
from glu_admin.private import private_folder, private_sqlite
from glu_admin.tuning import TUNABLE

BASE_DIR = Path(__file__).resolve().parent.parent

env = Environment()
env.read_env(BASE_DIR / ".env")

GLU_ADMIN_MODE = env.str("GLU_ADMIN_MODE", default="production")
if GLU_ADMIN_MODE not in {"production", "embedded"}:
    raise ImproperlyConfigured("GLU_ADMIN_MODE must be `production` or `embedded`.")
EMBEDDED = GLU_ADMIN_MODE == "embedded"

STATE_DIR = Path(env.str("STATE_DIR", default="") or BASE_DIR / "var").resolve()
try:
    private_folder(STATE_DIR)
except OSError as error:
    raise ImproperlyConfigured(f"STATE_DIR cannot be used: {error}.") from None

SECRET_KEY = env.str("SECRET_KEY", default="")
if not SECRET_KEY and EMBEDDED:
    SECRET_KEY = text_made_once(STATE_DIR / "secret_key", lambda: secrets.token_urlsafe(50))

DEBUG = False
# Where people reach the desk: links are made from it, and a request's Host must be its.
PUBLIC_URL = env.str("PUBLIC_URL", default="").rstrip("/")
_public = web_address(PUBLIC_URL)
_local = ["127.0.0.1", "localhost", "[::1]"] if EMBEDDED else []
ALLOWED_HOSTS = env.list("ALLOWED_HOSTS", default=[_public.hostname] if _public.hostname else _local)
CSRF_TRUSTED_ORIGINS = env.list(
    "CSRF_TRUSTED_ORIGINS", default=[f"{_public.scheme}://{_public.netloc}"] if _public.hostname else []
)
FORCE_SCRIPT_NAME = env.str("SCRIPT_NAME", default="").rstrip("/") or None  # gunicorn reads the same variable

# --- applications -----------------------------------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django_htmx",
    "csp",
    "allauth",
    "allauth.account",
    "glu_admin.tenancy",
    "glu_admin.heartbeats",
    "glu_admin.keys",
    "glu_admin.backups",
    "orders",
]

MIDDLEWARE = [
    "glu_admin.edge.EdgeMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "glu_admin.compression.PageCompressionMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "csp.middleware.CSPMiddleware",
    "glu_admin.tenancy.arrivals.ArrivalMiddleware",
    "glu_admin.edge.ProbeMiddleware",
    "glu_admin.tenancy.public_url.PublicHostMiddleware",
    "glu_admin.tenancy.statement_limits.StatementLimitMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "glu_admin.tenancy.middleware.PrivatePagesMiddleware",
]

ROOT_URLCONF = "glu_admin.urls"
WSGI_APPLICATION = "glu_admin.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {
            "loaders": [
                (
                    "django.template.loaders.cached.Loader",
                    ["glu_admin.templates.Loader", "django.template.loaders.app_directories.Loader"],
                )
            ],
            "builtins": ["django.templatetags.i18n"],
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "glu_admin.tenancy.context.frame",
            ],
        },
    }
]

# No page takes files, and the largest form is a few kilobytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 256 * 1024
FILE_UPLOAD_HANDLERS = ["glu_admin.tenancy.arrivals.NoFiles"]

# --- database -----------------------------------------------------------------------------------------------------
DATABASE_URL = env.str("DATABASE_URL", default="")
_database = env.db_url_config(DATABASE_URL or f"sqlite:///{STATE_DIR / 'glu_admin.sqlite3'}")
DATABASES = {"default": with_options(_database)}
if DATABASES["default"]["ENGINE"].endswith("sqlite3"):
    try:
        private_sqlite(DATABASES["default"]["NAME"])
    except OSError as error:
        env.problems.append(f"DATABASE_URL cannot be used: {error}.")
STATEMENT_SECONDS = env.float("STATEMENT_SECONDS", default=15.0)
EXPORT_STATEMENT_SECONDS = env.float("EXPORT_STATEMENT_SECONDS", default=120.0)
EXPORT_SECONDS = env.float("EXPORT_SECONDS", default=900.0)
EXPORT_DAYS = env.int("EXPORT_DAYS", default=7)
EXPORT_STORED_BYTES = env.int("EXPORT_STORED_MB", default=1024) * 1024 * 1024
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- people -------------------------------------------------------------------------------------------------------
AUTH_USER_MODEL = "tenancy.User"
# The first makes new hashes; one that another made is replaced when its person signs in.
PASSWORD_HASHERS = ["glu_admin.tenancy.hashing.DeskArgon2", "django.contrib.auth.hashers.PBKDF2PasswordHasher"]
AUTHENTICATION_BACKENDS = ["glu_admin.tenancy.accounts.AccountBackend"]
PASSWORD_CHARACTERS = 12  # at least
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": PASSWORD_CHARACTERS},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
ORGANISATION_HOME = "organisation_home"  # the URL name of the page that an organisation opens with
ACCOUNT_ADAPTER = "glu_admin.tenancy.accounts.ClosedAccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_LOGOUT_ON_GET = False
ACCOUNT_LOGOUT_REDIRECT_URL = "account_login"
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_RATE_LIMITS = {"login": None, "login_failed": None}  # those of tenancy/guessing.py stand in their place
ACCOUNT_FORMS = {
    "login": "glu_admin.tenancy.forms.SignInForm",
    "reset_password": "glu_admin.tenancy.forms.ForgottenForm",
    "reset_password_from_key": "glu_admin.tenancy.forms.NewPasswordForm",
    "change_password": "glu_admin.tenancy.forms.OtherPasswordForm",
    "reauthenticate": "glu_admin.tenancy.forms.ConfirmForm",
}
ALLAUTH_TRUSTED_PROXY_COUNT = env.int("TRUSTED_PROXY_COUNT", default=0)
SESSION_COOKIE_AGE = env.int("SESSION_HOURS", default=12) * 3600
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True

CACHE_URL = env.str("CACHE_URL", default="")
CELERY_BROKER_URL = env.str("CELERY_BROKER_URL", default="") or "filesystem://"
if not CACHE_URL and CELERY_BROKER_URL.startswith(("redis://", "rediss://")):
    CACHE_URL = CELERY_BROKER_URL
CACHES = {
    # Sign-in limits count across processes, so the cache must be shared: Redis, or files in the embedded run.
    "default": env.cache_url_config(CACHE_URL)
    if CACHE_URL
    else {"BACKEND": "glu_admin.caches.JsonFileCache", "LOCATION": str(STATE_DIR / "cache")}
}

EMAIL_URL = env.str("EMAIL_URL", default="")
if EMAIL_URL:
    vars().update(env.email_url_config(EMAIL_URL))
else:
    EMAIL_BACKEND = "django.core.mail.backends.dummy.EmailBackend"
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = SERVER_EMAIL = env.str("DEFAULT_FROM_EMAIL", default="Glu Admin <glu-admin@localhost>")

# --- time, language ------------------------------------------------------------------------------------------------
LANGUAGE_CODE = env.str("LANGUAGE_CODE", default="en-gb")
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

# --- browser --------------------------------------------------------------------------------------------------------
STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT = Path(env.str("STATIC_ROOT", default="") or BASE_DIR / "staticfiles")
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {
        "BACKEND": "glu_admin.edge.PlainStatic" if EMBEDDED else "glu_admin.edge.HashedStatic",
    },
}
WHITENOISE_USE_FINDERS = EMBEDDED
CONTENT_SECURITY_POLICY = {"DIRECTIVES": DIRECTIVES}
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
CSRF_FAILURE_VIEW = "glu_admin.tenancy.errors.csrf_failure"
DEVICE_COOKIE_NAME = "device"
HTTPS = env.bool("HTTPS", default=not EMBEDDED)
if HTTPS:
    SECURE_SSL_REDIRECT = True
    SECURE_REDIRECT_EXEMPT = [r"^healthz$", r"^readyz$"]
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
    SECURE_HSTS_PRELOAD = True
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
    SESSION_COOKIE_NAME, CSRF_COOKIE_NAME = "__Host-sessionid", "__Host-csrftoken"
    DEVICE_COOKIE_NAME = "__Host-device"
    if ALLAUTH_TRUSTED_PROXY_COUNT:
        SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- keys -----------------------------------------------------------------------------------------------------------
# A list of `id:base64` root keys; the first writes, all read. Empty in the embedded run: one is kept in STATE_DIR.
GLU_ROOT_KEYS = env.list("GLU_ROOT_KEYS", default=[])
if GLU_ROOT_KEYS:
    try:
        Keyring(GLU_ROOT_KEYS)
    except KeyringError as error:
        env.problems.append(f"GLU_ROOT_KEYS cannot be used: {error}")

# --- the conversation with Glu -------------------------------------------------------------------------------------
GLU_API_URL = env.str("GLU_API_URL", default="https://api.glu.io").rstrip("/")
GLU_CONNECT_TIMEOUT = env.float("GLU_CONNECT_TIMEOUT", default=5.0)
GLU_READ_TIMEOUT = env.float("GLU_READ_TIMEOUT", default=30.0)
GLU_TOTAL_TIMEOUT = env.float("GLU_TOTAL_TIMEOUT", default=60.0)
GLU_MAX_BODY_BYTES = env.int("GLU_MAX_BODY_BYTES", default=16 * 1024 * 1024)
GLU_RETRIES = env.int("GLU_RETRIES", default=3)
GLU_RETRY_BACKOFF = env.float("GLU_RETRY_BACKOFF", default=0.5)
GLU_RETRY_AFTER_CAP = env.float("GLU_RETRY_AFTER_CAP", default=900.0)
# The keys know no orders. What tells whether a key opens the organisation whose orders are here, the list that every
# key may ask for, and the task that an accepted key is waited for by:
GLU_KEY_RECOGNISER = "orders.mirror.identity.recognise"
GLU_TOUCHSTONE = "/orders"
GLU_KEY_ACCEPTED_TASK = "orders.mirror_now"
GLU_REQUESTS_PER_SECOND = env.float("GLU_REQUESTS_PER_SECOND", default=200.0)
GLU_REQUESTS_PER_SECOND_AT_FIRST = env.float("GLU_REQUESTS_PER_SECOND_AT_FIRST", default=20.0)

# --- the mirror -----------------------------------------------------------------------------------------------------
MIRROR_TICK_SECONDS = env.float("MIRROR_TICK_SECONDS", default=5.0)
MIRROR_POLL_MIN_SECONDS = env.float("MIRROR_POLL_MIN_SECONDS", default=15.0)
MIRROR_POLL_MAX_SECONDS = env.float("MIRROR_POLL_MAX_SECONDS", default=600.0)
MIRROR_TRAILING_EVERY_SECONDS = env.float("MIRROR_TRAILING_EVERY_SECONDS", default=900.0)
MIRROR_RECENT_EVERY_SECONDS = env.float("MIRROR_RECENT_EVERY_SECONDS", default=86400.0)
MIRROR_RECENT_REACH_SECONDS = env.int("MIRROR_RECENT_REACH_SECONDS", default=35 * 86400)
MIRROR_WHOLE_EVERY_SECONDS = env.float("MIRROR_WHOLE_EVERY_SECONDS", default=7 * 86400.0)
MIRROR_REFRESH_EVERY_SECONDS = env.float("MIRROR_REFRESH_EVERY_SECONDS", default=3600.0)
MIRROR_LINES_MAX_AGE_SECONDS = env.float("MIRROR_LINES_MAX_AGE_SECONDS", default=30 * 86400.0)
MIRROR_GONE_CONFIRM_SECONDS = env.float("MIRROR_GONE_CONFIRM_SECONDS", default=86400.0)
MIRROR_ORGANISATION_EVERY_SECONDS = env.float("MIRROR_ORGANISATION_EVERY_SECONDS", default=3600.0)
MIRROR_ERROR_WAIT_SECONDS = env.float("MIRROR_ERROR_WAIT_SECONDS", default=60.0)
MIRROR_OVERLAP_SECONDS = env.int("MIRROR_OVERLAP_SECONDS", default=60)
MIRROR_SLICE_SECONDS = env.float("MIRROR_SLICE_SECONDS", default=20.0)
MIRROR_LEASE_SECONDS = env.float("MIRROR_LEASE_SECONDS", default=120.0)
MIRROR_LEASE_WANTED_SECONDS = env.float("MIRROR_LEASE_WANTED_SECONDS", default=10.0)
MIRROR_LATE_AFTER_SECONDS = env.float("MIRROR_LATE_AFTER_SECONDS", default=300.0)
MIRROR_CONNECTIONS = env.int("MIRROR_CONNECTIONS", default=16)
MIRROR_WINDOWS = env.int("MIRROR_WINDOWS", default=4)
MIRROR_LINE_CHUNK = env.int("MIRROR_LINE_CHUNK", default=100)

# --- numbers that nobody should need to change: their defaults stand beside what they measure -------------------------
TUNED = env.tuned(TUNABLE)

# --- heartbeats of the queues -----------------------------------------------------------------------------------------
HEARTBEAT_SECONDS = env.float("HEARTBEAT_SECONDS", default=15.0)
HEARTBEAT_LATE_SECONDS = env.float("HEARTBEAT_LATE_SECONDS", default=180.0)
HEARTBEAT_FILE = env.str("HEARTBEAT_FILE", default="")

# --- figures for monitors -------------------------------------------------------------------------------------------
METRICS_TOKEN = env.str("METRICS_TOKEN", default="")
METRICS_ORGANISATIONS = env.bool("METRICS_ORGANISATIONS", default=False)

# --- logs -----------------------------------------------------------------------------------------------------------
LOG_LEVEL = env.str("LOG_LEVEL", default="INFO")
LOG_FORMAT = env.str("LOG_FORMAT", default="plain" if EMBEDDED else "json")
LOGGING = logging_settings(LOG_LEVEL, LOG_FORMAT)

# --- whether anything can run with all that -------------------------------------------------------------------------
if _problems := [*env.problems, *unfit(globals())]:
    raise ImproperlyConfigured("\n".join(_problems))
