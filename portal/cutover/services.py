"""Writes of cut-overs: begin, take a list, rehearse, run, undo, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _

from activity.muting import mute, unmute
from imports.enums import ImportState
from imports.registry import KINDS
from imports.services import upload_list
from jobs.services import start_job
from partners.models import Vendor
from partners.permissions import IMPORT_PARTNERS
from portal.cutover.steps import STEPS, places_of
from portal.events import CUTOVER_BEGUN, CUTOVER_ENDED
from portal.models import Cutover
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.core.files.uploadedfile import UploadedFile

    from imports.models import Import
    from jobs.models import Job
    from prm.kernel.actors import Actor

REHEARSE, RUN, UNDO = "cutover.rehearse", "cutover.run", "cutover.undo"


@transaction.atomic
def begin_cutover(*, actor: Actor) -> Cutover:
    """Begin a cut-over: from now on nobody is told what happens at the vendor. Records `cutover.begun`.

    Raises:
        Forbidden: the right is missing. Conflict: one is open already.
    """
    _check(actor)
    vendor = Vendor.objects.visible_to(actor).select_for_update(no_key=True).get()
    if Cutover.objects.visible_to(actor).filter(ended_at=None).exists():
        raise Conflict("cutover_open", _("A cut-over is open already."))
    cutover = Cutover(vendor=vendor, started_by_id=actor.person_id)
    cutover.save()
    mute(vendor.pk)
    record(CUTOVER_BEGUN, actor=actor, subject=cutover)
    return cutover


@transaction.atomic
def take_list(*, actor: Actor, cutover: Cutover, kind: str, upload: UploadedFile, encoding: str = "") -> Import:
    """Keep a step's list, in place of the one before, and check it.

    Raises:
        Http404: out of sight, or no such step. Forbidden: the right is missing. Conflict: ended, or the step is done.
        RuleViolation: the file can't be taken.
    """
    fresh = _locked(actor, cutover)
    if kind not in {step.kind for step in STEPS}:
        raise Http404
    before = fresh.lists.select_related("run").filter(kind=kind).first()
    if before is not None and before.run.state in {ImportState.RUNNING, ImportState.DONE, ImportState.FAILED}:
        raise Conflict("step_done", _("This step was imported. Undo the cut-over first, then take another list."))
    run = upload_list(actor=actor, kind=KINDS[kind], upload=upload, encoding=encoding)
    fresh.lists.update_or_create(kind=kind, defaults={"run": run, "vendor_id": fresh.vendor_id})
    fresh.rehearsed_at, fresh.rehearsal = None, {}
    fresh.save(update_fields=["rehearsed_at", "rehearsal"])
    return run


@transaction.atomic
def start_step(*, actor: Actor, cutover: Cutover, kind: str) -> Job:
    """Start the rehearsal, the run or the undoing of a cut-over as a job; kind: REHEARSE, RUN or UNDO.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: another of its jobs hasn't ended, or it ended.
        RuleViolation: no list, one that isn't checked, or nothing to undo.
    """
    fresh = _locked(actor, cutover)
    if fresh.job is not None and fresh.job.is_open:
        raise Conflict("cutover_busy", _("Its rehearsal or run hasn’t ended yet."), fresh)
    places = places_of(fresh)
    if kind == UNDO and not any(place.is_done for place in places):
        raise RuleViolation("nothing_to_undo", _("Nothing of it was imported."))
    if kind != UNDO and any(place.is_being_checked for place in places):
        raise RuleViolation("not_checked", _("A list is still being checked, or lacks a column. Look at it first."))
    if kind != UNDO and not any(place.is_ready for place in places):
        raise RuleViolation("no_list", _("Upload a list first."))
    if kind == RUN and fresh.rehearsed_at is None:
        raise RuleViolation("not_rehearsed", _("Rehearse it first: the lists changed since, or it never was."))
    titles = {REHEARSE: _("Rehearsal of the cut-over"), RUN: _("Cut-over"), UNDO: _("Undoing the cut-over")}
    fresh.job = start_job(actor=actor, kind=kind, title=titles[kind], arguments={"cutover": fresh.pk})
    fresh.save(update_fields=["job"])
    return fresh.job


@transaction.atomic
def end_cutover(*, actor: Actor, cutover: Cutover) -> Cutover:
    """End a cut-over: people are told again what happens from now on, and invitations may be sent.

    Records `cutover.ended`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing. Conflict: it has ended, or one of its jobs hasn't.
    """
    fresh = _locked(actor, cutover)
    if fresh.job is not None and fresh.job.is_open:
        raise Conflict("cutover_busy", _("Its rehearsal or run hasn’t ended yet."), fresh)
    fresh.ended_at = timezone.now()
    fresh.save(update_fields=["ended_at"])
    record(CUTOVER_ENDED, actor=actor, subject=fresh)
    unmute(fresh.vendor_id)
    return fresh


def _check(actor: Actor) -> None:
    if not actor.may(IMPORT_PARTNERS) or actor.person_id is None or actor.vendor_id is None:
        raise Forbidden("not_allowed", _("Only partner managers move in from another system."))


def _locked(actor: Actor, cutover: Cutover) -> Cutover:
    found = Cutover.objects.visible_to(actor).select_for_update(of=("self",)).filter(pk=cutover.pk).first()
    if found is None:
        raise Http404
    _check(actor)
    fresh: Cutover = found
    if fresh.ended_at is not None:
        raise Conflict("cutover_ended", _("This cut-over has ended."), fresh)
    return fresh
