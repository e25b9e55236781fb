"""Leads as they come in: entered, sent, imported; changed, disqualified, taken up again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.identities import Identity
from accounts.models import ProductFamily
from accounts.naming import normalise_name
from accounts.resolving import resolve_customer
from dealreg.leads import events
from dealreg.leads.enums import DisqualifyReason, LeadSource
from dealreg.leads.permissions import ADD_LEADS, ASSIGN_LEADS
from dealreg.leads.scoring import LeadFacts, score_of
from dealreg.leads.workflow import LEAD
from dealreg.models import Lead
from dealreg.services.lead_offers import end_offers
from partners.models import Program
from prm.kernel.domains import names_host, registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.money import CURRENCIES, LARGEST
from prm.kernel.recording import record
from prm.kernel.references import new_reference
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked, move

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

DESCRIBED = (
    "company",
    "domain",
    "country",
    "city",
    "postcode",
    "industry",
    "headcount",
    "families",
    "contact_name",
    "contact_email",
    "contact_phone",
    "message",
    "value",
    "currency",
    "campaign",
)
IDENTIFYING = frozenset({"company", "domain", "country", "city", "postcode", "contact_phone"})
LONGEST = {"message": 5000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """That somebody agreed: to which words, where, and when."""

    text: str = ""
    source: str = ""
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LeadInput:
    """A lead as a form, a list or the API hands it over. details: of `DESCRIBED`, what is unknown left out."""

    details: Mapping[str, Any]
    consent: Consent = field(default_factory=Consent)
    source: str = LeadSource.HAND
    external_id: str = ""


def add_lead(*, actor: Actor, program: Program, lead: LeadInput) -> Lead:
    """Take a lead in: score it, find or make its account. Records `lead.arrived`, after which it is given out.

    The same `external_id` again returns the lead of the first time and does nothing else.

    Raises:
        Http404: the program is out of sight. Forbidden: the right is missing.
        RuleViolation: no consent, no company, or a value that isn't possible; `field` names it.
    """
    if not actor.may(ADD_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t enter leads."))
    try:
        with transaction.atomic():
            return _add(actor, program, lead)
    except IntegrityError as error:
        twice = _known(actor, program, lead.external_id)
        if twice is None:
            raise error from None
        return twice


def _known(actor: Actor, program: Program, external_id: str) -> Lead | None:
    if not external_id:
        return None
    return Lead.objects.visible_to(actor).filter(program=program, external_id=external_id).first()


def _add(actor: Actor, program: Program, given: LeadInput) -> Lead:
    found = Program.objects.visible_to(actor).select_related("vendor").filter(pk=program.pk).first()
    if found is None:
        raise Http404
    program = found
    if (twice := _known(actor, program, given.external_id)) is not None:
        return twice
    check_consent(given.consent)
    lead = Lead(
        reference=new_reference(program.vendor.code, "L"),
        vendor_id=program.vendor_id,
        program=program,
        source=given.source,
        external_id=given.external_id,
        consent_text=given.consent.text.strip(),
        consent_source=given.consent.source.strip(),
        consent_at=given.consent.at,
    )
    _fill(lead, given.details)
    _resolve(lead)
    score_lead(lead)
    lead.save(force_insert=True)
    keep_visible(lead, actor)
    data = {"reference": lead.reference, "source": str(lead.get_source_display())}
    record(events.ARRIVED, actor=actor, subject=lead, after={"state": lead.state}, data=data)
    return lead


def check_consent(consent: Consent) -> None:
    """Refuse a lead without consent.

    Raises:
        RuleViolation: there is none, nobody knows where or when it was given, or it was given in the future.
    """
    if not consent.text.strip():
        message = _(
            "A lead needs consent: say to what words the person agreed. Without it nobody may be called, and the lead "
            "isn’t kept."
        )
        raise RuleViolation("consent_needed", message, "consent_text")
    if not consent.source.strip():
        message = _("Say where consent was given, such as the form’s or the fair’s name.")
        raise RuleViolation("consent_source_needed", message, "consent_source")
    if consent.at is None:
        raise RuleViolation("consent_time_needed", _("Say when consent was given."), "consent_at")
    if consent.at > timezone.now():
        words = _("Consent can’t be given in the future: %(day)s.") % {"day": f"{consent.at:%Y-%m-%d}"}
        raise RuleViolation("consent_in_future", words, "consent_at")


@transaction.atomic
def change_lead(*, actor: Actor, lead: Lead, details: Mapping[str, Any], revision: int) -> Lead:
    """Change what is known of a lead, and score it anew. Records `lead.changed`.

    Raises:
        Http404, Forbidden: out of sight, no right. Conflict: somebody changed it meanwhile.
        RuleViolation: a value that isn't possible.
    """
    fresh: Lead = locked(lead, actor)
    if not actor.may(ADD_LEADS) or actor.is_partner:
        raise Forbidden("not_allowed", _("Your role doesn’t change leads."))
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this lead while you were at it."), fresh=fresh)
    before = {name: _plain(getattr(fresh, name)) for name in details}
    _fill(fresh, details)
    after = {name: _plain(getattr(fresh, name)) for name in details}
    changed = [name for name in details if before[name] != after[name]]
    if not changed:
        return fresh
    if IDENTIFYING & set(changed):
        _resolve(fresh)
    score_lead(fresh)
    fresh.revision += 1
    fresh.save()
    labels = ", ".join(str(Lead._meta.get_field(name).verbose_name) for name in changed)  # type: ignore[union-attr]
    record(
        events.CHANGED,
        actor=actor,
        subject=fresh,
        before={name: before[name] for name in changed},
        after={name: after[name] for name in changed},
        data={"fields": labels},
    )
    return fresh


@transaction.atomic
def disqualify_lead(*, actor: Actor, lead: Lead, reason: str, message: str = "") -> Lead:
    """Say that a lead is none. Offers of it end; whoever had it is told. Records `lead.disqualified`.

    Raises:
        Http404, Forbidden, Conflict: as `move`. RuleViolation: no reason.
    """
    if reason not in DisqualifyReason.values:
        raise RuleViolation("required", _("Choose a reason."), "reason")
    label = str(DisqualifyReason(reason).label)
    fresh: Lead = move(
        LEAD,
        "disqualify",
        row=lead,
        actor=actor,
        facts={"reason": reason},
        changes={"disqualified_because": reason, "state_at": timezone.now()},
        data={"reason": label, "message": message},
    )
    end_offers(actor=actor, lead=fresh, reason=str(_("It turned out to be no lead")))
    return fresh


@transaction.atomic
def reopen_lead(*, actor: Actor, lead: Lead) -> Lead:
    """Take a disqualified lead up again. Records `lead.reopened`.

    Raises:
        Http404, Forbidden, Conflict: as `move`.
    """
    changes = {"state_at": timezone.now(), "disqualified_because": ""}
    fresh: Lead = move(LEAD, "reopen", row=lead, actor=actor, changes=changes)
    return fresh


def score_lead(lead: Lead) -> None:
    """Score a lead; the caller saves."""
    scored = score_of(
        LeadFacts(
            source=lead.source,
            email=lead.contact_email,
            phone=lead.contact_phone,
            headcount=lead.headcount,
            value=lead.value,
            message=lead.message,
            families=len(lead.families),
        )
    )
    lead.score, lead.reasons = scored.score, scored.as_data()


def may_assign(actor: Actor) -> None:
    """Refuse who doesn't give out leads.

    Raises:
        Forbidden: the right is missing.
    """
    if not actor.may(ASSIGN_LEADS):
        raise Forbidden("not_allowed", _("Your role doesn’t give out leads."))


def _fill(lead: Lead, details: Mapping[str, Any]) -> None:
    """Put the details on the row and check them as the model says.

    Raises:
        RuleViolation: for the first that isn't possible; `field` names it.
    """
    for name, value in details.items():
        if name not in DESCRIBED:
            raise RuleViolation("unknown_field", _("There is nothing called “%(name)s”.") % {"name": name}, name)
        setattr(lead, name, value.strip() if isinstance(value, str) else value)
    if not normalise_name(lead.company):
        raise RuleViolation("company_needed", _("Enter the company’s name, as on its letterhead."), "company")
    try:
        lead.clean_fields(exclude=[each.name for each in Lead._meta.fields if each.name not in DESCRIBED])
    except ValidationError as error:
        name, messages = next(iter(error.message_dict.items()))
        raise RuleViolation("invalid", messages[0], name) from error
    for name, longest in LONGEST.items():
        if len(getattr(lead, name)) > longest:
            raise RuleViolation("invalid", _("At most %(longest)d characters.") % {"longest": longest}, name)
    if lead.domain and not names_host(lead.domain):
        raise RuleViolation("not_a_website", _("This is not a website. Write it like castellan.com."), "domain")
    lead.domain = lead.domain or registrable_domain(lead.contact_email)
    _check_value(lead)
    _check_families(lead)


def _check_value(lead: Lead) -> None:
    if lead.value is None:
        lead.currency = ""
        return
    if not Decimal(0) <= lead.value <= LARGEST:
        raise RuleViolation(
            "amount_too_large", _("That is more than we can take: at most 999,999,999,999.99."), "value"
        )
    lead.currency = lead.currency or lead.program.vendor.currency
    if lead.currency not in CURRENCIES:
        raise RuleViolation("unknown_currency", _("We don’t know this currency."), "currency")


def _check_families(lead: Lead) -> None:
    if not lead.families:
        return
    lead.families = sorted(set(lead.families))
    found = ProductFamily.objects.filter(vendor_id=lead.vendor_id, pk__in=lead.families).count()
    if found != len(lead.families):
        raise RuleViolation("unknown_family", _("Not one of your product families."), "families")


def _resolve(lead: Lead) -> None:
    identity = Identity(
        name=lead.company,
        country=str(lead.country),
        domain=lead.domain,
        phone=lead.contact_phone,
        postcode=lead.postcode,
        city=lead.city,
    )
    resolution = resolve_customer(lead.vendor_id, identity)
    lead.account_id, lead.account_link = resolution.account_id, resolution.link


def _plain(value: Any) -> Any:
    return value if isinstance(value, list | str | int) or value is None else str(value)
