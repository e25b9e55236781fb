"""The steps of a cut-over, in the order in which they are imported: each is a kind of list."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from imports.enums import ImportState
from imports.models import Import
from imports.registry import KINDS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.utils.functional import Promise

    from imports.kinds import ImportKind
    from portal.models import Cutover


@dataclass(frozen=True, slots=True)
class Step:
    """A step: what is asked for, and how its rows refer to those of earlier steps."""

    kind: str
    hint: str | Promise

    @property
    def definition(self) -> ImportKind:
        """Its kind of list."""
        return KINDS[self.kind]


STEPS = (
    Step("partners", _("With tier and partner manager. Give each your number: the other lists name partners by it.")),
    Step("cutover-people", _("Their people and roles. They are invited after the cut-over, when you say so.")),
    Step("cutover-deals", _("Open registrations with the days on which they were submitted, approved and end.")),
    Step("certificates", _("Certificates and courses that people hold.")),
)
LATER = (_("Balances of funds: there are no funds here yet, so they can’t be taken over. Keep the old system’s list."),)
"""What a cut-over doesn't carry yet; said on the page."""


@dataclass(frozen=True, slots=True)
class Place:
    """A step of a cut-over with its list, where there is one."""

    step: Step
    run: Import | None

    @property
    def is_ready(self) -> bool:
        """Whether its list is checked and waits."""
        return self.run is not None and self.run.state == ImportState.CHECKED

    @property
    def is_being_checked(self) -> bool:
        """Whether its list can't be imported yet."""
        return self.run is not None and self.run.state == ImportState.UPLOADED

    @property
    def is_done(self) -> bool:
        """Whether its list was imported."""
        return self.run is not None and self.run.state in {ImportState.DONE, ImportState.RUNNING, ImportState.FAILED}


def places_of(cutover: Cutover) -> Sequence[Place]:
    """Return the steps with their lists, in order. One query."""
    lists = cutover.lists.select_related("run__check_job", "run__person")
    runs = {each.kind: each.run for each in lists}
    return [Place(step, runs.get(step.kind)) for step in STEPS]
