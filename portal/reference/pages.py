"""Which reference pages there are, and whether the files still say what the code says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.utils import translation
from django.utils.module_loading import autodiscover_modules

from portal.reference.commands import commands_page
from portal.reference.configuration import configuration_page
from portal.reference.events import events_page
from portal.reference.machines import machines_page
from portal.reference.mails import mails_page
from portal.reference.measures import measures_page
from portal.reference.permissions import permissions_page

FOLDER = Path("docs/reference")
PAGES: dict[str, Callable[[], str]] = {
    "commands.md": commands_page,
    "configuration.md": configuration_page,
    "events.md": events_page,
    "mails.md": mails_page,
    "measures.md": measures_page,
    "permissions.md": permissions_page,
    "state-machines.md": machines_page,
}


def written() -> dict[str, str]:
    """Return each page's text as the code has it now, by file name, in English."""
    autodiscover_modules("permissions", "workflow")
    with translation.override("en"):
        return {name: page() for name, page in PAGES.items()}


def stale(root: Path) -> list[str]:
    """Return the paths of pages whose file is missing or says something else."""
    pages = {FOLDER / name: text for name, text in written().items()}
    return [str(path) for path, text in pages.items() if not _says(root / path, text)]


def write(root: Path) -> list[str]:
    """Write the pages whose file is missing or says something else; return their paths."""
    pages, changed = written(), stale(root)
    for path in map(Path, changed):
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(pages[path.name], encoding="utf-8")
    return changed


def _says(path: Path, text: str) -> bool:
    return path.is_file() and path.read_text(encoding="utf-8") == text
