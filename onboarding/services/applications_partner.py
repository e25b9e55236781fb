"""A partner's administrator applies to another program with the profile that is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from onboarding.application_links import new_key
from onboarding.models import Application, ApplicationForm
from onboarding.permissions import APPLY_AS_PARTNER
from onboarding.services.applications import PROFILE
from onboarding.services.applications_arriving import arrive
from onboarding.services.applications_public import applicant
from partners.enums import LIVE, EnrollmentStatus
from partners.models import Enrollment, Partner, PartnerDomain
from people.models import Person
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.references import new_reference

if TYPE_CHECKING:
    from prm.kernel.actors import Actor


@transaction.atomic
def apply_as_partner(
    *, actor: Actor, form: ApplicationForm, columns: Mapping[str, Any], answers: Mapping[str, Any], consented: bool
) -> Application:
    """Apply with the own organisation's profile: it reaches the vendor at once, for who signs in has proven who it is.

    Args:
        columns: what the form asks and the profile doesn't hold; the profile's own values stay.
        answers: to the vendor's own questions.

    Records `application.submitted`, and a rule's decision.

    Raises:
        Forbidden: not an administrator. RuleViolation: closed, consent missing, or suspended there.
        Conflict: in the program already, or applied already.
    """
    if not (actor.is_partner and actor.may(APPLY_AS_PARTNER)):
        raise Forbidden("not_allowed", _("Only your administrator applies to programs for the company."))
    locked_form = ApplicationForm.objects.select_for_update(of=("self",)).select_related("vendor").get(pk=form.pk)
    if not locked_form.is_open:
        raise RuleViolation("closed", _("This program takes no applications at the moment."))
    if form.consent and not consented:
        raise RuleViolation("consent_missing", _("Without this we can’t take your application."), "consent")
    partner = Partner.objects.visible_to(actor).get()
    check_may_apply(partner, locked_form)
    row = _row(actor, locked_form, partner)
    for name, value in columns.items():
        if name != "email" and (name not in PROFILE or not getattr(row, name)):
            setattr(row, name, value)
    row.answers = dict(answers)
    row.save()
    return arrive(form=locked_form, application=row, actor=applicant(form.vendor_id, actor.person_id))


def check_may_apply(partner: Partner, form: ApplicationForm) -> None:
    """Refuse where the partner is in the program, suspended there, or has applied.

    Raises:
        Conflict, RuleViolation: so it is.
    """
    known = Enrollment.objects.filter(program_id=form.program_id, partner=partner).first()
    if known is not None and known.status in LIVE:
        raise Conflict("enrolled_already", _("Your company is in this program already."))
    if known is not None and known.status == EnrollmentStatus.SUSPENDED:
        raise RuleViolation("suspended", _("Your company’s place in this program is suspended. Talk to the vendor."))
    if Application.objects.all().with_vendor().filter(program_id=form.program_id, partner=partner).exists():
        raise Conflict("applied_already", _("Your company has applied already; a decision is on its way."))


def _row(actor: Actor, form: ApplicationForm, partner: Partner) -> Application:
    person = Person.objects.get(pk=actor.person_id)
    row = Application(
        vendor_id=form.vendor_id,
        program_id=form.program_id,
        partner=partner,
        applicant=person,
        reference=new_reference(form.vendor.code, "AP", groups=(6,)),
        email=person.email,
        contact_name=person.name[:120],
        language=translation.get_language() or "en",
        domain=_domain_of(partner, person.email),
        **{name: getattr(partner, name) for name in PROFILE},
    )
    row.consent, row.consented_at = (form.consent, timezone.now()) if form.consent else ("", None)
    new_key(row)
    return row


def _domain_of(partner: Partner, email: str) -> str:
    """Return the domain that the company has proven: of the administrator's address, else its first."""
    rows = PartnerDomain.objects.filter(partner=partner, is_verified=True).order_by("pk")
    proven = list(rows.values_list("domain", flat=True))
    own = registrable_domain(email)
    return own if own in proven else next(iter(proven), "")
