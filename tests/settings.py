"""The product's own settings, but for the time that hashing a password takes."""

from parvis.config.settings import *  # noqa: F403

# Argon2 is slow on purpose, and every test that signs in would pay for it.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
