"""What rules and approvers know about applications, and how quickly they are decided."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db import connection
from django.utils import timezone

from onboarding.doubts import doubt_words
from onboarding.form_fields import is_own, label_of
from onboarding.models import Application, ApplicationForm
from onboarding.rules import Applied, AutoRule, Verdict, judge
from partners.models import PartnerDomain

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

FEWEST_DECIDED = 5
"""Under so many decisions no usual time is told: it would tell about single companies."""
MOST_TRIED = 50
_TIMES = """
SELECT count(*), percentile_cont(0.5) WITHIN GROUP (ORDER BY newest.took) FROM (
  SELECT decided_at - submitted_at AS took FROM onboarding_application
  WHERE program_id = %(program)s AND decided_at >= %(since)s AND submitted_at IS NOT NULL
  ORDER BY decided_at DESC LIMIT 200
) AS newest
"""


def rule_of(form: ApplicationForm) -> AutoRule:
    """Return a form's rule for approving without a person."""
    return AutoRule(is_on=form.auto_approve, score=form.auto_score, countries=tuple(form.auto_countries))


def missing_of(application: Application, items: Sequence[Mapping[str, Any]]) -> list[dict[str, str]]:
    """Return the wanted fields of a form that an application leaves empty, as field and label."""
    return [
        {"field": item["field"], "label": label_of(item)}
        for item in items
        if item["required"] and not _value(application, item)
    ]


def _value(application: Application, item: Mapping[str, Any]) -> Any:
    if is_own(item):
        return application.answers.get(item["field"].partition(":")[2]) not in (None, "", [])
    return getattr(application, item["field"])


def form_of(application: Application) -> ApplicationForm | None:
    """Return the form of an application's program, read with it: `select_related("program__application_form")`."""
    return getattr(application.program, "application_form", None)


def applied_of_all(actor: Actor, applications: Sequence[Application]) -> list[Applied]:
    """Return what the rules know about each application, in order, as the vendor of `actor` may know it. One query."""
    partners = _partners_at(actor, {each.domain for each in applications if each.domain})
    found = []
    for each in applications:
        form = form_of(each)
        known = partners.get(each.domain)
        unknown = [reason for reason in each.reasons if not reason["known"]]
        found.append(
            Applied(
                score=each.score,
                country=str(each.country or ""),
                missing=tuple(part["label"] for part in missing_of(each, form.fields if form else ())),
                blocked=each.domain if form and each.domain in form.blocked_domains else "",
                known_partner=known[1] if known and known[0] != each.partner_id else "",
                doubts=tuple(doubt_words(doubt) for doubt in each.doubts),
                unknown=tuple(reason["name"] for reason in unknown),
                at_most=(each.score or 0) + sum(reason["weight"] for reason in unknown),
            )
        )
    return found


def _partners_at(actor: Actor, domains: set[str]) -> dict[str, tuple[int, str]]:
    """Return the vendor's own partners by their proven domains; those of others are out of its sight."""
    if not domains:
        return {}
    rows = PartnerDomain.objects.visible_to(actor).filter(domain__in=domains, is_verified=True)
    found = rows.order_by("-partner_id").values_list("domain", "partner_id", "partner__name")
    return {domain: (partner_id, name) for domain, partner_id, name in found}


@dataclass(frozen=True, slots=True)
class Tried:
    """An application as a rule would have judged it."""

    application: Application
    verdict: Verdict


def tried_on(actor: Actor, form: ApplicationForm, rule: AutoRule) -> list[Tried]:
    """Return how a rule would have judged the program's newest applications when they came in. One query."""
    newest = Application.objects.visible_to(actor).filter(program_id=form.program_id)
    return [
        Tried(each, judge(rule, _as_it_came(form, each)))
        for each in newest.order_by("-submitted_at", "-pk")[:MOST_TRIED]
    ]


def _as_it_came(form: ApplicationForm, application: Application) -> Applied:
    """Return what the rule is asked once an address is proven, as in `onboarding.services.applications_arriving`."""
    return Applied(
        score=application.score,
        country=str(application.country or ""),
        blocked=application.domain if application.domain in form.blocked_domains else "",
        doubts=tuple(doubt_words(doubt) for doubt in application.doubts),
    )


def usual_days(program_id: int) -> int | None:
    """Return within how many days half of a program's applications were decided lately, None after too few decisions.

    Shown to applicants. Over the newest 200 of the last 180 days. One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TIMES, {"program": program_id, "since": timezone.now() - timedelta(days=180)})
        decided, median = cursor.fetchone()
    return max(1, -(-median // timedelta(days=1))) if decided >= FEWEST_DECIDED else None
