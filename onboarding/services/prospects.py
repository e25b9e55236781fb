"""Writing prospects: adding, changing, inviting them, giving them to somebody, and what became of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from activity.mailing import queue_to_address
from onboarding import recruiting_events as events
from onboarding.enums import ProspectState
from onboarding.invitations import application_path, token_of
from onboarding.models import Prospect
from onboarding.permissions import EDIT_PROSPECTS
from onboarding.recruiting import fit_of, published_profile
from onboarding.workflow_prospects import PROSPECT
from partners.emails import brand_of
from partners.models import Enrollment, PartnerDomain, Program
from partners.reports import staff_of
from people.services import checked_address
from prm.kernel.domains import names_host, registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from people.models import Person
    from prm.kernel.actors import Actor

DESCRIBED = (
    "name",
    "type",
    "country",
    "city",
    "website",
    "headcount",
    "regions",
    "languages",
    "industries",
    "services",
    "product_lines",
    "certifications",
    "customers",
)
"""What is known of the organisation; the rest is about recruiting it."""
EDITABLE = (*DESCRIBED, "contact_name", "contact_email", "source", "note")
LONGEST = {"note": 2000, "customers": 2000}
"""Of texts without a length in the database."""
LONGEST_WORDS = 1000


@transaction.atomic
def add_prospect(
    *, actor: Actor, program: Program, details: Mapping[str, Any], owner: Person | None = None
) -> Prospect:
    """Add a prospect to a program's recruiting list and score it. Records `prospect.added`.

    details: of `EDITABLE`. The domain follows from the website, else from the contact's address.

    Raises:
        Http404: the program is out of sight. Forbidden: the right is missing.
        RuleViolation: no name, a value that isn't possible, a company that is on the list or a partner already.
    """
    _may(actor)
    program = locked(program, actor)
    prospect = Prospect(vendor_id=program.vendor_id, program=program, owner=_owner(actor, owner))
    _fill(prospect, details)
    _check_alone(actor, prospect)
    score_prospect(prospect)
    prospect.save()
    keep_visible(prospect, actor)
    record(events.PROSPECT_ADDED, actor=actor, subject=prospect, data={"name": prospect.name})
    return prospect


@transaction.atomic
def change_prospect(*, actor: Actor, prospect: Prospect, details: Mapping[str, Any], revision: int) -> Prospect:
    """Change what is known of a prospect, and score it anew. Records `prospect.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile.
        RuleViolation: as `add_prospect`.
    """
    fresh = _own(actor, prospect)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this prospect while you were at it."), fresh=fresh)
    before = {name: _plain(getattr(fresh, name)) for name in details}
    domain = fresh.domain
    _fill(fresh, details)
    after = {name: _plain(getattr(fresh, name)) for name in details}
    changed = [name for name in details if before[name] != after[name]]
    if not changed:
        return fresh
    if fresh.domain != domain:
        locked(fresh.program, actor)  # as adding does: two with one domain wait for each other
        _check_alone(actor, fresh)
    if fresh.state != ProspectState.APPLIED:
        score_prospect(fresh)
    fresh.revision += 1
    fresh.save()
    record(
        events.PROSPECT_CHANGED,
        actor=actor,
        subject=fresh,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
    )
    return fresh


@transaction.atomic
def assign_prospect(*, actor: Actor, prospect: Prospect, owner: Person | None) -> Prospect:
    """Give a prospect to one of the vendor's people, or to nobody. Records `prospect.assigned`.

    Raises:
        Http404, Forbidden: out of sight, no right. RuleViolation: nobody of the vendor's.
    """
    fresh = _own(actor, prospect)
    chosen = _owner(actor, owner)
    if fresh.owner_id == (chosen.pk if chosen else None):
        return fresh
    before = {"owner": fresh.owner_id}
    fresh.owner = chosen
    fresh.revision += 1
    fresh.save(update_fields=["owner", "revision", "updated_at"])
    record(
        events.PROSPECT_ASSIGNED,
        actor=actor,
        subject=fresh,
        before=before,
        after={"owner": fresh.owner_id},
        data={"owner": chosen.name if chosen else _("nobody")},
    )
    return fresh


@transaction.atomic
def contact_prospect(*, actor: Actor, prospect: Prospect) -> Prospect:
    """Note that somebody talked to a prospect. Records `prospect.contacted`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    return _moved(actor, prospect, "contact")


@transaction.atomic
def drop_prospect(*, actor: Actor, prospect: Prospect) -> Prospect:
    """Stop pursuing a prospect; its invitation's link ends. Records `prospect.dropped`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    return _moved(actor, prospect, "drop")


@transaction.atomic
def reopen_prospect(*, actor: Actor, prospect: Prospect) -> Prospect:
    """Take a dropped prospect up again, with today's profile. Records `prospect.reopened`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    moved = _moved(actor, prospect, "reopen")
    score_prospect(moved)
    moved.save(update_fields=["score", "reasons", "profile"])
    return moved


@transaction.atomic
def invite_prospect(*, actor: Actor, prospect: Prospect, words: str = "") -> Prospect:
    """Invite a prospect by mail to apply, with a link that fills the form in. Records `prospect.invited`.

    words: a few of one's own for the mail.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: there is no address, nobody may apply, too many words.
    """
    fresh = _own(actor, prospect)
    address = checked_address(fresh.contact_email) if fresh.contact_email else ""
    if not address:
        message = _("There is no contact’s e-mail. Enter one first, then invite.")
        raise RuleViolation("no_address", message, "contact_email")
    if len(words) > LONGEST_WORDS:
        message = _("At most %(longest)d characters of your own.") % {"longest": LONGEST_WORDS}
        raise RuleViolation("too_long", message, "words")
    form = getattr(fresh.program, "application_form", None)
    if form is None or not form.is_open:
        message = _("%(program)s takes no applications at the moment. Open its form first.")
        raise RuleViolation("form_closed", message % {"program": fresh.program})
    moved = _moved(actor, fresh, "invite", invited_at=timezone.now(), told={"email": address})
    vendor = moved.program.vendor
    facts = {
        "vendor": vendor.name,
        "program": moved.program.name,
        "name": moved.contact_name,
        "company": moved.name,
        "inviter": _name_of(actor),
        "words": words.strip(),
        "path": application_path(moved.program, token_of(moved)),
        "brand": brand_of(vendor),
    }
    queue_to_address(to=address, template="prospect_invited", facts=facts, vendor_id=vendor.pk)
    return moved


@transaction.atomic
def note_applied(*, actor: Actor, program: Program, domain: str, prospect: Prospect | None = None) -> Prospect | None:
    """Note that a prospect applied: the one that its link named, else the one with the application's domain.

    For whoever confirms an application, with the system's actor of the vendor. Returns it, None where there is none.
    Records `prospect.applied`, unless that was noted before.
    """
    known = Prospect.objects.visible_to(actor).filter(program=program).select_for_update(of=("self",))
    found = known.filter(pk=prospect.pk).first() if prospect is not None else None
    if found is None and domain:
        found = known.filter(domain=domain).first()
    if found is None or found.state == ProspectState.APPLIED:
        return found
    return _moved(actor, found, "apply")


def score_prospect(prospect: Prospect) -> None:
    """Score a prospect by its program's published profile; the caller saves. Without a profile it has no score."""
    profile = published_profile(prospect.program)
    if profile is None:
        prospect.score, prospect.reasons, prospect.profile = None, [], None
        return
    fit = fit_of(profile, prospect)
    prospect.score, prospect.reasons, prospect.profile = fit.score, fit.as_data(), profile


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_PROSPECTS):
        raise Forbidden("not_allowed", _("Your role doesn’t work on prospects."))


def _own(actor: Actor, prospect: Prospect) -> Prospect:
    fresh: Prospect = locked(prospect, actor)
    _may(actor)
    return fresh


def _moved(
    actor: Actor, prospect: Prospect, name: str, told: Mapping[str, Any] | None = None, **further: Any
) -> Prospect:
    changes = {"state_at": timezone.now(), **further}
    moved: Prospect = move(PROSPECT, name, row=prospect, actor=actor, changes=changes, data=told)
    return moved


def _fill(prospect: Prospect, details: Mapping[str, Any]) -> None:
    """Put the details on the row and check them as the model says.

    Raises:
        RuleViolation: for the first that isn't possible; `field` names it.
    """
    for name, value in details.items():
        if name not in EDITABLE:
            raise RuleViolation("unknown_field", _("There is nothing called “%(name)s”.") % {"name": name}, name)
        setattr(prospect, name, value.strip() if isinstance(value, str) else value)
    try:
        prospect.clean_fields(exclude=[field.name for field in Prospect._meta.fields if field.name not in EDITABLE])
    except ValidationError as error:
        field, messages = next(iter(error.message_dict.items()))
        raise RuleViolation("invalid", messages[0], field) from error
    for name, longest in LONGEST.items():
        if len(getattr(prospect, name)) > longest:
            raise RuleViolation("invalid", _("At most %(longest)d characters.") % {"longest": longest}, name)
    if prospect.website and not names_host(prospect.website):
        raise RuleViolation("invalid", _("This isn’t a website’s address, as in “www.example.com”."), "website")
    prospect.domain = registrable_domain(prospect.website) or registrable_domain(prospect.contact_email)


def _check_alone(actor: Actor, prospect: Prospect) -> None:
    """Refuse a company that is on the program's list, or one of the vendor's partners, by its domain."""
    if not prospect.domain:
        return
    same = Prospect.objects.visible_to(actor).filter(program_id=prospect.program_id, domain=prospect.domain)
    if (twin := same.exclude(pk=prospect.pk).first()) is not None:
        words = _("%(name)s with the domain %(domain)s is on the list already (%(state)s). Open that one instead.")
        named = {"name": twin.name, "domain": twin.domain, "state": twin.get_state_display()}
        raise RuleViolation("on_the_list", words % named, "website")
    owners = PartnerDomain.objects.visible_to(actor).filter(domain=prospect.domain).values("partner")
    enrolled = Enrollment.objects.visible_to(actor).filter(program_id=prospect.program_id, partner__in=owners)
    if (partner := enrolled.select_related("partner").first()) is not None:
        words = _("%(name)s uses the domain %(domain)s and is enrolled in this program already.")
        named = {"name": partner.partner.name, "domain": prospect.domain}
        raise RuleViolation("is_partner", words % named, "website")


def _owner(actor: Actor, owner: Person | None) -> Person | None:
    if owner is not None and not staff_of(actor).filter(pk=owner.pk).exists():
        raise RuleViolation("not_of_yours", _("Choose one of your own people."), "owner")
    return owner


def _name_of(actor: Actor) -> str:
    found = staff_of(actor).filter(pk=actor.person_id or 0).first()
    return str(found) if found else ""


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | str) else str(value or "")
