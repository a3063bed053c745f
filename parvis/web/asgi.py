"""What an ASGI server runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")
django.setup(set_prefix=False)

from parvis.web.uploads import BoundedASGIHandler  # noqa: E402  # it reads the settings

application = BoundedASGIHandler()
