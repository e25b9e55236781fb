"""Writing a journey: templates, drafts, publishing. What is under way stays on its version until it is migrated."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding import events
from onboarding.enums import VersionState
from onboarding.journeys import check, parse
from onboarding.journeys.faults import JourneyRefused
from onboarding.models import AgreementTemplate, JourneyTemplate, JourneyVersion
from onboarding.permissions import EDIT_JOURNEYS
from onboarding.workflow_versions import JOURNEY_VERSION
from partners.enums import PartnerType
from prm.kernel.documents import Fault
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from partners.models import Program
    from prm.kernel.actors import Actor

EMPTY: dict[str, Any] = {"stages": []}
LONGEST_NAME = 120


@transaction.atomic
def begin_journey(
    *, actor: Actor, program: Program, partner_type: str, name: str = "", definition: dict[str, Any] | None = None
) -> JourneyVersion:
    """Begin a version as a draft: from `definition`, else from the published one. Records `journey_version.begun`.

    The first one for a program and type makes their template.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: there is a draft already; carries it.
        RuleViolation: no such type, no name for a new template. JourneyRefused: the definition isn't one.
    """
    _may(actor)
    # The program's row is the lock under which templates are made and numbers are given.
    program = locked(program, actor)
    if partner_type and partner_type not in PartnerType.values:
        raise RuleViolation("unknown_type", _("There is no such type of partner."), "partner_type")
    template = JourneyTemplate.objects.filter(program=program, partner_type=partner_type).first()
    if template is None:
        template = _made(program, partner_type, name)
    versions = JourneyVersion.objects.filter(template=template)
    if (draft := versions.filter(state=VersionState.DRAFT).first()) is not None:
        raise Conflict("draft_exists", _("Somebody works on a draft already: go on with it."), fresh=draft)
    if definition is None:
        published = versions.filter(state=VersionState.PUBLISHED).first()
        definition = published.definition if published else EMPTY
    parse(definition)
    version = JourneyVersion.objects.create(
        vendor_id=program.vendor_id,
        template=template,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        definition=definition,
    )
    keep_visible(version, actor)
    record(events.JOURNEY_VERSION_BEGUN, actor=actor, subject=version, data=_words(version))
    return version


def _made(program: Program, partner_type: str, name: str) -> JourneyTemplate:
    if not name.strip():
        raise RuleViolation("required", _("Give it a name."), "name")
    return JourneyTemplate.objects.create(
        vendor_id=program.vendor_id, program=program, partner_type=partner_type, name=name.strip()[:LONGEST_NAME]
    )


@transaction.atomic
def change_journey(
    *, actor: Actor, version: JourneyVersion, definition: dict[str, Any], revision: int, name: str = ""
) -> JourneyVersion:
    """Change a draft, and what its template is called. Records `journey_version.changed`.

    It must be readable as a journey, though it may still be unable to work.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile, or it was published.
        JourneyRefused: it isn't a journey.
    """
    fresh = _draft(actor, version, revision)
    parse(definition)
    called = name.strip()[:LONGEST_NAME] or fresh.template.name
    before = {"name": fresh.template.name, "definition": fresh.definition}
    after = {"name": called, "definition": definition}
    if before == after:
        return fresh
    fresh.definition = definition
    fresh.revision += 1
    fresh.save(update_fields=["definition", "revision", "updated_at"])
    if called != fresh.template.name:
        fresh.template.name = called
        fresh.template.save(update_fields=["name"])
    record(events.JOURNEY_VERSION_CHANGED, actor=actor, subject=fresh, before=before, after=after, data=_words(fresh))
    return fresh


@transaction.atomic
def publish_journey(*, actor: Actor, version: JourneyVersion, revision: int) -> JourneyVersion:
    """Publish a draft: journeys begin with it from now on. Journeys under way stay on the version that they are on.

    Records `journey_version.replaced` for the one before, and `journey_version.published`.

    Raises:
        Http404, Forbidden, Conflict: as `change_journey`. JourneyRefused: it can't work, with every reason.
    """
    # Versions of a template are published one after another.
    JourneyTemplate.objects.select_for_update().get(pk=version.template_id)
    fresh = _draft(actor, version, revision)
    faults = faults_of(fresh)
    if faults:
        raise JourneyRefused(faults)
    before = JourneyVersion.objects.filter(template_id=fresh.template_id, state=VersionState.PUBLISHED).first()
    if before is not None:
        move(JOURNEY_VERSION, "replace", row=before, actor=actor, data=_words(before))
    changes = {"published_at": timezone.now(), "published_by_id": actor.person_id}
    moved: JourneyVersion = move(
        JOURNEY_VERSION, "publish", row=fresh, actor=actor, changes=changes, data=_words(fresh)
    )
    return moved


@transaction.atomic
def discard_journey(*, actor: Actor, version: JourneyVersion, revision: int) -> None:
    """Put a draft away; what it said stays in the audit trail. Records `journey_version.discarded`.

    A template that is left without any version goes with it.

    Raises:
        Http404, Forbidden, Conflict: as `change_journey`.
    """
    fresh = _draft(actor, version, revision)
    record(
        events.JOURNEY_VERSION_DISCARDED,
        actor=actor,
        subject=fresh,
        before={"definition": fresh.definition},
        data=_words(fresh),
    )
    template = fresh.template
    fresh.delete()
    if not template.versions.exists():
        template.delete()


def faults_of(version: JourneyVersion) -> tuple[Fault, ...]:
    """Return all that keeps a version from being published. At most one query."""
    try:
        definition = parse(version.definition)
        check(definition)
    except JourneyRefused as refused:
        return refused.faults
    wanted = {
        f"{place}.settings.template": str(step.settings.get("template", ""))
        for place, _stage, step in definition.placed()
        if step.kind == "agreement"
    }
    if not wanted:
        return ()
    templates = AgreementTemplate.objects.filter(program_id=version.template.program_id, slug__in=set(wanted.values()))
    there = set(templates.filter(is_active=True, versions__state=VersionState.PUBLISHED).values_list("slug", flat=True))
    words = _("The agreement “%(slug)s” has no published text: there would be nothing to sign. Publish it first.")
    return tuple(Fault(place, words % {"slug": slug}) for place, slug in wanted.items() if slug not in there)


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn’t set up journeys."))


def _draft(actor: Actor, version: JourneyVersion, revision: int) -> JourneyVersion:
    fresh: JourneyVersion = locked(version, actor)
    _may(actor)
    if fresh.state != VersionState.DRAFT:
        raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=fresh)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this draft while you were at it."), fresh=fresh)
    return fresh


def _words(version: JourneyVersion) -> dict[str, Any]:
    return {"name": version.template.name, "number": version.number}
