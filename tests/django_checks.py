"""Django's own checks and the search for missing migrations, on an installation thrown away after.

`python -m tests.django_checks`
"""

import os
import tempfile
from pathlib import Path


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="parvis-checks-") as folder:
        # The unprivileged user that runs the database for root must be able to pass.
        Path(folder).chmod(0o711)
        os.environ["PARVIS_DATA"] = folder
        os.environ["DJANGO_SETTINGS_MODULE"] = "parvis.config.settings"
        os.environ.pop("DATABASE_URL", None)
        from parvis.config.installation import installation

        use = installation().postgres().open()
        try:
            check()
        finally:
            use.close(wait=True)


def check() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    call_command("check", deploy=True, fail_level="WARNING")
    call_command("makemigrations", check=True, dry_run=True)


if __name__ == "__main__":
    main()
