"""What is wrong with a journey."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.documents import Fault


class JourneyRefused(RuleViolation):
    """A journey can't be used; `faults` has at least one, and the message is the first one's."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        super().__init__("journey_refused", faults[0].message, "definition")
        self.faults = tuple(faults)
