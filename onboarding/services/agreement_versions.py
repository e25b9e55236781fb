"""Writing agreements: templates, drafts, publishing with its notice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from onboarding import events
from onboarding.agreements.dates import earliest_gate
from onboarding.agreements.texts import Fault, faults_of
from onboarding.enums import OPEN_AGREEMENTS, AgreementState, VersionState
from onboarding.models import Agreement, AgreementTemplate, AgreementVersion
from onboarding.permissions import EDIT_AGREEMENTS
from onboarding.workflow_versions import AGREEMENT_VERSION
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from partners.models import Program
    from prm.kernel.actors import Actor

MOST_LETTERS = 200_000


class AgreementRefused(RuleViolation):
    """A text that can't be published, with every fault."""

    def __init__(self, faults: list[Fault]) -> None:
        words = _("Line %(line)d: %(sentence)s") % {"line": faults[0].line, "sentence": faults[0].sentence}
        super().__init__("agreement_text", words if faults[0].line else faults[0].sentence, "body")
        self.faults = faults


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """What a template says beside its text; see `AgreementTemplate`."""

    name: str
    slug: str = ""
    types: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    language: str = "en"
    countersign: bool = False
    gate: bool = False
    months: int | None = None
    renews: bool = True
    is_active: bool = True

    def columns(self) -> dict[str, Any]:
        """Return the row's columns."""
        names = ("name", "language", "countersign", "gate", "months", "renews", "is_active")
        given = {name: getattr(self, name) for name in names}
        slug = self.slug or slugify(self.name)[:60]
        return {**given, "slug": slug, "types": sorted(self.types), "regions": sorted(self.regions)}


@transaction.atomic
def make_agreement_template(*, actor: Actor, program: Program, settings: Settings) -> AgreementTemplate:
    """Make an agreement's template with an empty draft. Records `agreement_template.made`.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: there is one like it.
    """
    _may(actor)
    fresh: Program = locked(program, actor)
    template = AgreementTemplate(vendor_id=fresh.vendor_id, program=fresh, **settings.columns())
    _save(template)
    keep_visible(template, actor)
    record(events.AGREEMENT_TEMPLATE_MADE, actor=actor, subject=template, data={"title": template.name})
    AgreementVersion.objects.create(vendor_id=fresh.vendor_id, template=template, number=1)
    return template


@transaction.atomic
def change_agreement_template(
    *, actor: Actor, template: AgreementTemplate, settings: Settings, revision: int
) -> AgreementTemplate:
    """Change what a template says beside its text; what was put stays as it was. Records `agreement_template.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile. RuleViolation: there is one
        like it.
    """
    fresh: AgreementTemplate = locked(template, actor)
    _may(actor)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this while you were at it."), fresh=fresh)
    after = settings.columns()
    before = {name: getattr(fresh, name) for name in after}
    if before == after:
        return fresh
    for name, value in after.items():
        setattr(fresh, name, value)
    fresh.revision += 1
    _save(fresh)
    record(
        events.AGREEMENT_TEMPLATE_CHANGED,
        actor=actor,
        subject=fresh,
        before=before,
        after=after,
        data={"title": fresh.name},
    )
    return fresh


def _save(template: AgreementTemplate) -> None:
    try:
        with transaction.atomic():
            template.save()
    except IntegrityError as error:
        words = _("There is such an agreement for these types and regions in this language already.")
        raise RuleViolation("template_exists", words, "name") from error


@transaction.atomic
def begin_agreement_version(*, actor: Actor, template: AgreementTemplate) -> AgreementVersion:
    """Begin a new version as a draft, from the published text. Records `agreement_version.begun`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: there is a draft already; carries it.
    """
    fresh: AgreementTemplate = locked(template, actor)
    _may(actor)
    versions = AgreementVersion.objects.filter(template=fresh)
    if (draft := versions.filter(state=VersionState.DRAFT).first()) is not None:
        raise Conflict("draft_exists", _("Somebody works on a draft already: go on with it."), fresh=draft)
    published = versions.filter(state=VersionState.PUBLISHED).first()
    version = AgreementVersion.objects.create(
        vendor_id=fresh.vendor_id,
        template=fresh,
        number=(versions.aggregate(last=Max("number"))["last"] or 0) + 1,
        body=published.body if published else "",
    )
    record(events.AGREEMENT_VERSION_BEGUN, actor=actor, subject=version, data=_words(version))
    return version


