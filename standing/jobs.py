"""Long work: facts from outside that are tried again, and schemes that are tried on history."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from jobs.registry import job_kind
from standing.backtest import history, running
from standing.enums import WaitingState
from standing.helping import BATCH, book_again
from standing.models import BackTest, WaitingFact
from standing.permissions import EDIT_SCHEMES, RECORD_FACTS

if TYPE_CHECKING:
    from jobs.models import Job
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


def clear_trial(job: Job) -> None:
    """Remove a trial's working rows, whatever its end."""
    history.clear(job.arguments["trial"])


def result_of(job: Job) -> tuple[str, str] | None:
    """Return where a trial's result is seen."""
    trial = BackTest.objects.filter(job=job).first()
    return None if trial is None else (str(_("See the result")), trial.get_absolute_url())


@job_kind(
    "standing.backtest",
    label=_("Trying a scheme on history"),
    icon="tier",
    permission=EDIT_SCHEMES,
    exclusive="backtest",
    unit=_("months"),
    figures={"partners": _("Partners compared")},
    kept=_("A trial changes nothing: no tier, no points."),
    ended=clear_trial,
    link=result_of,
)
def try_on_history(work: Work) -> None:
    """Say what a scheme would have made of the months before a day."""
    trials = BackTest.objects.visible_to(work.actor).select_related("scheme", "program", "vendor")
    running.run(work, trials.get(pk=work.job.arguments["trial"]))
