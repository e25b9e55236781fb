"""What a job's results were made with, and who may still have them.

Role, reach and enrollments stand in the job's arguments, as they were while it was worked on: whoever may not see as
much any more doesn't get what was seen then.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jobs.work import LeaseLost, held
from prm.kernel.actors import Reach

if TYPE_CHECKING:
    from jobs.models import Job
    from prm.kernel.actors import Actor

RIGHTS = "rights"
"""The name in a job's arguments."""


def rights_of(actor: Actor) -> dict[str, Any]:
    """Return the actor's side and role, reach, and live enrollments, as plain values to keep with a job."""
    return {
        "roles": [_standing(actor)],
        "reach": Reach(actor.reach).value,
        "enrollments": sorted(actor.enrollment_ids),
    }


def covers(actor: Actor, job: Job) -> bool:
    """Whether the actor's rights are no less than those that the job's results were made with. No query.

    It holds the kind's permission, or has the same role where the kind has none; its reach is as wide; every enrollment
    is still live. False where nothing was kept. That the job is in the actor's sight is asked elsewhere.
    """
    made, kind = job.arguments.get(RIGHTS), job.definition
    if made is None:
        return False
    if kind is not None and kind.permission is not None:
        stands = actor.may(kind.permission)
    else:
        stands = made["roles"] == [_standing(actor)]
    reaches = made["reach"] == Reach.OWN or actor.reach == Reach.ALL
    return stands and reaches and set(made["enrollments"]) <= set(actor.enrollment_ids)


def note_rights(job: Job, actor: Actor, *, afresh: bool = False) -> None:
    """Keep with a job that it goes on with this actor's rights; `afresh`: nothing that was made before counts.

    Raises:
        LeaseLost: another worker has it.
    """
    made = job.arguments.get(RIGHTS)
    if made is None and not afresh:
        return  # with what it began is unknown, and stays so
    now = rights_of(actor) if afresh or made is None else _joined(made, rights_of(actor))
    if now == made:
        return
    arguments = {**job.arguments, RIGHTS: now}
    if not held(job).update(arguments=arguments):
        raise LeaseLost
    job.arguments = arguments


def _standing(actor: Actor) -> str:
    return f"{actor.kind.value}:{actor.role.value if actor.role else ''}"


def _joined(made: dict[str, Any], now: dict[str, Any]) -> dict[str, Any]:
    """Both together: what was made with either is only for whoever covers both."""
    return {
        "roles": sorted({*made["roles"], *now["roles"]}),
        "reach": Reach.ALL.value if Reach.ALL in {made["reach"], now["reach"]} else Reach.OWN.value,
        "enrollments": sorted({*made["enrollments"], *now["enrollments"]}),
    }
