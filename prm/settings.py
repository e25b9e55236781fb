"""Settings. What differs between deployments comes from the environment: see docs/reference/configuration.md."""

from datetime import timedelta
from pathlib import Path

import structlog
from csp.constants import NONCE, NONE, SELF
from django.utils.translation import gettext_lazy as _
from whitenoise.compress import Compressor

from prm.api_settings import SPECTACULAR_SETTINGS  # noqa: F401  (read by name)
from prm.kernel import environment
from prm.schedule import SCHEDULE

ROOT = Path(__file__).resolve().parent.parent
VERSION = "0.1.0"

# -- What this deployment is
SECRET_KEY = environment.secret("SECRET_KEY", purpose="signs sessions and links; at least 50 random characters")
DEBUG = environment.flag("DEBUG", default=False, purpose="Django's debug pages; never in production")
DEMO = environment.flag("DEMO", default=False, purpose="loads the demo, lists its sign-ins on the start page")
SITE_URL = environment.text("SITE_URL", "http://localhost:8000", purpose="the address people use, in mails")
HTTPS = environment.flag("HTTPS", default=False, purpose="served over HTTPS: secure cookies, HSTS, redirects")
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "localhost,127.0.0.1,[::1]", purpose="the host names it answers to")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS", purpose="origins of forms behind a proxy")

OUR_APPS = [
    "people",
    "activity",
    "jobs",
    "partners",
    "imports",
    "standing",
    "accounts",
    "onboarding",
    "dealreg",
    "portal",
]
INSTALLED_APPS = [
    "django.contrib.contenttypes",
    "django.contrib.auth",
    "django.contrib.sessions",
    "django.contrib.messages",
    "prm.static.StaticFiles",
    "django.contrib.postgres",
    "django.contrib.admin.apps.SimpleAdminConfig",
    "django.forms",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_countries",
    "django_filters",
    "django_htmx",
    "django_structlog",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    *OUR_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    # Pads its answers against BREACH; below WhiteNoise, which serves what was compressed ahead.
    "django.middleware.gzip.GZipMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "people.middleware.BrowserMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "partners.middleware.ActorMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "people.middleware.PersonalSettingsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "django_structlog.middlewares.RequestMiddleware",
    "portal.middleware.RuleViolationMiddleware",
    "portal.middleware.ViewAsMiddleware",
    "portal.gates.AgreementGateMiddleware",
]

ROOT_URLCONF = "prm.urls"
WSGI_APPLICATION = "prm.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
APPEND_SLASH = True

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [ROOT / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
        },
    }
]
FORM_RENDERER = "django.forms.renderers.TemplatesSetting"

# -- Database, cache, tasks
DATABASES = {
    "default": {
        **environment.database("DATABASE_URL", purpose="postgres://user:password@host:port/name"),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {"connect_timeout": 5, "application_name": "prm"},
        "DISABLE_SERVER_SIDE_CURSORS": environment.flag(
            "PGBOUNCER", default=False, purpose="Postgres is behind PgBouncer in transaction mode"
        ),
    }
}
# Rate limits and caches are in Postgres too: Redis may be flushed or down, and nobody notices.
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "cache",
        # Codes of the second step that were used are remembered here: 300, Django's default, would forget them.
        "OPTIONS": {"MAX_ENTRIES": 20_000},
    }
}
SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_AGE = int(timedelta(days=14).total_seconds())

REDIS_URL = environment.secret("REDIS_URL", purpose="redis://… of Redis or Valkey; rings the workers' bell")
TASK_APP = "prm.celery"
CELERY_BROKER_URL = REDIS_URL
CELERY_TASK_IGNORE_RESULT = True
# Acknowledged before they run: Postgres holds what is to be done, and a worker that cannot acknowledge ends itself.
CELERY_TASK_ACKS_LATE = False
CELERY_TASK_PUBLISH_RETRY = False
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_BROKER_CONNECTION_RETRY = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "socket_connect_timeout": 0.5,
    "socket_timeout": 5,
    "visibility_timeout": 300,
    "retry_on_timeout": False,
}
CELERY_DB_REUSE_MAX = 500
CELERY_TIMEZONE = "UTC"
# Long work has workers of its own: deliveries and mails never wait behind it.
CELERY_TASK_ROUTES = {"jobs.*": {"queue": "jobs"}}
CELERY_BEAT_SCHEDULE = SCHEDULE

