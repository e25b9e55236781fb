"""How often people want to be mailed, read in bulk."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from activity.enums import DIGESTED, Cadence
from activity.models import DigestHour, Preference
from activity.models.notices import DAILY_HOUR
from activity.registry import NOTICES, NoticeKind


@dataclass(frozen=True, slots=True)
class Wishes:
    """What several people chose: cadences by (person's id, kind's name), hours of the daily digest by person's id."""

    cadences: dict[tuple[int, str], Cadence]
    hours: dict[int, int]

    def cadence(self, person_id: int, kind: NoticeKind) -> Cadence:
        """Return how often a person is mailed about a kind."""
        if kind.always:
            return Cadence.IMMEDIATE
        return self.cadences.get((person_id, kind.name), kind.default)

    def hour(self, person_id: int) -> int:
        """Return the hour of a person's daily digest."""
        return self.hours.get(person_id, DAILY_HOUR)


def wishes_of(people: Iterable[int], kinds: Iterable[str] | None = None) -> Wishes:
    """Return what people chose, for some kinds or all. At most two queries."""
    ids = sorted(set(people))
    chosen = Preference.objects.filter(person__in=ids)
    if kinds is not None:
        chosen = chosen.filter(kind__in=sorted(set(kinds)))
    rows = chosen.values_list("person_id", "kind", "cadence")
    cadences = {(person_id, kind): Cadence(cadence) for person_id, kind, cadence in rows}
    return Wishes(cadences, dict(DigestHour.objects.filter(person__in=ids).values_list("person_id", "hour")))


def may_be_stopped(kind: str) -> bool:
    """Whether a person may switch off mails of a kind."""
    return kind in NOTICES and not NOTICES[kind].always


def is_digested(cadence: str) -> bool:
    """Whether a cadence gathers lines for a digest."""
    return cadence in DIGESTED


def kinds_for(roles: Iterable[str]) -> list[NoticeKind]:
    """Return the kinds that concern any of the roles, in the order of their registration."""
    held = set(roles)
    return [kind for kind in NOTICES.values() if kind.roles & held]
