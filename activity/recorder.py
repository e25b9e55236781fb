"""The recorder behind `prm.kernel.recording`: one statement writes an event, or many, with the deliveries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from activity.nudge import nudge_workers
from activity.registry import BY_EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prm.kernel.recording import Happening

STATEMENT = """
WITH happened AS (
  INSERT INTO activity_event (kind, vendor_id, partner_id, enrollment_id, audience, subject_type, subject_id,
                              person_id, seat_id, role, via, before, after, data)
  VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s) RETURNING id
), delivered AS (
  INSERT INTO activity_delivery (event_id, handler, state, attempts, error)
  SELECT happened.id, name, 'pending', 0, '' FROM happened, unnest(%s::text[]) AS name
)
SELECT id FROM happened
"""


MANY = """
WITH given AS (
  SELECT * FROM jsonb_to_recordset(%s)
    AS row (place int, vendor bigint, partner bigint, enrollment bigint, subject bigint, before jsonb, after jsonb,
            data jsonb)
), happened AS (
  INSERT INTO activity_event (kind, vendor_id, partner_id, enrollment_id, audience, subject_type, subject_id,
                              person_id, seat_id, role, via, before, after, data)
  SELECT %s, vendor, partner, enrollment, %s, %s, subject, %s, %s, %s, %s, before, after, data FROM given ORDER BY place
  RETURNING id
)
INSERT INTO activity_delivery (event_id, handler, state, attempts, error)
SELECT happened.id, name, 'pending', 0, '' FROM happened, unnest(%s::text[]) AS name ORDER BY happened.id
"""


def record_happening(happening: Happening) -> int:
    """Write the event and a delivery for each subscribed handler; ring the workers' bell on commit.

    Returns the event's id. Tenant columns are the subject's own, in the subject's transaction.
    """
    kind, actor, subject = happening.kind, happening.actor, happening.subject
    handlers = [handler.name for handler in BY_EVENT[kind.name]]
    values = [
        kind.name,
        tenant(subject, "vendor"),
        tenant(subject, "partner"),
        tenant(subject, "enrollment"),
        str(kind.audience),
        subject._meta.label_lower,
        subject.pk,
        actor.person_id,
        actor.seat_id,
        actor.role or "",
        str(actor.via),
        *(_json(facts) for facts in (happening.before, happening.after, happening.data)),
        handlers,
    ]
    with connection.cursor() as cursor:
        cursor.execute(STATEMENT, values)
        (event_id,) = cursor.fetchone()
    if handlers:
        transaction.on_commit(nudge_workers)
    return event_id


def record_happenings(happenings: Sequence[Happening]) -> None:
    """Write events of one kind, by one actor and about one kind of row, with their deliveries; ring once on commit."""
    first = happenings[0]
    kind, actor = first.kind, first.actor
    handlers = [handler.name for handler in BY_EVENT[kind.name]]
    rows = [
        {
            "place": place,
            **{name: tenant(each.subject, name) for name in ("vendor", "partner", "enrollment")},
            "subject": each.subject.pk,
            **{name: _plain(getattr(each, name)) for name in ("before", "after", "data")},
        }
        for place, each in enumerate(happenings)
    ]
    by = [actor.person_id, actor.seat_id, actor.role or "", str(actor.via)]
    about = [kind.name, str(kind.audience), first.subject._meta.label_lower]
    with connection.cursor() as cursor:
        cursor.execute(MANY, [json.dumps(rows, cls=DjangoJSONEncoder), *about, *by, handlers])
    if handlers:
        transaction.on_commit(nudge_workers)


def tenant(subject: models.Model, name: str) -> int | None:
    """Return the id of the subject's vendor, partner or enrollment; its own id where it is one itself."""
    if subject._meta.model_name == name:
        return subject.pk
    return getattr(subject, f"{name}_id", None)


def _json(facts: Mapping[str, Any]) -> str:
    return json.dumps(_plain(facts), cls=DjangoJSONEncoder)


def _plain(facts: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value.pk if isinstance(value, models.Model) else value for key, value in facts.items()}
