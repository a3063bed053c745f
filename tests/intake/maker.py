"""A process of its own that makes what is due of series, in the database that it reads from its
input: `python -m tests.intake.maker`. It prints how many posts it made."""

import json
import sys

import django
from django.conf import settings


def main() -> None:
    settings.DATABASES["default"].update(json.load(sys.stdin))
    django.setup()
    from parvis.intake.turns import make_what_is_due

    sys.stdout.write(f"{make_what_is_due()}\n")


if __name__ == "__main__":
    main()
