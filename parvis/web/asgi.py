"""What an ASGI server runs."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "parvis.config.settings")
django.setup(set_prefix=False)

from django.conf import settings  # noqa: E402

from parvis.backup.shelf import remove_old  # noqa: E402
from parvis.web.clock import follow_the_databases_clock  # noqa: E402
from parvis.web.uploads import BoundedASGIHandler  # noqa: E402  # it reads the settings

remove_old(settings.INSTALLATION)
follow_the_databases_clock()
application = BoundedASGIHandler()
