"""What waits for a partner's person, whatever part of the product it comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Need:
    """One thing that waits for the reader: the most urgent has the smallest `rank`."""

    rank: tuple[int, datetime]
    title: str
    url: str
    action: str
    vendor: Any = None
    facts: str = ""
    reference: str = ""
    ends_at: datetime | None = None
    starts_at: datetime | None = None
    note: str = ""
