"""Documents on steps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils.translation import gettext_lazy as _

from onboarding import events
from onboarding.enums import StepState
from onboarding.models import JourneyStep, StepFile
from onboarding.services.steps import check_turn, moved, under_lock
from prm.kernel.errors import Forbidden, RuleViolation
from prm.kernel.uploads import check_upload, short_name

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from prm.kernel.actors import Actor

MOST_FILES = 10


@transaction.atomic
def add_step_file(*, actor: Actor, step: JourneyStep, upload: UploadedFile) -> StepFile:
    """Keep a document on an open step whose turn is the actor's side. Records `step.file_added`.

    Raises:
        Http404: out of sight. Forbidden: not the actor's turn. Conflict: it isn't open any more.
        RuleViolation: as `check_upload`, the step takes no documents, or ten are there.
    """
    media_type = check_upload(upload)
    under_way, fresh = under_lock(actor, step, None)
    check_turn(actor, fresh)
    if fresh.state != StepState.OPEN:
        raise moved(fresh)
    if fresh.kind != "upload":
        raise RuleViolation("no_documents", _("This step takes no documents."), "file")
    if StepFile.objects.filter(step=fresh).count() >= MOST_FILES:
        raise RuleViolation("too_many_files", _("At most 10 documents."), "file")
    row = StepFile(
        vendor_id=fresh.vendor_id,
        partner_id=fresh.partner_id,
        enrollment_id=fresh.enrollment_id,
        step=fresh,
        person_id=actor.person_id,
        name=short_name(upload.name)[-150:],
        size=upload.size or 0,
        media_type=media_type,
    )
    row.content.save(row.name, upload, save=False)
    row.save()
    under_way.note(events.STEP_FILE_ADDED, fresh, {"file": row.name, "key": str(row.key)})
    return row


@transaction.atomic
def remove_step_file(*, actor: Actor, file: StepFile) -> None:
    """Take away a document that one's own side added, while the step is open.

    Raises:
        Http404: out of sight, or gone. Forbidden: not the actor's turn. Conflict: the step isn't open any more.
    """
    found = StepFile.objects.visible_to(actor).select_related("step").filter(pk=file.pk).first()
    if found is None:
        raise Http404
    _under_way, fresh = under_lock(actor, found.step, None)
    check_turn(actor, fresh)
    if fresh.state != StepState.OPEN:
        raise moved(fresh)
    if actor.read_only:
        raise Forbidden("read_only", _("You view the portal as the partner sees it: nothing can be changed."))
    storage, name = found.content.storage, str(found.content.name)
    found.delete()
    transaction.on_commit(lambda: storage.delete(name))
