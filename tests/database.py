"""The tests' databases: copies of one template that is migrated once, and free of others' sessions in the end.

The template stays on the server between runs, under a name that changes with the migrations and with what they import;
Django migrates each copy all the same, which then finds nothing to do.
"""

from __future__ import annotations

import hashlib
import re
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

ROOT = Path(settings.ROOT)
PREFIX = "test_prm_template_"
IMPORT = re.compile(r"^(?:from|import) ([\w.]+)", re.MULTILINE)
LOCK = 0x50524D
"""Its number among PostgreSQL's advisory locks: one process makes the template, the others wait for it."""


def template() -> str:
    """Return the name of the template with the tables of now; make it if it is not there."""
    name = f"{PREFIX}{fingerprint()}"
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        cursor.execute("SELECT datname FROM pg_database WHERE starts_with(datname, %s)", [PREFIX])
        there = {row[0] for row in cursor.fetchall()}
        if name not in there:
            for old in there:
                cursor.execute(f"DROP DATABASE {connection.ops.quote_name(old)}")
            cursor.execute(f"CREATE DATABASE {PREFIX}new")
            migrate(f"{PREFIX}new")
            cursor.execute(f"ALTER DATABASE {PREFIX}new ALLOW_CONNECTIONS false")
            cursor.execute(f"ALTER DATABASE {PREFIX}new RENAME TO {name}")
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    return name


def migrate(database: str) -> None:
    """Make the tables in an empty database."""
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = database
    try:
        call_command("migrate", verbosity=0, interactive=False)
        call_command("createcachetable", verbosity=0)
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own


def fingerprint() -> str:
    """Return a digest of all that decides how the tables look: migrations, the modules they import, the kernel."""
    files = {*ROOT.glob("prm/kernel/*.py"), ROOT / "prm/settings.py", ROOT / "requirements/runtime.txt"}
    for migration in ROOT.glob("[a-z]*/migrations/*.py"):
        files |= {migration, *imported(migration)}
    digest = hashlib.sha256()
    for path in sorted(files):
        digest.update(f"{path.relative_to(ROOT)}\0".encode() + path.read_bytes())
    return digest.hexdigest()[:16]


def imported(path: Path) -> Iterator[Path]:
    """Yield the modules of ours that a file imports."""
    for name in IMPORT.findall(path.read_text(encoding="utf-8")):
        place = ROOT.joinpath(*name.split("."))
        yield from (each for each in (place.with_suffix(".py"), place / "__init__.py") if each.exists())


def other_sessions(*, end: bool = False) -> int:
    """Return how many sessions others than this thread have in its database; `end` ends them."""
    counted = "pg_terminate_backend(pid)" if end else "*"
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count({counted}) FROM pg_stat_activity"  # noqa: S608
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return int(cursor.fetchone()[0])


def sessions() -> set[int]:
    """Return the process ids of the others' sessions in this thread's database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pid FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        return {pid for (pid,) in cursor.fetchall()}


def others_have_left(known: set[int], seconds: float = 10.0) -> bool:
    """Wait until nobody has a session in the database but those known before; return whether they left in time."""
    deadline = time.monotonic() + seconds
    while sessions() - known:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True
