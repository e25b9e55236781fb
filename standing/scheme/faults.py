"""What is wrong with a scheme: every fault with its place, so that a builder shows them all at once."""

from __future__ import annotations

from prm.kernel.documents import Fault
from prm.kernel.errors import RuleViolation

__all__ = ["Fault", "SchemeRefused"]


class SchemeRefused(RuleViolation):
    """A scheme can't be used; `faults` has at least one, and the message is the first one's."""

    def __init__(self, faults: list[Fault]) -> None:
        super().__init__("scheme_refused", faults[0].message, "definition")
        self.faults = tuple(faults)
