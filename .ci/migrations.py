"""Reads every migration's SQL for what would break a running version: columns dropped or made NOT NULL, and the like.

django-migration-linter through its API, because its management command would have to be an installed app, also where
it is not installed.
"""

import os
import sys
from pathlib import Path

import django
from django.conf import settings
from django_migration_linter import MigrationLinter

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Lint our apps' migrations; return 1 on an error or a warning."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "prm.settings")
    django.setup()
    linter = MigrationLinter(
        str(ROOT),
        include_apps=list(settings.OUR_APPS),
        analyser_string="postgresql",
        all_warnings_as_errors=True,
        no_cache=True,
        ignore_initial_migrations=True,  # their tables are new: nothing runs on them that an index could lock
    )
    linter.lint_all_migrations()
    linter.print_summary()
    return int(linter.has_errors)


if __name__ == "__main__":
    sys.exit(main())
