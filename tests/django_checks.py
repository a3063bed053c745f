"""Django's own checks and the search for missing migrations, on a data folder that is thrown away.

`python -m tests.django_checks`
"""

import os
import tempfile


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="parvis-checks-") as folder:
        os.environ["PARVIS_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings"
        os.environ.setdefault("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none")
        import django
        from django.core.management import call_command

        django.setup()
        call_command("check", deploy=True, fail_level="WARNING")
        call_command("makemigrations", check=True, dry_run=True)


if __name__ == "__main__":
    main()
