"""Merging two accounts that are one customer, undoing it, and taking deals out of an account into a new one.

Locks are taken in the order deals, accounts, protections, as everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import events as account_events
from accounts.consolidating import absorb, give_back
from accounts.enums import AccountLink, PairVerdict
from accounts.models import Account, AccountMerge
from accounts.pairs import decide, may_merge, pair_of
from accounts.resolving import create_account
from dealreg.enums import Outcome, ProtectionState, Status
from dealreg.models import Conflict, Deal, Lead, Protection
from dealreg.services.protection import release_protections
from dealreg.workflow import REGISTRATION
from prm.kernel.actors import system
from prm.kernel.errors import Conflict as Stale
from prm.kernel.errors import RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from accounts.identities import Identity
    from prm.kernel.actors import Actor

UNDO_FOR = timedelta(days=30)
REASON = gettext_lazy("The customer turned out to be one that is protected already.")


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two protections that could not both stand, were their accounts one."""

    kept: Protection
    absorbed: Protection

    @property
    def deals(self) -> tuple[int, int]:
        """The ids of the two deals, the kept account's first."""
        return self.kept.deal_id, self.absorbed.deal_id


def overlaps_of(kept: Account, absorbed: Account) -> list[Overlap]:
    """Return which protections of two accounts overlap: of one family, or where one stands for all. One query."""
    live = Protection.objects.live().filter(account__in=[kept, absorbed], ends_at__gt=timezone.now())
    rows = list(live.select_related("family", "deal", "deal__partner").order_by("pk"))
    mine, theirs = ([row for row in rows if row.account_id == side.pk] for side in (kept, absorbed))
    return [
        Overlap(one, other)
        for one in mine
        for other in theirs
        if one.family_id == other.family_id or one.family.covers_all or other.family.covers_all
    ]


@transaction.atomic
def merge_accounts(*, actor: Actor, kept: Account, absorbed: Account, given_up: Collection[int] = ()) -> AccountMerge:
    """Make two accounts one: deals, protections, leads, opportunities and facts go to the kept one.

    given_up: ids of deals whose protection ends, one at least of each two that overlap. Such a deal is released, as its
    partner is told, without saying for whom. Records `account.merged`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: merged meanwhile. RuleViolation: the same one twice, or
        protections overlap and nobody said which one goes on; `field` is `given_up`.
    """
    may_merge(actor)
    if kept.pk == absorbed.pk:
        raise RuleViolation("same_record", _("Choose another account than this one."), "other")
    list(Deal.objects.select_for_update().filter(account__in=[kept, absorbed]).order_by("pk").values_list("pk"))
    kept, absorbed = _both(actor, kept, absorbed)
    _retire_ended(kept, absorbed)
    until = _give_up(actor, overlaps_of(kept, absorbed), set(given_up))
    pair = pair_of(actor, kept, absorbed)
    pair.parent = None
    decide(pair, PairVerdict.SAME, actor)
    merge = AccountMerge(
        vendor_id=kept.vendor_id, kept=kept, absorbed=absorbed, merged_by_id=actor.person_id, given_up=until
    )
    absorb(merge)
    merge.save()
    keep_visible(merge, actor)
    facts = {"kept": kept.name, "absorbed": absorbed.name}
    record(account_events.ACCOUNTS_MERGED, actor=actor, subject=merge, data=facts | {"moved": merge.moved})
    return merge


@transaction.atomic
def undo_account_merge(*, actor: Actor, merge: AccountMerge) -> tuple[AccountMerge, int]:
    """Part two accounts again within 30 days. Returns the merge, and how many protections could not come back.

    What came to the kept account since stays there. A protection that was given up comes back where nobody was
    protected in its place. Records `account.parted`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: undone already. RuleViolation: too late, or merged on.
    """
    may_merge(actor)
    list(Deal.objects.select_for_update().filter(account=merge.kept_id).order_by("pk").values_list("pk"))
    fresh: AccountMerge = locked(merge, actor)
    if fresh.undone_at is not None:
        raise Stale("state_changed", _("This was undone already. Nothing of yours was changed."), fresh=fresh)
    if fresh.merged_at + UNDO_FOR < timezone.now():
        raise RuleViolation("too_late", _("A merge can be undone for 30 days."))
    rows = Account.objects.select_for_update().filter(pk__in=[fresh.kept_id, fresh.absorbed_id]).order_by("pk")
    found = {row.pk: row for row in rows}
    fresh.kept, fresh.absorbed = found[fresh.kept_id], found[fresh.absorbed_id]
    if fresh.kept.merged_into_id:
        raise RuleViolation("merged_on", _("The account was merged into another one since. Undo that first."))
    give_back(fresh)
    fresh.undone_by_id, fresh.undone_at = actor.person_id, timezone.now()
    fresh.save()
    pair = pair_of(actor, fresh.kept, fresh.absorbed)
    pair.verdict, pair.decided_by, pair.decided_at = PairVerdict.OPEN, None, None
    pair.save()
    lost = sum(not _restore(row) for row in fresh.given_up)
    facts = {"kept": fresh.kept.name, "absorbed": fresh.absorbed.name}
    record(account_events.ACCOUNTS_PARTED, actor=actor, subject=fresh, data=facts)
    return fresh, lost


