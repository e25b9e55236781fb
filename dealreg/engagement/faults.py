"""What is wrong with a policy: every fault with its place, so that a builder shows them all at once."""

from __future__ import annotations

from dataclasses import dataclass

from prm.kernel.errors import RuleViolation


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is wrong. place: where, as in "segments.2.when"; message: what, and what to do."""

    place: str
    message: str


class PolicyRefused(RuleViolation):
    """A policy can't be used; `faults` has at least one, and the message is the first one's."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("policy_refused", faults[0].message, "definition")
        self.faults = tuple(faults)
