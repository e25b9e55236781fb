"""Writing a program's ideal partner profile: drafts, publishing, and scoring again what isn't decided."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from jobs.services import start_job
from onboarding import recruiting_events as events
from onboarding.enums import VersionState
from onboarding.fit import check, parse
from onboarding.models import IdealProfile
from onboarding.permissions import EDIT_RECRUITING
from onboarding.recruiting import published_profile
from onboarding.workflow_prospects import PROFILE
from prm.kernel.errors import Conflict, Forbidden
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from partners.models import Program
    from prm.kernel.actors import Actor

EMPTY: dict[str, Any] = {"criteria": []}


@transaction.atomic
def begin_profile(*, actor: Actor, program: Program, definition: dict[str, Any] | None = None) -> IdealProfile:
    """Begin a version as a draft: from `definition`, else from the published one. Records `ideal_profile.begun`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: the program has a draft already.
        ProfileRefused: the definition isn't one.
    """
    _may(actor)
    # The program's row is the lock under which numbers are given.
    program = locked(program, actor)
    versions = IdealProfile.objects.filter(program=program)
    if (draft := versions.drafts().first()) is not None:
        raise Conflict("draft_exists", _("Somebody works on a draft already: go on with it."), fresh=draft)
    if definition is None:
        published = published_profile(program)
        definition = published.definition if published else EMPTY
    parse(definition)
    profile = IdealProfile.objects.create(
        vendor_id=program.vendor_id,
        program=program,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        definition=definition,
    )
    keep_visible(profile, actor)
    record(events.PROFILE_BEGUN, actor=actor, subject=profile, data=_words(profile))
    return profile


@transaction.atomic
def change_profile(*, actor: Actor, profile: IdealProfile, definition: dict[str, Any], revision: int) -> IdealProfile:
    """Change a draft. It must be readable, though it may still be unable to work. Records `ideal_profile.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile, or it was published.
        ProfileRefused: it isn't a profile.
    """
    fresh = _draft(actor, profile, revision)
    parse(definition)
    if definition == fresh.definition:
        return fresh
    before = {"definition": fresh.definition}
    fresh.definition = definition
    fresh.revision += 1
    fresh.save(update_fields=["definition", "revision", "updated_at"])
    after = {"definition": definition}
    record(events.PROFILE_CHANGED, actor=actor, subject=fresh, before=before, after=after, data=_words(fresh))
    return fresh


@transaction.atomic
def discard_profile(*, actor: Actor, profile: IdealProfile, revision: int) -> None:
    """Put a draft away; what it said stays in the audit trail. Records `ideal_profile.discarded`.

    Raises:
        Http404, Forbidden, Conflict: as `change_profile`.
    """
    fresh = _draft(actor, profile, revision)
    before = {"definition": fresh.definition}
    record(events.PROFILE_DISCARDED, actor=actor, subject=fresh, before=before, data=_words(fresh))
    fresh.delete()


@transaction.atomic
def publish_profile(*, actor: Actor, profile: IdealProfile, revision: int) -> IdealProfile:
    """Publish a draft: it takes the place of the published version, and a job scores anew whatever isn't decided.

    Records `ideal_profile.replaced` for the old one and `ideal_profile.published`.

    Raises:
        Http404, Forbidden, Conflict: as `change_profile`. ProfileRefused: it can't work, with every reason.
        TooMany: 20 jobs of the person's have not ended.
    """
    # Profiles of a program are published one after another.
    locked(profile.program, actor)
    fresh = _draft(actor, profile, revision)
    check(parse(fresh.definition))
    now = timezone.now()
    before = published_profile(fresh.program)
    if before is not None:
        move(PROFILE, "replace", row=before, actor=actor, data=_words(before))
    changes = {"published_at": now, "published_by_id": actor.person_id}
    moved: IdealProfile = move(PROFILE, "publish", row=fresh, actor=actor, changes=changes, data=_words(fresh))
    title = _("Scoring applications and prospects of %(program)s") % {"program": moved.program}
    start_job(actor=actor, kind="onboarding.rescore", title=title, arguments={"profile": moved.pk})
    return moved


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_RECRUITING):
        raise Forbidden("not_allowed", _("Your role doesn’t set up recruiting."))


def _draft(actor: Actor, profile: IdealProfile, revision: int) -> IdealProfile:
    fresh: IdealProfile = locked(profile, actor)
    _may(actor)
    if fresh.state != VersionState.DRAFT:
        raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=fresh)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this draft while you were at it."), fresh=fresh)
    return fresh


def _words(profile: IdealProfile) -> dict[str, Any]:
    return {"number": profile.number}
