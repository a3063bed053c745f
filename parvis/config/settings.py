"""Django's settings, made from the installation. Reason and source stand beside what surprises."""

from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from django.utils.translation import gettext_lazy as _

from parvis.config.alerts import alerts
from parvis.config.installation import Misconfigured, installation, read_or_make_key
from parvis.config.log_lines import log_settings
from parvis.config.terms import Terms

INSTALLATION = installation()
PACKAGE = Path(__file__).resolve().parent.parent
TERMS = Terms().at_pace(INSTALLATION.pace)
ALERTS = alerts()

# A process that is stopped or cut off in the middle of a transaction must not keep its locks for
# ever (clocks and look-ups allow themselves much less, see parvis.deliver.claims); and who is cut
# off must not wait for the many minutes that TCP would. DATABASE_URL may say otherwise.
_PATIENCE_WITH_DATABASE = {
    "options": "-c idle_in_transaction_session_timeout=120s",
    "connect_timeout": "5",
    "keepalives_idle": "10",
    "keepalives_interval": "5",
    "keepalives_count": "3",
    "tcp_user_timeout": "15000",
}


def database_of(url: str) -> dict[str, Any]:
    """Django's form of a postgresql:// URL; a socket folder stands in the query's `host`."""
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise Misconfigured("DATABASE_URL must start with postgresql://.")
    query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "parvis",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.pop("host", "") or parts.hostname or "",
        "PORT": query.pop("port", "") or parts.port or "",
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {
            **_PATIENCE_WITH_DATABASE,
            **query,
            "pool": {"min_size": 1, "max_size": 10, "timeout": 10},
        },
    }


SECRET_KEY = read_or_make_key(INSTALLATION.signing_key_file, length=48)
DEBUG = INSTALLATION.debug
PUBLIC_URL = INSTALLATION.public_url
_public = urlsplit(PUBLIC_URL)
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]", *INSTALLATION.allowed_hosts]
if _public.hostname:
    ALLOWED_HOSTS.append(_public.hostname)
    CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]

ROOT_URLCONF = "parvis.web.urls"
ASGI_APPLICATION = "parvis.web.asgi.application"
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "procrastinate.contrib.django",
    "parvis.people",
    "parvis.connections",
    "parvis.compose",
    "parvis.schedule",
    "parvis.deliver",
    "parvis.engagement",
    "parvis.intake",
    "parvis.watch",
    "parvis.web",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "servestatic.middleware.ServeStaticMiddleware",
    "parvis.web.middleware.CompressedPagesMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "parvis.web.middleware.WorkspaceMiddleware",
    "parvis.web.middleware.ContentSecurityPolicyMiddleware",
    "parvis.web.middleware.MethodMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "parvis.web.context.desk",
            ],
            "builtins": ["django.templatetags.i18n", "parvis.web.templatetags.desk"],
        },
    }
]

DATABASES = {
    "default": database_of(INSTALLATION.database_url or INSTALLATION.postgres().url),
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

AUTH_USER_MODEL = "people.User"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "today"
PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 10},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

LANGUAGE_CODE = "en"
LANGUAGES = [("en", _("English")), ("fr", _("French"))]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "UTC"

STATIC_URL = "static/"
STATIC_ROOT = INSTALLATION.static
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "parvis.web.static_files.HashedStaticFiles"},
}
# No other site has a use for the desk's assets.
SERVESTATIC_ALLOW_ALL_ORIGINS = False
MEDIA_ROOT = INSTALLATION.media
FILE_UPLOAD_HANDLERS = ["parvis.web.uploads.BoundedUploadHandler"]

# Strict, not Lax, would lose the session on the way back from a network's OAuth page.
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = _public.scheme == "https"
if SESSION_COOKIE_SECURE:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
CSRF_FAILURE_VIEW = "parvis.web.views.errors.csrf_failed"
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
# The desk is plain http on 127.0.0.1 unless a proxy with a certificate stands before it.
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016"]

LOGGING = log_settings(level=INSTALLATION.log_level, log_format=INSTALLATION.log_format)
