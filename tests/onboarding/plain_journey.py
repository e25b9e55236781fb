"""A journey as a plain model: what its rows must be, said without the code under test."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

ENDED = {"done", "skipped"}


@dataclass
class PlainStep:
    """A step: queued says whether its work waits for a worker; runs how often that work was done."""

    kind: str
    after: tuple[str, ...]
    needed: bool
    days: int
    state: str = "waiting"
    queued: bool = False
    until: datetime | None = None


@dataclass
class PlainJourney:
    """All steps by slug, and how each reacts."""

    steps: dict[str, PlainStep]
    now: datetime
    opened: list[str] = field(default_factory=list)

    def settle(self) -> None:
        """Open and skip until nothing moves any more."""
        for slug, step in self.steps.items():
            if step.state == "waiting" and all(self.steps[each].state in ENDED for each in step.after):
                self._begin(slug, step)
                self.settle()
                return

    def _begin(self, slug: str, step: PlainStep) -> None:
        if not step.needed:
            step.state = "skipped"
            return
        self.opened.append(slug)
        step.state = "running" if step.kind in {"probe", "wait"} else "open"
        step.queued = step.kind == "probe"
        step.until = self.now + timedelta(days=step.days) if step.kind == "wait" else None

    def end(self, slug: str, state: str = "done") -> None:
        """End a step, and let follow what follows."""
        self.steps[slug].state = state
        self.settle()

    def work(self, mood: str, *, last: bool) -> None:
        """Let workers look at everything that is queued, in a mood: it goes well, breaks, or is refused."""
        queued = [slug for slug, step in self.steps.items() if step.queued and step.state in {"running", "failed"}]
        for slug in queued:
            step = self.steps[slug]
            if mood == "break":
                step.state, step.queued = ("failed", False) if last else (step.state, True)
                continue
            step.queued = False
            if mood == "refuse":
                step.state = "failed"
            else:
                self.end(slug)
        if mood != "break" and any(step.queued and step.state == "running" for step in self.steps.values()):
            self.work(mood, last=last)

    def pass_time(self, days: int) -> None:
        """Let days pass; waits that are over end."""
        self.now += timedelta(days=days)
        over = [
            slug
            for slug, step in self.steps.items()
            if step.kind == "wait" and step.state == "running" and step.until is not None and step.until <= self.now
        ]
        for slug in over:
            self.end(slug)

    def become(self, steps: dict[str, PlainStep]) -> None:
        """Go on with other steps: what is the same by slug and kind keeps its state."""
        for slug, step in steps.items():
            old = self.steps.get(slug)
            if old is not None and old.kind == step.kind:
                step.state, step.queued, step.until = old.state, old.queued, old.until
        self.steps = steps
        self.settle()

    @property
    def ended(self) -> bool:
        """Whether every step has."""
        return all(step.state in ENDED for step in self.steps.values())
