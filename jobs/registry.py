"""The kinds of job: filled by each app's `jobs.py` at start-up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django.utils.functional import Promise

    from jobs.models import Job
    from jobs.work import Work
    from prm.kernel.actors import Permission

Run = Callable[["Work"], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class JobKind:
    """A kind of long work.

    permission: who may start it, and who of the same vendor or partner sees it; without one only its starter does.
    unit: what is counted ("rows"). figures: words for the figures that come out. exclusive: one at a time in a vendor
    or partner. tells: whether its end is told behind the bell. kept: what a cancelled one says about what was done.
    ended: called in the transaction that ends it, whatever the end. link: where its result is seen, as words and path.
    """

    name: str
    label: str | Promise
    run: Run
    icon: str = "clock"
    permission: Permission | None = None
    unit: str | Promise = ""
    figures: Mapping[str, str | Promise] = field(default_factory=dict)
    exclusive: str = ""
    tells: bool = True
    kept: str | Promise = ""
    ended: Callable[[Job], None] | None = None
    link: Callable[[Job], tuple[str, str] | None] | None = None


KINDS: dict[str, JobKind] = {}
DEFAULTS = {"unit": _("rows"), "kept": _("What was done until then stays.")}


def job_kind(name: str, *, label: str | Promise, **options: Any) -> Callable[[Run], Run]:
    """Register a function as a kind of job; `options` are those of `JobKind`. `name` is kept in rows.

    Raises:
        ValueError: the name is taken.
    """

    def register(run: Run) -> Run:
        if name in KINDS:
            raise ValueError(f"job kind {name} is declared twice")
        KINDS[name] = JobKind(name=name, label=label, run=run, **{**DEFAULTS, **options})
        return run

    return register