@transaction.atomic
def split_account(*, actor: Actor, account: Account, deals: Sequence[Deal], customer: Identity) -> Account:
    """Take deals out of an account into a new one, with their protections and leads. Records `account.split`.

    The two are kept apart from now on: matching doesn't take one for the other.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: no deal, a deal of another account, or the customer
        has the domain or the name and country of an account that is there.
    """
    may_merge(actor)
    ids = [deal.pk for deal in deals]
    rows = list(Deal.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk"))
    fresh: Account = locked(account, actor)
    if not rows or len(rows) != len(ids) or any(row.account_id != fresh.pk for row in rows):
        raise RuleViolation(
            "no_deals", _("Choose which of this account’s deals belong to the other customer."), "deals"
        )
    made = create_account(fresh.vendor_id, customer, origin=fresh.origin)
    if made is None:
        raise RuleViolation(
            "same_customer",
            _("An account with the same domain, or the same name and country, exists. Give the new one its own."),
            "name",
        )
    Protection.objects.filter(deal__in=rows).update(account=made)
    Conflict.objects.filter(deal__in=rows, account=made).delete()
    Lead.objects.filter(account=fresh, became__deal__in=rows).update(account=made)
    Deal.objects.filter(pk__in=ids).update(account=made, account_link=AccountLink.SEPARATED)
    new = Account.objects.get(pk=made)
    decide(pair_of(actor, fresh, new), PairVerdict.DIFFERENT, actor)
    facts = {"account": fresh.name, "name": new.name, "deals": [row.reference for row in rows]}
    record(account_events.ACCOUNT_SPLIT, actor=actor, subject=new, data=facts)
    return new


def _both(actor: Actor, kept: Account, absorbed: Account) -> tuple[Account, Account]:
    """Return both locked, always in the same order, so that two merges wait for each other."""
    rows = {pk: locked(Account(pk=pk), actor) for pk in sorted({kept.pk, absorbed.pk})}
    for row in rows.values():
        if row.merged_into_id:
            raise Stale("merged_meanwhile", _("One of the two was merged meanwhile. Nothing was changed."), fresh=row)
    return rows[kept.pk], rows[absorbed.pk]


def _retire_ended(*accounts: Account) -> None:
    ended = Protection.objects.live().filter(account__in=accounts, ends_at__lte=timezone.now())
    ended.update(state=ProtectionState.EXPIRED)


def _give_up(actor: Actor, overlaps: Sequence[Overlap], given_up: set[int]) -> list[dict[str, Any]]:
    """End the protection of deals, so that none overlap; returns until when each would have lasted.

    Raises:
        RuleViolation: it isn't said for two that overlap which goes on, or a deal overlaps with none.
    """
    if any(given_up.isdisjoint(overlap.deals) for overlap in overlaps):
        raise RuleViolation(
            "protections_overlap",
            _("Both accounts have a protected deal, and one customer has only one. Choose which protection goes on."),
            "given_up",
        )
    if given_up - {pk for overlap in overlaps for pk in overlap.deals}:
        raise RuleViolation("no_overlap", _("A deal that you chose overlaps with none. Look again."), "given_up")
    noted = []
    for deal in Deal.objects.filter(pk__in=given_up).order_by("pk"):
        held = Protection.objects.live().filter(deal=deal)
        noted.append({"deal": deal.pk, "protections": list(held.order_by("pk").values_list("pk", flat=True))})
        if deal.status == Status.APPROVED and deal.outcome == Outcome.OPEN:
            facts = {"reason": str(REASON)}
            move(REGISTRATION, "release", row=deal, actor=system(deal.vendor_id), facts=facts, data=facts)
        release_protections(deal)
    return noted


def _restore(row: dict[str, Any]) -> bool:
    """Give a deal its protection back, if that would still run and nobody stands in its place."""
    deal = Deal.objects.get(pk=row["deal"])
    now: datetime = timezone.now()
    held = Protection.objects.filter(pk__in=row["protections"], state=ProtectionState.RELEASED, ends_at__gt=now)
    rows = list(held.select_related("family"))
    others = Protection.objects.live().filter(account=deal.account_id, ends_at__gt=now).select_related("family")
    taken = any(
        one.family_id == other.family_id or one.family.covers_all or other.family.covers_all
        for one in rows
        for other in others
    )
    if not rows or taken:
        return False
    if deal.status == Status.EXPIRED:
        move(REGISTRATION, "restore", row=deal, actor=system(deal.vendor_id))
    held.update(state=ProtectionState.LIVE)
    return True
