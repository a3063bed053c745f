"""The product's own settings, but for what takes a test's time."""

from parvis.config.settings import *  # noqa: F403
from parvis.config.settings import INSTALLED_APPS

# Argon2 is slow on purpose, and every test that signs in would pay for it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
INSTALLED_APPS = [*INSTALLED_APPS, "tests.emptying"]
