"""The recorder behind `prm.kernel.recording.record`: one statement writes the event and its deliveries."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, models, transaction

from activity.nudge import nudge_workers
from activity.registry import BY_EVENT

if TYPE_CHECKING:
    from collections.abc import Mapping

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


def tenant(subject: models.Model, name: str) -> int | None:
    """Return the id of the subject's vendor, partner or enrollment; its own id where it is one itself."""
    if subject._meta.model_name == name:
        return subject.pk
    return getattr(subject, f"{name}_id", None)


def _json(facts: Mapping[str, Any]) -> str:
    plain = {key: value.pk if isinstance(value, models.Model) else value for key, value in facts.items()}
    return json.dumps(plain, cls=DjangoJSONEncoder)