# -- People
AUTH_USER_MODEL = "people.Person"
AUTHENTICATION_BACKENDS = ["partners.authentication.SeatBackend"]
PASSWORD_HASHERS = [
    "people.hashers.GatedArgon2",
    "people.hashers.GatedPBKDF2",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "start"
LOGOUT_REDIRECT_URL = "start"
ACCOUNT_ADAPTER = "people.adapter.AccountAdapter"
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*", "password2*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this browser stays; the others' sessions end with the old hash
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_PREVENT_ENUMERATION = True
# Behind a proxy every visitor has the proxy's address, and one guesser would lock everyone out.
ALLAUTH_TRUSTED_PROXY_COUNT = environment.integer(
    "TRUSTED_PROXIES", 0, purpose="how many proxies of yours stand before it, for rate limits by address"
)
# allauth's own limits would let a guesser keep an account's owner, or everyone behind one address, out for as long as
# he likes. `people.guessing` stands in their place, before the hasher and before codes.
ACCOUNT_RATE_LIMITS = False
MFA_RATE_LIMITS = False
ACCOUNT_REAUTHENTICATION_REQUIRED = True
# Django's own, which binds a link to the password and the address: allauth's would also ask its table of addresses.
ACCOUNT_PASSWORD_RESET_TOKEN_GENERATOR = "django.contrib.auth.tokens.PasswordResetTokenGenerator"  # noqa: S105
ACCOUNT_FORMS = {"reset_password": "people.forms.ResetForm"}
MFA_ADAPTER = "people.adapter.SecondStepAdapter"
MFA_FORMS = {
    "authenticate": "people.forms.CodeForm",
    "reauthenticate": "people.forms.CodeAgainForm",
    "authenticate_webauthn": "people.forms.PasskeyForm",
    "reauthenticate_webauthn": "people.forms.PasskeyAgainForm",
    "login_webauthn": "people.forms.PasskeySignInForm",
    "add_webauthn": "people.forms.AddPasskeyForm",
    "edit_webauthn": "people.forms.NamePasskeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TOTP_TOLERANCE = 1  # phones' clocks are half a minute off
# Browsers themselves allow passkeys over HTTPS and on localhost only.
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not HTTPS

# Company sign-in: providers are the vendors', kept in our own tables; allauth's parts that talk to them are used.
SOCIALACCOUNT_ADAPTER = "partners.social.SocialAccountAdapter"
IDENTITY_PROVIDER_PRIVATE_NETWORKS = environment.words(
    "IDENTITY_PROVIDER_PRIVATE_NETWORKS",
    purpose="networks with identity providers of your own that are not public, as in 10.20.0.0/16",
)

# -- Webhooks
WEBHOOK_PRIVATE_NETWORKS = environment.words(
    "WEBHOOK_PRIVATE_NETWORKS",
    purpose="networks with receivers of webhooks of your own that are not public, as in 10.20.0.0/16",
)
CRM_PRIVATE_NETWORKS = environment.words(
    "CRM_PRIVATE_NETWORKS",
    purpose="networks with a CRM of your own that is not public, as in 10.20.0.0/16",
)

# -- Languages, time
LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("de", _("German")), ("fr", _("French")), ("es", _("Spanish"))]
LOCALE_PATHS = [ROOT / "locale"]
FORMAT_MODULE_PATH = ["prm.formats"]
USE_TZ = True
TIME_ZONE = "UTC"

# -- Files
STATIC_URL = "/static/"
STATIC_ROOT = ROOT / "staticfiles"
WHITENOISE_KEEP_ONLY_HASHED_FILES = True
WHITENOISE_SKIP_COMPRESS_EXTENSIONS = (*Compressor.SKIP_COMPRESS_EXTENSIONS, "map")
MEDIA_ROOT = Path(environment.text("MEDIA_ROOT", str(ROOT / "media"), purpose="the folder of uploaded files"))
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "prm.static.LenientManifestStorage"},
}
UPLOAD_LIMIT_MB = environment.integer("UPLOAD_LIMIT_MB", 20, purpose="the largest file that is taken, in megabytes")
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_500_000
DATA_UPLOAD_MAX_NUMBER_FIELDS = 1_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_HANDLERS = ["portal.uploads.LimitedUploadHandler"]

