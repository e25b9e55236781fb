"""What people choose about their mails."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from activity.enums import Cadence, Withheld
from activity.mailing.stopping import DIGEST
from activity.models import DigestHour, DigestLine, Preference
from activity.preferences import is_digested, may_be_stopped, wishes_of
from activity.registry import NOTICES
from activity.slots import next_slot
from people.models import Person
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def change_preferences(*, actor: Actor, cadences: Mapping[str, str], hour: int) -> None:
    """Set how often the actor is mailed about the kinds named, and the hour of its daily digest.

    What waits for a digest follows: it comes with the next of the new kind, at once, or not at all.

    Args:
        hour: 0 to 23, on the clock of the person's zone.

    Raises:
        Forbidden: nobody is signed in, or asked for with a token.
        RuleViolation: an unknown kind or cadence, a kind that can't be changed, or no hour of a day.
    """
    person_id = _asker(actor)
    for kind, cadence in cadences.items():
        if not may_be_stopped(kind) or cadence not in Cadence.values:
            raise RuleViolation(
                "unknown_kind", _("Choose how often for the kinds listed; some can't be changed."), kind
            )
    if not 0 <= hour <= 23:
        raise RuleViolation("no_hour", _("Choose an hour of the day."), "hour")
    _keep(person_id, {kind: Cadence(cadence) for kind, cadence in cadences.items()})
    DigestHour.objects.update_or_create(person_id=person_id, defaults={"hour": hour})
    _plan_again(person_id)


@transaction.atomic
def reset_preferences(*, actor: Actor) -> None:
    """Forget all that the actor chose about mails; what waits for a digest follows.

    Raises:
        Forbidden: nobody is signed in, or asked for with a token.
    """
    person_id = _asker(actor)
    Preference.objects.filter(person=person_id).delete()
    DigestHour.objects.filter(person=person_id).delete()
    _plan_again(person_id)


@transaction.atomic
def stop_mails(*, person_id: int, kind: str) -> list[str]:
    """Switch off mails of a kind, or all that come in digests, for whom a signed link names; needs no sign-in.

    Returns the names of the kinds that are off now. Doing it twice is harmless.
    """
    if kind == DIGEST:
        wishes = wishes_of([person_id])
        found = [
            name
            for name, known in NOTICES.items()
            if not known.always and is_digested(wishes.cadence(person_id, known))
        ]
    else:
        found = [kind] if may_be_stopped(kind) else []
    if not Person.objects.filter(pk=person_id).exists():
        return []
    _keep(person_id, dict.fromkeys(found, Cadence.OFF))
    _plan_again(person_id)
    return found


def _asker(actor: Actor) -> int:
    if actor.person_id is None or not actor.speaks_for_person:
        raise Forbidden("not_allowed", _("Sign in to change your settings."))
    return actor.person_id


def _keep(person_id: int, cadences: Mapping[str, Cadence]) -> None:
    """Keep what differs from the defaults; forget the rest, so that a better default reaches who chose nothing."""
    usual = [kind for kind, cadence in cadences.items() if NOTICES[kind].default == cadence]
    Preference.objects.filter(person=person_id, kind__in=usual).delete()
    rows = [
        Preference(person_id=person_id, kind=kind, cadence=cadence)
        for kind, cadence in cadences.items()
        if kind not in usual
    ]
    Preference.objects.bulk_create(
        rows, update_conflicts=True, unique_fields=["person", "kind"], update_fields=["cadence"]
    )


def _plan_again(person_id: int) -> None:
    """Move the lines that wait to where the person's choices now put them. A digest being written keeps its lines."""
    person, wishes, now = Person.objects.get(pk=person_id), wishes_of([person_id]), timezone.now()
    for line in DigestLine.objects.waiting().filter(person=person_id).select_for_update(skip_locked=True):
        kind = NOTICES.get(line.kind)
        cadence = wishes.cadence(person_id, kind) if kind else Cadence(line.cadence)
        if cadence == Cadence.OFF:
            line.withheld, line.settled_at = Withheld.OFF, now
        elif cadence == Cadence.IMMEDIATE:
            line.due_at = now
        else:
            line.due_at, line.cadence = next_slot(cadence, now, person.time_zone, wishes.hour(person_id)), cadence
        line.save(update_fields=["due_at", "cadence", "withheld", "settled_at"])
