"""Brings an empty database up to the drill: tables, the cast, sessions. Prints what the writers need as JSON."""

import json
from datetime import timedelta
from typing import Any

import django

TABLES = """
CREATE TABLE IF NOT EXISTS drill_effect (event_id bigint NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE IF NOT EXISTS drill_counted (job bigint NOT NULL, number bigint NOT NULL, run integer NOT NULL);
CREATE TABLE IF NOT EXISTS drill_naive (number bigint PRIMARY KEY);
CREATE TABLE IF NOT EXISTS drill_step_effect (step bigint NOT NULL);
CREATE TABLE IF NOT EXISTS drill_naive_done (number bigint NOT NULL);
"""


def main() -> None:
    """Prepare, and print one line."""
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415  (needs what stands above)
    from django.db import connection  # noqa: PLC0415

    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
    print(json.dumps(people()))


def people() -> dict[str, Any]:
    """Make the cast; return sessions with an enrollment and a product each, and a close date."""
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY  # noqa: PLC0415
    from django.utils import timezone  # noqa: PLC0415

    from dealreg.models import Policy  # noqa: PLC0415
    from people.sessions import SessionStore  # noqa: PLC0415
    from tests.cast import make_cast  # noqa: PLC0415

    cast = make_cast()
    Policy.objects.update(hourly_registrations=1_000_000)
    writers = []
    for partner in ("brightpath", "kappel"):
        person = cast.people[f"{partner}_sales"]
        session = SessionStore()
        session[SESSION_KEY] = str(person.pk)
        session[BACKEND_SESSION_KEY] = "partners.authentication.SeatBackend"
        session[HASH_SESSION_KEY] = person.get_session_auth_hash()
        session.create()
        enrollment = cast.enrollments[f"{partner}_northwind"].pk
        writers.append({"session": session.session_key, "enrollment": enrollment, "product": cast.northwind.robot.pk})
    return {"writers": writers, "close_date": (timezone.localdate() + timedelta(days=60)).isoformat()}


if __name__ == "__main__":
    main()
