"""What a service raises when it refuses. One adapter turns each into a form error, one into an API problem."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

    from django.db.models import Model
    from django.utils.functional import Promise


class RuleViolation(Exception):
    """A rule says no; nothing was changed.

    Args:
        code: stable, snake_case, documented in the API.
        message: what is wrong and what to do next, in the person's language.
        field: the input it belongs to, or "" for the whole.
    """

    status = 422

    def __init__(self, code: str, message: str | Promise, field: str = "") -> None:
        super().__init__(code)
        self.code, self.message, self.field = code, message, field

    def __str__(self) -> str:
        return str(self.message)


class Conflict(RuleViolation):
    """Someone was faster, or the form is stale. Carries the row as it is now."""

    status = 409

    def __init__(self, code: str, message: str | Promise, fresh: Model | None = None) -> None:
        super().__init__(code, message)
        self.fresh = fresh


class Stale(Conflict):
    """The page was opened before somebody else's change. `changes`: label, what was seen, what is now."""

    def __init__(self, code: str, message: str | Promise, changes: Sequence[Any] = ()) -> None:
        super().__init__(code, message)
        self.changes = tuple(changes)


class Forbidden(RuleViolation):
    """The row is in the actor's sight, the right is missing."""

    status = 403


class TooMany(RuleViolation):
    """A rate limit. `retry_after` is in seconds."""

    status = 429

    def __init__(self, code: str, message: str | Promise, retry_after: int) -> None:
        super().__init__(code, message)
        self.retry_after = retry_after
