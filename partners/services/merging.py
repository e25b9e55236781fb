"""Merging two records of the same partner: a vendor proposes, an administrator of each record confirms."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from partners.enums import LIVE
from partners.events import MERGE_CONFIRMED, MERGE_PROPOSED, RECORD_MERGED, RECORD_PARTED
from partners.merging import folds_of, keep_images, move_back, move_rows
from partners.models import Enrollment, Invitation, MergedRows, Partner, PartnerMerge, Seat
from partners.permissions import CONFIRM_MERGE, PROPOSE_MERGE
from partners.workflow import MERGE
from prm.kernel.actors import BY_HAND, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

UNDO_FOR = timedelta(days=30)
LONGEST_NOTE = 500


@transaction.atomic
def propose_merge(*, actor: Actor, kept: Partner, absorbed: Partner, note: str = "") -> PartnerMerge:
    """Propose that two of the vendor's partners are one; nothing moves yet. Records `merge.proposed`.

    What is judged here is what the vendor sees anyway, so that the answer tells nothing of other vendors.

    Raises:
        Http404: one of them is out of sight. Forbidden: the right is missing. RuleViolation: the same record twice,
        proposed already, or one that has no administrator who could confirm.
    """
    rows = {pk: locked(Partner(pk=pk), actor) for pk in sorted({kept.pk, absorbed.pk})}
    kept, absorbed = rows[kept.pk], rows[absorbed.pk]
    if not actor.may(PROPOSE_MERGE):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    if kept.pk == absorbed.pk:
        raise RuleViolation("same_record", _("Choose another record than this one."), "other")
    if len(note) > LONGEST_NOTE:
        raise RuleViolation("too_long", _("At most 500 characters."), "note")
    between = PartnerMerge.objects.visible_to(actor).open().filter(kept__in=[kept, absorbed])
    if between.filter(absorbed__in=[kept, absorbed]).exists():
        raise RuleViolation("proposed_already", _("You proposed this already; it waits for the partner."), "other")
    seats = Seat.objects.active().filter(role=Role.ADMINISTRATOR)
    for partner in (kept, absorbed):
        if not seats.filter(partner=partner).exists():
            words = _("%(name)s has no administrator who could confirm it. Invite one first.")
            raise RuleViolation("no_administrator", words % {"name": partner.name}, "other")
    merge = PartnerMerge.objects.create(
        vendor_id=actor.vendor_id, kept=kept, absorbed=absorbed, note=note.strip(), proposed_by_id=actor.person_id
    )
    record(MERGE_PROPOSED, actor=actor, subject=merge, data=_names(merge))
    return merge


@transaction.atomic
def confirm_merge(*, actor: Actor, merge: PartnerMerge) -> PartnerMerge:
    """Confirm for the actor's own record; once both sides have, everything moves in this transaction.

    Records `merge.confirmed`; with the second one `merge.done`, and `enrollment.merged` at every enrollment that moved
    or took something in. People with a seat in both keep the one of the record that stays.

    Raises:
        Http404: not about the actor's record. Forbidden: not an administrator at a browser. Conflict: decided already,
        or one of the records was merged since. RuleViolation: what would lose access, or can't be moved.
    """
    fresh: PartnerMerge = locked(merge, actor)
    _may_decide(actor, fresh)
    kept, absorbed = _both(fresh)
    if fresh.state != "proposed" or kept.merged_into_id or absorbed.merged_into_id:
        raise Conflict("state_changed", _("This was decided already. Nothing of yours was changed."), fresh=fresh)
    side = "kept_by" if actor.partner_id == kept.pk else "absorbed_by"
    if getattr(fresh, f"{side}_id") is None:
        setattr(fresh, f"{side}_id", actor.person_id)
        fresh.save(update_fields=[side])
        own = kept if side == "kept_by" else absorbed
        record(MERGE_CONFIRMED, actor=actor, subject=fresh, data={"name": own.name})
    if fresh.kept_by_id is None or fresh.absorbed_by_id is None:
        return fresh
    _check_access(kept, absorbed)
    return _merged(actor, fresh, kept, absorbed)


@transaction.atomic
def decline_merge(*, actor: Actor, merge: PartnerMerge) -> PartnerMerge:
    """Decline, from either side. Records `merge.declined`.

    Raises:
        Http404: not about the actor's record. Forbidden: not an administrator. Conflict: decided already.
    """
    return move(MERGE, "decline", row=merge, actor=actor, data=_names(merge))


@transaction.atomic
def withdraw_merge(*, actor: Actor, merge: PartnerMerge) -> PartnerMerge:
    """Take a proposal back. Records `merge.withdrawn`.

    Raises:
        Http404: another vendor's. Forbidden: the right is missing. Conflict: decided already.
    """
    return move(MERGE, "withdraw", row=merge, actor=actor, data=_names(merge))


@transaction.atomic
def undo_merge(*, actor: Actor, merge: PartnerMerge) -> PartnerMerge:
    """Part the records again within 30 days, with what came to hang on the moved rows since. Records `merge.undone`.

    Raises:
        Http404: not about the actor's record. Forbidden: not an administrator at a browser. Conflict: not merged.
        RuleViolation: too late, merged on since, or something else took a row's place.
    """
    fresh: PartnerMerge = locked(merge, actor)
    _may_decide(actor, fresh)
    kept, absorbed = _both(fresh)
    done = move(MERGE, "undo", row=fresh, actor=actor, changes={"undone_at": timezone.now()}, data=_names(fresh))
    if done.merged_at + UNDO_FOR < timezone.now():
        raise RuleViolation("too_late", _("A merge can be undone for 30 days."))
    if kept.merged_into_id:
        raise RuleViolation("merged_on", _("The record was merged into another one since. Undo that first."))
    moved = MergedRows.objects.filter(merge=done)
    enrollments = {pk for row in moved.filter(model="partners.enrollment") for pk in row.ids}
    enrollments |= {row.to_enrollment for row in moved if row.to_enrollment is not None}
    try:
        with transaction.atomic():
            move_back(done)
    except IntegrityError:
        raise RuleViolation("cannot_part", _("Something new took the place of what was moved.")) from None
    for row in moved.exclude(column=""):
        if row.column == "parent":
            Partner.objects.filter(pk__in=row.ids, parent=kept).update(parent=absorbed)
        else:
            _switch(row.model, row.ids, off=False)
    Partner.objects.filter(pk=absorbed.pk).update(merged_into=None)
    _tell_vendors(actor, done, enrollments, RECORD_PARTED)
    return done


def _merged(actor: Actor, merge: PartnerMerge, kept: Partner, absorbed: Partner) -> PartnerMerge:
    folded = set(folds_of(kept, absorbed).values())
    moving = set(Enrollment.objects.filter(partner=absorbed).values_list("pk", flat=True))
    done = move(MERGE, "merge", row=merge, actor=actor, changes={"merged_at": timezone.now()}, data=_names(merge))
    try:
        with transaction.atomic():
            outcome = move_rows(kept, absorbed)
    except IntegrityError:
        words = _("Something of the two records hangs together in a way that can’t be moved. Nothing was changed.")
        raise RuleViolation("cannot_merge", words) from None
    keep_images(done, outcome)
    for model, column in ((Seat, "is_active"), (Invitation, "revoked_at")):
        left = _switch(model._meta.label_lower, outcome.stayed.get(model, []), off=True)
        if left:
            MergedRows.objects.create(merge=done, model=model._meta.label_lower, ids=left, column=column)
    children = list(Partner.objects.filter(parent=absorbed).exclude(pk=kept.pk).values_list("pk", flat=True))
    if children:
        Partner.objects.filter(pk__in=children).update(parent=kept)
        MergedRows.objects.create(merge=done, model=Partner._meta.label_lower, ids=children, column="parent")
    Partner.objects.filter(pk=absorbed.pk).update(merged_into=kept)
    stayed = set(outcome.stayed.get(Enrollment, []))
    _tell_vendors(actor, done, (moving - stayed) | folded, RECORD_MERGED)
    return done


def _switch(label: str, ids: list[int], *, off: bool) -> list[int]:
    """Switch off, or on again, what stayed with a record that nobody acts from; returns what was changed."""
    if label == Seat._meta.label_lower:
        seats = Seat.objects.filter(pk__in=ids, is_active=off)
        found = list(seats.values_list("pk", flat=True))
        Seat.objects.filter(pk__in=found).update(is_active=not off)
    else:
        waiting = Invitation.objects.filter(pk__in=ids, accepted_at=None, revoked_at__isnull=off)
        found = list(waiting.values_list("pk", flat=True))
        Invitation.objects.filter(pk__in=found).update(revoked_at=timezone.now() if off else None)
    return found


def _tell_vendors(actor: Actor, merge: PartnerMerge, enrollments: set[int], kind: Any) -> None:
    """Record at each enrollment what became of its partner's record: each vendor reads its own."""
    for enrollment in Enrollment.objects.filter(pk__in=enrollments).order_by("pk"):
        record(kind, actor=actor, subject=enrollment, data=_names(merge))


def _both(merge: PartnerMerge) -> tuple[Partner, Partner]:
    """Return both records locked, always in the same order, so that two merges wait for each other."""
    rows = Partner.objects.select_for_update().filter(pk__in=[merge.kept_id, merge.absorbed_id]).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[merge.kept_id], found[merge.absorbed_id]


def _may_decide(actor: Actor, merge: PartnerMerge) -> None:
    if actor.via not in BY_HAND or not actor.may(CONFIRM_MERGE):
        raise Forbidden("not_allowed", _("Only the partner’s own administrators decide this, at a browser."))


def _check_access(kept: Partner, absorbed: Partner) -> None:
    """Refuse a merge by which deals would come to rest in an enrollment that is closed."""
    status = dict(Enrollment.objects.filter(partner__in=[kept, absorbed]).values_list("pk", "status"))
    for old, new in folds_of(kept, absorbed).items():
        if status[old] in LIVE and status[new] not in LIVE:
            raise RuleViolation(
                "closed_enrollment",
                _("In one program only the record that would go is active. Have them merged the other way round."),
            )


def _names(merge: PartnerMerge) -> dict[str, str]:
    return {"kept": merge.kept.name, "absorbed": merge.absorbed.name}
