"""What becomes of an application once its address is proven: it ends with an explanation, or reaches the vendor.

- A partner of this vendor has proven the domain: it ends, and its applicant may ask to join there.
- A partner here has proven it, but isn't enrolled with this vendor: it ends, for its administrator applies with the
  existing profile. The vendor learns nothing of it, and who hasn't proven an address at the domain neither.
- The company's other application is undecided: it ends, and who sent the other one has its link.
- The vendor blocks the domain: declined by rule. Not refused when the form is sent: anybody could find out by it whom
  the vendor takes for competitors.
- Otherwise it is submitted, with its fit, its clock and what speaks against a rule; then the rule is asked.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from activity.mailing import queue_to_address
from onboarding.doubts import Background, doubt_words, doubts_about
from onboarding.emails.applications import letter_facts
from onboarding.enums import ApplicationState, DeclineReason, Ended, ProspectState
from onboarding.models import Application, Prospect
from onboarding.recruiting import fit_of, published_profile
from onboarding.rules import Applied, AutoRule, judge
from onboarding.services.applications import approve_by_rule, decline_by_rule
from onboarding.services.prospects import note_applied
from onboarding.workflow import APPLICATION
from partners.applicants import Relation, company_at, own_records
from people.limits import Limit, take
from prm.kernel.actors import system
from prm.kernel.clocks import add_working_hours
from prm.kernel.workflow import move

if TYPE_CHECKING:
    from onboarding.models import ApplicationForm
    from prm.kernel.actors import Actor

REMEMBERED = timedelta(days=365)
REMINDERS = Limit("application.reminder", burst=3, per_hour=1)
"""Links that one address is mailed because it applied again."""


def arrive(*, form: ApplicationForm, application: Application, actor: Actor) -> Application:
    """Take a locked, unproven application further, in the caller's transaction, which holds the form's lock.

    Records `application.ended`, or `application.submitted` and a rule's decision.
    """
    ended = _why_it_ends(application)
    if ended:
        return _end(application, ended, actor)
    prospect = _prospect_of(application)
    with translation.override(settings.LANGUAGE_CODE):  # the vendor's people read the reasons
        changes = _arrival(form, application, prospect)
    data = {"name": application.name}
    fresh: Application = move(APPLICATION, "confirm", row=application, actor=actor, changes=changes, data=data)
    staff = system(fresh.vendor_id)
    note_applied(actor=staff, program=fresh.program, domain=fresh.domain, prospect=prospect)
    return _by_rule(form, fresh)


def _by_rule(form: ApplicationForm, application: Application) -> Application:
    """Let the rules decide, and keep their why in the installation's language: the vendor's people read it."""
    if application.domain in form.blocked_domains:
        with translation.override(application.language or settings.LANGUAGE_CODE):
            said = _("%(vendor)s takes no applications from your company’s domain.") % {"vendor": form.vendor.name}
        with translation.override(settings.LANGUAGE_CODE):
            why = _("%(domain)s is on the program’s list of blocked domains.") % {"domain": application.domain}
        return decline_by_rule(application=application, reason=DeclineReason.COMPETITOR, message=said, why=why)
    rule = AutoRule(is_on=form.auto_approve, score=form.auto_score, countries=tuple(form.auto_countries))
    with translation.override(settings.LANGUAGE_CODE):
        doubts = tuple(doubt_words(doubt) for doubt in application.doubts)
        verdict = judge(rule, Applied(score=application.score, country=str(application.country or ""), doubts=doubts))
    return approve_by_rule(application=application, why=verdict.why) if verdict.approves else application


def _why_it_ends(application: Application) -> Ended | None:
    if application.partner_id is None:
        relation = company_at(application.domain, application.vendor_id).relation
        if relation is Relation.WITH_VENDOR:
            return Ended.JOIN
        if relation is Relation.ELSEWHERE:
            return Ended.ADMINISTRATOR
    other = _other_of(application)
    if other is None:
        return None
    if other.email == application.email and take(REMINDERS, application.email):
        facts = letter_facts(other)
        queue_to_address(to=other.email, template="application_link", facts=facts, vendor_id=other.vendor_id)
    return Ended.DUPLICATE


def _other_of(application: Application) -> Application | None:
    undecided = Application.objects.all().with_vendor().filter(program_id=application.program_id)
    same = undecided.filter(domain=application.domain) if application.domain else undecided.none()
    if application.partner_id is not None:
        same |= undecided.filter(partner_id=application.partner_id)
    found: Application | None = same.exclude(pk=application.pk).select_related("vendor", "program").first()
    return found


def _end(application: Application, ended: Ended, actor: Actor) -> Application:
    # The reason stands on the row, which the vendor doesn't see, and not in the event, which it does.
    facts = {"ended_as": ended}
    fresh: Application = move(APPLICATION, "end", row=application, actor=actor, facts=facts)
    fresh.ended_as, fresh.typed = ended, {}
    fresh.save(update_fields=["ended_as", "typed"])
    return fresh


def _arrival(form: ApplicationForm, application: Application, prospect: Prospect | None) -> dict[str, Any]:
    now = timezone.now()
    profile = published_profile(application.program)
    fit = fit_of(profile, application) if profile else None
    due = add_working_hours(now, 24 * form.decision_days, form.vendor.time_zone)
    return {
        "submitted_at": now,
        "due_at": due,
        "typed": {},
        "score": fit.score if fit else None,
        "reasons": fit.as_data() if fit else [],
        "profile": profile,
        "prospect": prospect,
        "doubts": doubts_about(application, _background(application, prospect)),
    }


def _background(application: Application, prospect: Prospect | None) -> Background:
    declined = Application.objects.filter(
        vendor_id=application.vendor_id,
        domain=application.domain,
        state=ApplicationState.DECLINED,
        decided_at__gt=timezone.now() - REMEMBERED,
    ).exclude(domain="")
    last = declined.order_by("-decided_at").values_list("decided_at", flat=True).first()
    known = own_records(application.domain, application.vendor_id) if application.partner_id is None else []
    return Background(
        own_records=tuple(known),
        dropped=prospect is not None and prospect.state == ProspectState.DROPPED,
        declined_on=timezone.localdate(last) if last else None,
    )


def _prospect_of(application: Application) -> Prospect | None:
    """Return the prospect that applies: the one invited, else the one at the domain."""
    if application.prospect_id is not None:
        return application.prospect
    rows = Prospect.objects.filter(program_id=application.program_id, domain=application.domain)
    found: Prospect | None = rows.exclude(domain="").first()
    return found