@transaction.atomic
def change_agreement_version(
    *, actor: Actor, version: AgreementVersion, body: str, revision: int, changes: str = ""
) -> AgreementVersion:
    """Change a draft's text; it may be faulty until it is published. Records `agreement_version.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: published, or changed by somebody meanwhile.
        RuleViolation: too long.
    """
    fresh = _draft(actor, version, revision)
    text = body.replace("\r\n", "\n")
    if len(text) > MOST_LETTERS:
        raise RuleViolation("too_long", _("At most 200,000 letters."), "body")
    if (fresh.body, fresh.changes) == (text, changes):
        return fresh
    fresh.body, fresh.changes = text, changes
    fresh.revision += 1
    fresh.save(update_fields=["body", "changes", "revision", "updated_at"])
    record(events.AGREEMENT_VERSION_CHANGED, actor=actor, subject=fresh, data=_words(fresh))
    return fresh


@transaction.atomic
def publish_agreement_version(
    *, actor: Actor, version: AgreementVersion, revision: int, changes: str = "", gate_from: date | None = None
) -> AgreementVersion:
    """Publish a draft. Whoever has an older version in force or open gets it to sign, by workers, batch by batch.

    changes: what changed, told to those partners. gate_from: the day from which their portal waits for it, at least 30
    days ahead; without older ones it holds at once. Records `agreement_version.published`.

    Raises:
        Http404, Forbidden, Conflict: as `change_agreement_version`. AgreementRefused: the text has faults.
        RuleViolation: not said what changed, or a day that is too early.
    """
    AgreementTemplate.objects.select_for_update().get(pk=version.template_id)
    fresh = _draft(actor, version, revision)
    if faults := faults_of(fresh.body):
        raise AgreementRefused(faults)
    today, told = fresh.template.vendor.today(), changes.strip() or fresh.changes
    told_to = reached(fresh)
    if told_to:
        gate_from = _announced(today, told, gate_from)
    before = AgreementVersion.objects.filter(template=fresh.template_id, state=VersionState.PUBLISHED).first()
    if before is not None:
        move(AGREEMENT_VERSION, "replace", row=before, actor=actor, data=_words(before))
    moved: AgreementVersion = move(
        AGREEMENT_VERSION,
        "publish",
        row=fresh,
        actor=actor,
        changes={
            "published_at": timezone.now(),
            "published_by_id": actor.person_id,
            "changes": told,
            "gate_from": gate_from if told_to else today,
        },
        data={**_words(fresh), "partners": told_to},
    )
    return moved


def _announced(today: date, told: str, gate_from: date | None) -> date:
    if not told:
        raise RuleViolation("required", _("Say what changed: partners read it before they sign again."), "changes")
    earliest = earliest_gate(today)
    if gate_from is not None and gate_from < earliest:
        words = _("Partners have an older version in force: ask for the new one from %(day)s at the earliest.")
        raise RuleViolation("too_early", words % {"day": f"{earliest:%Y-%m-%d}"}, "gate_from")
    return gate_from or earliest


def reached(version: AgreementVersion) -> int:
    """Return how many partners have an older version in force or open."""
    states = (*OPEN_AGREEMENTS, AgreementState.IN_FORCE)
    older = Agreement.objects.filter(template=version.template_id, state__in=states)
    return older.exclude(version=version).values("enrollment").distinct().count()


@transaction.atomic
def discard_agreement_version(*, actor: Actor, version: AgreementVersion, revision: int) -> None:
    """Put a draft away; a template that is left without a version goes with it. Records `agreement_version.discarded`.

    Raises:
        Http404, Forbidden, Conflict: as `change_agreement_version`.
    """
    fresh = _draft(actor, version, revision)
    before = {"body": fresh.body}
    record(events.AGREEMENT_VERSION_DISCARDED, actor=actor, subject=fresh, before=before, data=_words(fresh))
    template = fresh.template
    fresh.delete()
    if not template.versions.exists():
        template.delete()


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_AGREEMENTS):
        raise Forbidden("not_allowed", _("Your role doesn’t set up agreements."))


def _draft(actor: Actor, version: AgreementVersion, revision: int) -> AgreementVersion:
    fresh: AgreementVersion = locked(version, actor)
    _may(actor)
    if fresh.state != VersionState.DRAFT:
        raise Conflict("published", _("It isn’t a draft any more. Begin a new version from it."), fresh=fresh)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this draft while you were at it."), fresh=fresh)
    return fresh


def _words(version: AgreementVersion) -> Mapping[str, Any]:
    return {"title": version.template.name, "number": version.number, "template": version.template.slug}
