"""What moving a journey to another version would change, step by step: said before it is done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

if TYPE_CHECKING:
    from onboarding.journeys import Definition
    from onboarding.progress import Progress


@dataclass(frozen=True, slots=True)
class Change:
    """A step that differs. how: "new", "gone", "kept" (ended before, stays as a record) or "changed"."""

    name: str
    how: str
    sentence: str

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon."""
        return {"new": ("good", "plus"), "gone": ("bad", "x"), "kept": ("", "done")}.get(self.how, ("info", "pen"))


def changes_for(found: Progress, to: Definition) -> list[Change]:
    """Return what changes for a journey, in the new version's order, then what is left out."""
    there = {line.row.slug: line for line in found.lines}
    changes = []
    for step in to.steps:
        line = there.get(step.slug)
        if line is None or line.row.kind != step.kind:
            ready = all(slug in there and there[slug].is_ended for slug in to.waits[step.slug])
            sentence = _("New; opens at once.") if ready else _("New; waits for its turn.")
            changes.append(Change(step.name, "new", sentence))
        elif line.shape != step or tuple(line.row.after) != to.waits[step.slug]:
            ended = _("Ended already, and stays so.") if line.is_ended else _("Goes on as it stands, by its new words.")
            changes.append(Change(step.name, "changed", ended))
    for slug, line in there.items():
        given = to.step.get(slug)
        if given is None or given.kind != line.row.kind:
            how = "kept" if line.is_ended else "gone"
            words = _("Not there any more; what was done stays on record.") if line.is_ended else _("Falls away.")
            changes.append(Change(line.row.name, how, words))
    return changes
