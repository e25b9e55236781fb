"""The cells of a deal's row, ready to be placed: a list of 25 asks for the same few words again and again."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from dealreg.enums import Outcome, Stage, Status
from dealreg.stages import why_stalled
from portal.statuses import OUTCOME_LOOK, STATUS_LOOK
from portal.templatetags.look import badge, clock, day, mark
from prm.kernel.money import shown

if TYPE_CHECKING:
    from dealreg.models import Deal


@dataclass(frozen=True, slots=True)
class Ring:
    """What the ring clock shows of a deal."""

    ends_at: datetime | None = None
    starts_at: datetime | None = None
    paused: bool = False
    tone: str = ""
    label: Any = None


def ring_of(deal: Deal, now: datetime) -> Ring:
    """Return the vendor's clock on an undecided deal, the protection's on an approved one, else an empty ring."""
    if deal.waits_for_partner:
        left = timedelta(hours=max(deal.clock_left or 0, 0.02))
        return Ring(now + left, deal.submitted_at, paused=True, label=_("paused until you answer"))
    if deal.is_undecided:
        return Ring(deal.due_at, deal.submitted_at, label=_("{left} left to decide"))
    if deal.is_protected:
        return Ring(deal.protected_until, deal.protected_from, tone="good", label=_("protected for {left}"))
    return Ring()


@dataclass(frozen=True, slots=True)
class DealRow:
    """A row's cells: text, or HTML where it is safe."""

    url: str
    customer: str
    title: str
    reference: str
    vendor: SafeString
    status: SafeString
    clock: SafeString | str
    stage: SafeString | str
    closes: SafeString | str
    value: str


def row_of(deal: Deal, now: datetime) -> DealRow:
    """Return the cells of a deal whose vendor is at hand."""
    language, ring = get_language() or "en", ring_of(deal, now)
    at_stage = deal.outcome == Outcome.OPEN
    return DealRow(
        url=deal.get_absolute_url(),
        customer=deal.customer_name,
        title=deal.title,
        reference=deal.reference,
        vendor=_vendor(deal.vendor_id, deal.vendor.name),
        status=_status(deal.status, language),
        clock=clock(ring.ends_at, ring.starts_at, ring.paused, ring.label, tone=ring.tone),
        stage=_standing(deal, language, now) if at_stage else _outcome(deal.outcome, language),
        closes=day(deal.close_date),
        value=shown(deal.value, deal.currency),
    )


@lru_cache(maxsize=256)
def _vendor(pk: int, name: str) -> SafeString:
    return format_html('<span class="who">{}{}</span>', mark(name, pk, True), name)


@lru_cache(maxsize=128)
def _status(status: str, language: str) -> SafeString:
    return badge(str(Status(status).label), *STATUS_LOOK[Status(status)])


@lru_cache(maxsize=128)
def _outcome(outcome: str, language: str) -> SafeString:
    return badge(str(Outcome(outcome).label), *OUTCOME_LOOK[Outcome(outcome)])


def _standing(deal: Deal, language: str, now: datetime) -> SafeString | str:
    """Return the stage, with a mark and the reason where the deal stands still."""
    stage, why = _stage(deal.stage, language), why_stalled(deal, now)
    if not why:
        return stage
    mark_of = badge(str(_("Stalled")), "warn", "pause")
    return format_html('{}<br>{}<br><span class="small muted">{}</span>', stage, mark_of, why)


@lru_cache(maxsize=128)
def _stage(stage: str, language: str) -> str:
    return str(Stage(stage).label)
