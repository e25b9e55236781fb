"""What changes when a partner becomes another kind: forms, ladders, journeys, the portal."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from dealreg.enums import Part
from onboarding.enums import JourneyState
from onboarding.models import Journey
from onboarding.reports_journeys import journeys_for
from partners.enums import LIVE, PartnerType
from partners.models import Enrollment
from partners.profiles import asks_of, label_of
from portal.sections import sections_of
from standing.reports import ladders_for

if TYPE_CHECKING:
    from collections.abc import Iterable

    from partners.models import Partner
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class ProgramChange:
    """What changes in a program. tier: the one it holds, "" for none. fits: whether it has anything for the kind."""

    enrollment: Enrollment
    tier: str
    fits: bool
    said: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Preview:
    """What changes altogether. asked, dropped: fields of the profile; portal: sentences."""

    programs: tuple[ProgramChange, ...]
    asked: tuple[str, ...]
    dropped: tuple[str, ...]
    portal: tuple[str, ...]


def preview_of(actor: Actor, partner: Partner, before: str, after: str) -> Preview:
    """Return what changes for a partner in the programs in sight. Four queries."""
    enrolled = Enrollment.objects.visible_to(actor).filter(partner=partner, status__in=LIVE)
    rows = list(enrolled.select_related("program", "vendor", "standing__tier").order_by("program__name", "pk"))
    programs, kinds = [row.program_id for row in rows], ["", before, after]
    ladders, journeys = ladders_for(programs, kinds), journeys_for(programs, kinds)
    running = Journey.objects.visible_to(actor).filter(enrollment__in=rows, state=JourneyState.RUNNING)
    under_way = set(running.values_list("enrollment_id", flat=True))
    told = [_program(row, (before, after), ladders, journeys, under_way) for row in rows]
    old, new = _labels(before), _labels(after)
    return Preview(
        tuple(told),
        tuple(label for name, label in new.items() if name not in old),
        tuple(label for name, label in old.items() if name not in new),
        tuple(_portal(before, after)),
    )


def _labels(kind: str) -> dict[str, str]:
    return {ask.name: str(label_of(ask)) for ask in asks_of(kind)}


def _program(
    row: Any, kinds: tuple[str, str], ladders: set[tuple[int, str]], journeys: set[tuple[int, str]], running: set[int]
) -> ProgramChange:
    ladder, ladder_then = (_own(ladders, row.program_id, kind) for kind in kinds)
    journey, journey_then = (_own(journeys, row.program_id, kind) for kind in kinds)
    standing = getattr(row, "standing", None)
    said = [*_of_ladder(ladder, ladder_then), *_of_journey(journey, journey_then, under_way=row.pk in running)]
    # A program that asks nothing of anybody fits everybody.
    asks = ladder is not None or journey is not None
    fits = ladder_then is not None or journey_then is not None or not asks
    return ProgramChange(row, standing.tier.name if standing else "", fits, tuple(said))


def _own(found: set[tuple[int, str]], program_id: int, kind: str) -> str | None:
    """Return whose ladder or journey a kind is on: its own, that for all (""), or None for none."""
    return next((each for each in (kind, "") if (program_id, each) in found), None)


def _of_ladder(before: str | None, after: str | None) -> Iterable[str]:
    if before == after:
        yield _("The ladder stays.") if before is not None else _("There is no ladder, before and after.")
    elif after is None:
        yield _("There is no ladder for this kind: the tier stays as it is, and nothing is worked out any more.")
    else:
        words = _("The ladder is another one, that for %(ladder)s: tier and benefits follow within seconds.")
        yield words % {"ladder": _whose(after)}


def _of_journey(before: str | None, after: str | None, *, under_way: bool) -> Iterable[str]:
    if under_way:
        yield _("The journey under way goes on as it was begun.")
    if before != after and after is not None:
        yield _("A journey that starts from then on is another one, that for %(journey)s.") % {"journey": _whose(after)}
    elif before != after:
        yield _("There is no journey for this kind.")


def _whose(kind: str) -> str:
    return str(PartnerType(kind).label) if kind else _("all types without one of their own")


def _portal(before: str, after: str) -> Iterable[str]:
    old, new = sections_of(before), sections_of(after)
    if str(old.register) != str(new.register):
        yield _("The portal says “%(after)s” instead of “%(before)s”.") % {
            "before": old.register,
            "after": new.register,
        }
    if old.part != new.part:
        yield _("New registrations begin with the part “%(part)s”.") % {"part": Part(new.part).label}
    if old.asks_products != new.asks_products:
        asks, asks_not = _("The form asks for products, too."), _("The form no longer asks for products.")
        yield asks if new.asks_products else asks_not
    if old == new:
        yield _("The portal stays as it is.")
