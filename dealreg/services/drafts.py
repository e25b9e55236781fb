"""Drafts: the raw text as typed, saved while typing."""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from dealreg.models import Deal, DealDraft
from dealreg.permissions import REGISTER_DEALS
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping

    from prm.kernel.actors import Actor

LONGEST_TEXT = 20_000
MOST_FIELDS = 400
MOST_DRAFTS = 100
UNDO_FOR = timedelta(days=1)
MOST_CLEARED = 1_000


@transaction.atomic
def save_draft(
    *, actor: Actor, submission: uuid.UUID, content: Mapping[str, Any], revision: int | None = None
) -> DealDraft:
    """Keep what was typed, under the form's own `submission`; creates the draft the first time.

    Args:
        content: field names to raw text, without bounds but size. revision: the one the form last saw; None
            overwrites whatever is there (the "Save draft" button of a form without JavaScript).

    Raises:
        Forbidden: the role doesn't register deals. Conflict: changed elsewhere meanwhile, carries the fresh draft;
        or submitted already. RuleViolation: over 20,000 characters in a field, 400 fields or 100 drafts.
    """
    if not actor.may(REGISTER_DEALS) or not actor.is_partner:
        raise Forbidden("not_allowed", _("Your role doesn't register deals. Ask your administrator."))
    _check_size(content)
    draft = DealDraft.objects.visible_to(actor).select_for_update(of=("self",)).filter(submission=submission).first()
    if draft is None:
        return _first(actor, submission, content)
    if revision is not None and revision != draft.revision:
        raise Conflict("draft_changed", _("This draft was changed in another window."), fresh=draft)
    draft.content = _storable(content)
    draft.revision += 1
    draft.save(update_fields=["content", "revision", "updated_at"])
    return draft


def _check_size(content: Mapping[str, Any]) -> None:
    if len(content) > MOST_FIELDS or any(len(str(value)) > LONGEST_TEXT for value in content.values()):
        raise RuleViolation("draft_too_large", _("That is too much text: at most 20,000 characters in a field."))


def _storable(content: Mapping[str, Any]) -> dict[str, Any]:
    # Postgres keeps no NUL, and nobody types one on purpose.
    return {
        name.replace("\x00", ""): value.replace("\x00", "") if isinstance(value, str) else value
        for name, value in content.items()
    }


def _first(actor: Actor, submission: uuid.UUID, content: Mapping[str, Any]) -> DealDraft:
    if Deal.objects.filter(submission=submission).exists():
        raise Conflict("submitted_already", _("This registration was submitted already."))
    if DealDraft.objects.visible_to(actor).count() >= MOST_DRAFTS:
        raise RuleViolation("too_many_drafts", _("You keep 100 drafts. Submit or discard some first."))
    draft, made = DealDraft.objects.get_or_create(
        submission=submission,
        defaults={
            "person_id": actor.person_id,
            "seat_id": actor.seat_id,
            "partner_id": actor.partner_id,
            "content": _storable(content),
        },
    )
    if not made and draft.seat_id != actor.seat_id:
        raise Http404  # somebody else's number
    if not made and draft.discarded_at is not None:  # gone back to after it was discarded
        draft.content, draft.discarded_at = _storable(content), None
        draft.revision += 1
        draft.save(update_fields=["content", "discarded_at", "revision", "updated_at"])
    return draft


@transaction.atomic
def discard_draft(*, actor: Actor, draft: DealDraft) -> None:
    """Put a draft with its files aside; for a day it can be had back.

    Raises:
        Http404: not the actor's.
    """
    fresh = DealDraft.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=draft.pk).first()
    if fresh is None:
        raise Http404
    fresh.discarded_at = timezone.now()
    fresh.save(update_fields=["discarded_at"])


@transaction.atomic
def restore_draft(*, actor: Actor, submission: uuid.UUID) -> DealDraft:
    """Take back a draft that the actor discarded. Once it is back, restoring again is harmless.

    Raises:
        Http404: not the actor's, or gone for good.
    """
    mine = DealDraft.objects.visible_to(actor) | DealDraft.objects.discarded_by(actor)
    fresh: DealDraft | None = mine.select_for_update(of=("self",)).filter(submission=submission).first()
    if fresh is None:
        raise Http404
    if fresh.discarded_at is not None:
        fresh.discarded_at = None
        fresh.save(update_fields=["discarded_at"])
    return fresh


def clear_discarded() -> int:
    """Delete drafts with their files that were discarded over a day ago; returns how many."""
    gone = DealDraft.objects.filter(discarded_at__lt=timezone.now() - UNDO_FOR).values_list("pk", flat=True)
    return sum(_delete_for_good(pk) for pk in list(gone[:MOST_CLEARED]))


@transaction.atomic
def _delete_for_good(pk: int) -> int:
    rows = DealDraft.objects.select_for_update(skip_locked=True).filter(pk=pk)
    fresh = rows.filter(discarded_at__lt=timezone.now() - UNDO_FOR).first()
    if fresh is None:
        return 0
    stored = [file.content for file in fresh.files.all()]
    fresh.delete()
    for content in stored:
        transaction.on_commit(lambda kept=content: kept.storage.delete(kept.name))
    return 1
