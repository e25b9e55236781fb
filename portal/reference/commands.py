"""The page of commands: the Makefile's and our management commands."""

from __future__ import annotations

import re
from pathlib import Path

from django.conf import settings
from django.core.management import get_commands, load_command_class

from portal.reference.markdown import page, table

TARGET = re.compile(r"^([a-z]+):.*## (.*)$", re.MULTILINE)
ABOUT = (
    '`make` commands bring along all they need. A management command runs with `make manage ARGS="…"`, or with '
    "`python manage.py …` where the environment says which database is meant; `--help` tells its arguments."
)


def commands_page() -> str:
    """Return the page."""
    makefile = (Path(settings.ROOT) / "Makefile").read_text(encoding="utf-8")
    targets = [[f"`make {name}`", words] for name, words in TARGET.findall(makefile)]
    ours = sorted(name for name, app in get_commands().items() if app in settings.OUR_APPS)
    commands = [[f"`{name}`", load_command_class(get_commands()[name], name).help] for name in ours]
    return page(
        "Commands",
        ABOUT,
        "## make\n\n" + table(["Command", "Does"], targets),
        "## Management commands\n\n" + table(["Command", "Does"], commands),
    )
