"""Thresholds of matching, tried on what people decided: which decided pairs would be same, review or different."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from accounts.enums import AccountLink
from accounts.matching import Band, Bands, Match, compare
from dealreg.models import Conflict
from dealreg.registrations import customer_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from prm.kernel.actors import Actor

MOST = 2000
STEP = 5


@dataclass(frozen=True, slots=True)
class Decided:
    """A registration's customer beside an account, as a person decided: whether they are one."""

    conflict: Conflict
    match: Match
    is_one: bool


@dataclass(frozen=True, slots=True)
class Moved:
    """A decided pair that other thresholds would put into another band."""

    decided: Decided
    before: Band
    after: Band


@dataclass(frozen=True)
class Simulation:
    """What other thresholds would have made of the decided pairs."""

    decided: Sequence[Decided]
    now: Bands
    tried: Bands

    def counts(self, bands: Bands) -> list[tuple[Band, int, int]]:
        """Return each band with how many pairs are in it that are one, and that aren't."""
        tally = Counter((bands.band_of(each.match.score, each.match.ruling), each.is_one) for each in self.decided)
        return [(band, tally[band, True], tally[band, False]) for band in Band]

    @cached_property
    def moved(self) -> list[Moved]:
        """The pairs that change bands, those that people would find wrong first."""
        found = []
        for each in self.decided:
            score, ruling = each.match.score, each.match.ruling
            before, after = self.now.band_of(score, ruling), self.tried.band_of(score, ruling)
            if before is not after:
                found.append(Moved(each, before, after))
        return sorted(
            found, key=lambda moved: (not _is_wrong(moved), -moved.decided.match.score, moved.decided.conflict.pk)
        )

    def curve(self) -> list[tuple[int, float | None, float]]:
        """Return thresholds with the precision and recall, in percent, of taking everything from there on for one."""
        true = sum(each.is_one for each in self.decided)
        found = []
        for threshold in range(0, 101, STEP):
            taken = [each.is_one for each in self.decided if each.match.score >= threshold]
            precision = 100 * sum(taken) / len(taken) if taken else None
            found.append((threshold, precision, 100 * sum(taken) / true if true else 0.0))
        return found


def _is_wrong(moved: Moved) -> bool:
    return (moved.after is Band.SAME and not moved.decided.is_one) or (
        moved.after is Band.DIFFERENT and moved.decided.is_one
    )


def decided_pairs(actor: Actor) -> list[Decided]:
    """Return the latest 2,000 pairs that people confirmed or set apart, scored as of today. One query.

    A confirmed account is the customer, and the other candidates of that registration are not.
    """
    links = (AccountLink.CONFIRMED, AccountLink.SEPARATED)
    rows = Conflict.objects.visible_to(actor).filter(deal__account_link__in=links)
    found = []
    for row in rows.select_related("deal", "account").order_by("-pk")[:MOST]:
        is_one = row.deal.account_link == AccountLink.CONFIRMED and row.deal.account_id == row.account_id
        found.append(Decided(row, compare(customer_of(row.deal), row.account.identity), is_one))
    return found