# -- Mail. In the demo nothing leaves the machine: mails are rows, shown on the outbox page.
EMAIL_BACKEND = environment.text(
    "EMAIL_BACKEND",
    "django.core.mail.backends.dummy.EmailBackend" if DEMO else "django.core.mail.backends.smtp.EmailBackend",
    purpose="Django's mail backend",
)
EMAIL_HOST = environment.text("EMAIL_HOST", "localhost", purpose="the SMTP server")
EMAIL_PORT = environment.integer("EMAIL_PORT", 25, purpose="the SMTP server's port")
EMAIL_HOST_USER = environment.text("EMAIL_HOST_USER", purpose="the SMTP user")
EMAIL_HOST_PASSWORD = environment.text("EMAIL_HOST_PASSWORD", purpose="the SMTP password")
EMAIL_USE_TLS = environment.flag("EMAIL_USE_TLS", default=False, purpose="STARTTLS towards the SMTP server")
EMAIL_TIMEOUT = 20
INBOUND_MAIL_DOMAIN = environment.text(
    "INBOUND_MAIL_DOMAIN", purpose="the domain of addresses to which partners forward mails; without it none are taken"
) or ("mail.localhost.example" if DEMO else "")
DEFAULT_FROM_EMAIL = environment.text("DEFAULT_FROM_EMAIL", "Open PRM <prm@localhost>", purpose="the sender of mails")
MAIL_DKIM_SELECTOR = environment.text("MAIL_DKIM_SELECTOR", purpose="the DKIM selector that mails are signed with")
MAIL_NAME_SERVER = environment.text(
    "MAIL_NAME_SERVER", purpose="host:port of the name server that the test of the sender asks; the system's without it"
)
# What a mail service reports (bounces, complaints) comes to /mail/<service>/tracking/, behind this name and password.
MAIL_WEBHOOK_SECRET = environment.text(
    "MAIL_WEBHOOK_SECRET", purpose="name:password that the mail service's webhooks sign in with; none are taken without"
)
ANYMAIL = {
    **environment.json_object("ANYMAIL", purpose="django-anymail's settings, as JSON"),
    **({"WEBHOOK_SECRET": MAIL_WEBHOOK_SECRET} if MAIL_WEBHOOK_SECRET else {}),
}

# -- Security
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_SSL_REDIRECT = HTTPS
SECURE_REDIRECT_EXEMPT = [r"^health/$"]  # asked for inside, past the proxy
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
CSRF_FAILURE_VIEW = "portal.public.errors.csrf_failure"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["auth.W004"]  # addresses are unique whatever their case, by an index on lower(email)
if not HTTPS:
    SILENCED_SYSTEM_CHECKS += ["security.W004", "security.W008", "security.W012", "security.W016"]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF, NONCE],
        "style-src": [SELF, NONCE],
        "img-src": [SELF, "data:"],
        "font-src": [SELF],
        "connect-src": [SELF],
        "form-action": [SELF],
        "frame-src": [SELF],
        "frame-ancestors": [NONE],
        "base-uri": [NONE],
        "object-src": [NONE],
        "manifest-src": [SELF],
    }
}

# -- API
API_REQUESTS_PER_MINUTE = environment.integer(
    "API_REQUESTS_PER_MINUTE", 600, purpose="API requests that a seat may make in a minute"
)
REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "partners.authentication.TokenAuthentication",
        "partners.authentication.SeatSessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["prm.kernel.api_defaults.HasSeat"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["prm.kernel.api_defaults.JSONBody"],
    "DEFAULT_THROTTLE_CLASSES": ["activity.throttling.SeatThrottle"],
    "DEFAULT_METADATA_CLASS": None,
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "prm.kernel.api_defaults.Pagination",
    "DEFAULT_VERSIONING_CLASS": None,
    "EXCEPTION_HANDLER": "prm.kernel.api_defaults.problem_handler",
    "UNAUTHENTICATED_USER": None,
}

# -- Logs
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", "INFO", purpose="how much is logged")},
    "loggers": {"django_structlog": {"level": "WARNING"}},
}
# Through the standard library's loggers, so that the levels above hold. A line per request is gunicorn's to write.
structlog.configure(
    processors=[
        structlog.stdlib.filter_by_level,
        structlog.contextvars.merge_contextvars,
        structlog.processors.format_exc_info,
        structlog.processors.LogfmtRenderer(key_order=["event"]),
    ],
    logger_factory=structlog.stdlib.LoggerFactory(),
    wrapper_class=structlog.stdlib.BoundLogger,
    cache_logger_on_first_use=True,
)
