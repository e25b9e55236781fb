"""Rules of engagement: versions. What has come into force is cited in decisions, so it stays as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from activity.services import write_row
from dealreg import events
from dealreg.engagement import check, parse
from dealreg.models import Policy
from dealreg.permissions import EDIT_POLICIES
from dealreg.rulings import known_of
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import date

    from partners.models import Program
    from prm.kernel.actors import Actor, Permission

FIGURES = (
    "protection_days",
    "discount",
    "decision_hours",
    "reminder_days",
    "hourly_registrations",
    "extension_days",
    "extensions_most",
    "evidence_days",
    "extends_by_rule",
    "offer_days",
    "appeal_days",
    "appeal_hours",
    "clauses",
    "stages",
)


@transaction.atomic
def write_policy(
    *,
    actor: Actor,
    row: Policy,
    permission: Permission,
    fields: Sequence[str],
    seen: Mapping[str, str] | None = None,
) -> Policy:
    """Add a version of the rules, or change one that isn't in force yet. As `activity.services.write_row`.

    A version that is added takes over the rules of the one before it.

    Raises:
        RuleViolation: the version is in force, or was; or a new one would begin in the past.
        PolicyRefused: its rules cite a clause that it doesn't have any more.
    """
    if not row._state.adding and locked(row, actor).is_published:
        raise RuleViolation(
            "in_force", _("This version is in force, and decisions cite it. Add a new version, with its first day.")
        )
    if row.valid_from is not None and row.valid_from < timezone.localdate():
        raise RuleViolation("in_the_past", _("Choose today or a later day: what was decided stays."), "valid_from")
    if row._state.adding and not row.definition:
        earlier = Policy.objects.filter(program_id=row.program_id, valid_from__lt=row.valid_from)
        row.definition = earlier.order_by("-valid_from").values_list("definition", flat=True).first() or {}
        fields = [*fields, "definition"] if row.definition else fields
    if row.definition:
        check(parse(row.definition), known_of(system(actor.vendor_id), row))
    is_new = row.pk is None
    saved: Policy = write_row(actor=actor, row=row, permission=permission, fields=fields, seen=seen)
    if is_new and saved.valid_from is not None:
        words = {"reference": saved.reference, "day": date_format(saved.valid_from, "Y-m-d")}
        record(events.POLICY_ANNOUNCED, actor=system(saved.vendor_id), subject=saved, data=words)
    return saved


@transaction.atomic
def begin_policy(*, actor: Actor, program: Program) -> Policy:
    """Begin a version as a draft: a copy of the newest published one. Records `policy.begun`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: the program has a draft already.
    """
    _may(actor)
    # The program's row is the lock under which drafts begin.
    program = locked(program, actor)
    versions = Policy.objects.filter(program=program)
    if (draft := versions.filter(valid_from=None).first()) is not None:
        raise Conflict("draft_exists", _("Somebody works on a draft already: go on with it."), fresh=draft)
    before = versions.order_by("-valid_from").first()
    values = {name: getattr(before, name) for name in (*FIGURES, "definition")} if before else {}
    references = set(versions.values_list("reference", flat=True))
    year = timezone.localdate().year
    reference = next(name for n in range(1, 1000) if (name := f"{year}-{n}") not in references)
    policy = Policy.objects.create(vendor_id=program.vendor_id, program=program, reference=reference, **values)
    keep_visible(policy, actor)
    record(events.POLICY_BEGUN, actor=actor, subject=policy, data={"reference": reference})
    return policy


@transaction.atomic
def change_policy(
    *,
    actor: Actor,
    policy: Policy,
    revision: int,
    definition: dict[str, Any] | None = None,
    figures: Mapping[str, Any] | None = None,
) -> Policy:
    """Change a draft's rules, or its plain figures and clauses. It must be readable, though it may be unable to work.

    Records `policy.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile, or it was published.
        PolicyRefused: it isn't a policy.
    """
    fresh = _draft(actor, policy, revision)
    after: dict[str, Any] = {name: value for name, value in (figures or {}).items() if name in FIGURES}
    if definition is not None:
        parse(definition)
        after["definition"] = definition
    after = {name: value for name, value in after.items() if getattr(fresh, name) != value}
    if not after:
        return fresh
    before = {name: getattr(fresh, name) for name in after}
    for name, value in after.items():
        setattr(fresh, name, value)
    fresh.revision += 1
    fresh.full_clean(exclude=["valid_from"])
    fresh.save(update_fields=[*after, "revision"])
    words = {"reference": fresh.reference}
    record(events.POLICY_CHANGED, actor=actor, subject=fresh, before=before, after=after, data=words)
    return fresh


@transaction.atomic
def discard_policy(*, actor: Actor, policy: Policy, revision: int) -> None:
    """Put a draft away; what it said stays in the audit trail. Records `policy.discarded`.

    Raises:
        Http404, Forbidden, Conflict: as `change_policy`.
    """
    fresh = _draft(actor, policy, revision)
    before = {"definition": fresh.definition, "clauses": fresh.clauses}
    record(events.POLICY_DISCARDED, actor=actor, subject=fresh, before=before, data={"reference": fresh.reference})
    fresh.delete()


@transaction.atomic
def publish_policy(*, actor: Actor, policy: Policy, valid_from: date, revision: int) -> Policy:
    """Publish a draft: it holds for what is registered from that day on.

    Records `policy.published`, and `policy.announced`, which tells the partners.

    Raises:
        Http404, Forbidden, Conflict: as `change_policy`. PolicyRefused: it can't work, with every reason.
        RuleViolation: the day has passed, or another version begins on it.
    """
    program = locked(policy.program, actor)
    fresh = _draft(actor, policy, revision)
    check(parse(fresh.definition), known_of(system(fresh.vendor_id), fresh))
    if valid_from < timezone.localdate():
        raise RuleViolation("in_the_past", _("Choose today or a later day: what was decided stays."), "valid_from")
    if Policy.objects.filter(program=program, valid_from=valid_from).exists():
        raise RuleViolation("day_taken", _("Another version begins on this day. Choose another one."), "valid_from")
    fresh.valid_from = valid_from
    fresh.revision += 1
    fresh.save(update_fields=["valid_from", "revision"])
    words = {"reference": fresh.reference, "day": date_format(valid_from, "Y-m-d")}
    record(events.POLICY_PUBLISHED, actor=actor, subject=fresh, after={"valid_from": valid_from}, data=words)
    record(events.POLICY_ANNOUNCED, actor=system(fresh.vendor_id), subject=fresh, data=words)
    return fresh


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_POLICIES):
        raise Forbidden("not_allowed", _("Your role doesn't change rules of engagement."))


def _draft(actor: Actor, policy: Policy, revision: int) -> Policy:
    fresh: Policy = locked(policy, actor)
    _may(actor)
    if not fresh.is_draft:
        raise Conflict("published", _("It isn't a draft any more. Begin a new version from it."), fresh=fresh)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this draft while you were at it."), fresh=fresh)
    return fresh
