"""Long work on facts from outside."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from jobs.registry import job_kind
from standing.enums import WaitingState
from standing.helping import BATCH, book_again
from standing.models import WaitingFact
from standing.permissions import RECORD_FACTS

if TYPE_CHECKING:
    from jobs.work import Work


@job_kind(
    "facts.retry",
    label=_("Trying the work list again"),
    icon="undo",
    permission=RECORD_FACTS,
    exclusive="facts",
    unit=_("rows"),
    figures={"booked": _("Booked")},
    kept=_("Rows that were booked until then stay booked."),
)
def retry_rows(work: Work) -> None:
    """Try every row that waits."""
    waiting = WaitingFact.objects.visible_to(work.actor).filter(state=WaitingState.OPEN).order_by("pk")
    work.total(waiting.count())
    while facts := list(waiting.filter(pk__gt=work.checkpoint.get("at", 0))[:BATCH]):
        with work.chunk():
            booked = book_again(work.actor, facts)
            work.checkpoint["at"] = facts[-1].pk
            work.figures["booked"] = work.figures.get("booked", 0) + booked
            work.advance(len(facts))
