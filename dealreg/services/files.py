"""Files on deals and drafts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from dealreg import events
from dealreg.models import Deal, DealDraft, DealFile
from dealreg.permissions import COMMENT_DEALS, REGISTER_DEALS
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.uploads import check_upload, short_name
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from prm.kernel.actors import Actor

MOST_FILES = 30


@transaction.atomic
def add_file(
    *, actor: Actor, upload: UploadedFile, deal: Deal | None = None, draft: DealDraft | None = None, field: str = ""
) -> DealFile:
    """Keep a file on a deal (records `deal.file_added`) or on the actor's own draft.

    field: slug of the program's own field that it answers; an earlier file in a draft that answered it stays.

    Raises:
        Http404: deal or draft out of sight. Forbidden: the role doesn't work on deals. RuleViolation: as
        `check_upload`, or 30 files are there.
    """
    media_type = check_upload(upload)
    if not actor.may(COMMENT_DEALS if deal else REGISTER_DEALS):
        raise Forbidden("not_allowed", _("Your role doesn't add files here."))
    parent = locked(deal, actor) if deal else _own_draft(actor, draft)
    if parent.files.count() >= MOST_FILES:
        raise RuleViolation("too_many_files", _("At most 30 files."), "file")
    row = DealFile(
        person_id=actor.person_id,
        name=short_name(upload.name)[-150:],
        size=upload.size or 0,
        media_type=media_type,
        field=field,
    )
    _attach(row, parent)
    row.content.save(row.name, upload, save=False)
    row.save()
    if isinstance(parent, Deal):
        record(events.FILE_ADDED, actor=actor, subject=parent, data={"file": row.name, "key": str(row.key)})
    return row


def _own_draft(actor: Actor, draft: DealDraft | None) -> DealDraft:
    found = DealDraft.objects.visible_to(actor).filter(pk=draft.pk if draft else None).first()
    if found is None:
        raise Http404
    return found


def _attach(row: DealFile, parent: Deal | DealDraft) -> None:
    if isinstance(parent, DealDraft):
        row.draft = parent
        return
    row.deal = parent
    row.vendor_id, row.partner_id, row.enrollment_id = parent.vendor_id, parent.partner_id, parent.enrollment_id


def keep_generated(*, actor: Actor, deal: Deal, name: str, content: bytes, media_type: str) -> DealFile:
    """Keep a file that a worker made, such as the approval letter, in the caller's transaction."""
    row = DealFile(name=name, size=len(content), media_type=media_type)
    _attach(row, deal)
    row.content.save(name, ContentFile(content), save=False)
    row.save()
    record(events.FILE_ADDED, actor=actor, subject=deal, data={"file": name, "key": str(row.key)})
    return row


@transaction.atomic
def remove_draft_file(*, actor: Actor, file: DealFile) -> None:
    """Remove a file from the actor's own draft. Files on deals stay for the record.

    Raises:
        Http404: not on a draft of the actor's.
    """
    fresh = DealFile.objects.visible_to(actor).filter(pk=file.pk, draft__isnull=False).first()
    if fresh is None:
        raise Http404
    stored = fresh.content
    fresh.delete()
    transaction.on_commit(lambda: stored.storage.delete(stored.name))
