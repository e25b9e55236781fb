"""What people say of accounts that look alike: related, not the same, or asked again; merging is in `dealreg`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import events
from accounts.enums import PairVerdict
from accounts.matching import compare
from accounts.models import Account, AccountPair
from accounts.permissions import MERGE_ACCOUNTS
from accounts.thresholds import thresholds_of
from jobs.services import start_job
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from jobs.models import Job
    from prm.kernel.actors import Actor

SELF_CHECK = "accounts.self_check"


def start_self_check(*, actor: Actor) -> Job:
    """Look for pairs among the vendor's accounts, as a job.

    Raises:
        Forbidden: no right. Conflict: it is running. TooMany: 20 jobs have not ended.
    """
    may_merge(actor)
    return start_job(actor=actor, kind=SELF_CHECK, title=_("Accounts that look alike"), arguments={})


@transaction.atomic
def relate_accounts(*, actor: Actor, pair: AccountPair, parent: Account | None) -> AccountPair:
    """Decide that two accounts are related, and not the same: parent and subsidiary, or sisters.

    Records `account.related`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: decided meanwhile. RuleViolation: the parent is neither.
    """
    fresh = open_pair(pair, actor)
    if parent is not None and parent.pk not in (fresh.low_id, fresh.high_id):
        raise RuleViolation("not_of_the_pair", _("The parent is one of the two."), "parent")
    fresh.parent = parent
    decide(fresh, PairVerdict.RELATED, actor)
    record(events.ACCOUNTS_RELATED, actor=actor, subject=fresh, data=names_of(fresh))
    return fresh


@transaction.atomic
def set_accounts_apart(*, actor: Actor, pair: AccountPair) -> AccountPair:
    """Decide that two accounts are not the same; nobody is asked again. Records `account.set_apart`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: decided meanwhile.
    """
    fresh = open_pair(pair, actor)
    decide(fresh, PairVerdict.DIFFERENT, actor)
    record(events.ACCOUNTS_SET_APART, actor=actor, subject=fresh, data=names_of(fresh))
    return fresh


@transaction.atomic
def ask_again(*, actor: Actor, pair: AccountPair) -> AccountPair:
    """Take back that two accounts are related or not the same: the pair waits again. Records `account.asked_again`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: it waits already, or the accounts were merged.
    """
    fresh: AccountPair = locked(pair, actor)
    may_merge(actor)
    if fresh.verdict not in (PairVerdict.RELATED, PairVerdict.DIFFERENT):
        raise Conflict("state_changed", _("This was decided meanwhile. Nothing of yours was changed."), fresh=fresh)
    fresh.verdict, fresh.parent, fresh.decided_by, fresh.decided_at = PairVerdict.OPEN, None, None, None
    fresh.save()
    record(events.ACCOUNTS_ASKED_AGAIN, actor=actor, subject=fresh, data=names_of(fresh))
    return fresh


@transaction.atomic
def propose_pair(*, actor: Actor, one: Account, other: Account) -> AccountPair:
    """Set two accounts beside each other that no check found alike; returns their pair.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: the same one twice.
    """
    may_merge(actor)
    if one.pk == other.pk:
        raise RuleViolation("same_record", _("Choose another account than this one."), "other")
    pair = pair_of(actor, one, other)
    if pair.verdict == PairVerdict.OPEN and not pair.band:
        match = compare(pair.low.identity, pair.high.identity, thresholds_of(actor).bands)
        pair.score, pair.band = match.score, str(match.band)
        pair.save(update_fields=["score", "band"])
    return pair


def pair_of(actor: Actor, one: Account, other: Account) -> AccountPair:
    """Return the pair of two accounts, locked, made where there is none yet; in the caller's transaction."""
    low, high = sorted((one.pk, other.pk))
    AccountPair.objects.bulk_create(
        [AccountPair(vendor_id=one.vendor_id, low_id=low, high_id=high)], ignore_conflicts=True
    )
    pair: AccountPair = AccountPair.objects.select_for_update(of=("self",)).get(low=low, high=high)
    keep_visible(pair, actor)
    return pair


def decide(pair: AccountPair, verdict: PairVerdict, actor: Actor) -> None:
    """Write a decision on a locked pair."""
    pair.verdict, pair.decided_by_id, pair.decided_at = verdict, actor.person_id, timezone.now()
    pair.save()


def open_pair(pair: AccountPair, actor: Actor) -> AccountPair:
    """Return a pair locked, if nobody decided it yet and the actor may.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: decided meanwhile.
    """
    fresh: AccountPair = locked(pair, actor)
    may_merge(actor)
    if fresh.verdict != PairVerdict.OPEN:
        raise Conflict("state_changed", _("This was decided meanwhile. Nothing of yours was changed."), fresh=fresh)
    return fresh


def may_merge(actor: Actor) -> None:
    """Refuse who may not.

    Raises:
        Forbidden: no right.
    """
    if not actor.may(MERGE_ACCOUNTS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))


def names_of(pair: AccountPair) -> dict[str, str]:
    """Return the names of the two, for the record."""
    return {"one": pair.low.name, "other": pair.high.name}
