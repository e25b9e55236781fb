"""Publishing a draft, versions side by side, and what a trial on history found."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from dealreg.engagement import PolicyRefused, Teller, Verdict, told
from dealreg.engagement.wording import SECTIONS, sentence_of
from dealreg.enums import RulingOutcome
from dealreg.fields import DayField
from dealreg.models import Deal, Policy, PolicyTrial
from dealreg.services import publish_policy, try_policy
from dealreg.services.policy_trials import USUAL_MONTHS
from portal.console.policies.base import PolicyBase, faults_of, version_name
from portal.console.profiles.base import revision_in
from portal.console.schemes.comparing import pairs
from portal.console.schemes.fields import CountField
from portal.formats import day_text
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.pages import show_violation
from standing.telling import Part as Comparable

WAS = {
    "approved": gettext_lazy("Approved"),
    "declined": gettext_lazy("Declined"),
    "waiting": gettext_lazy("Not decided"),
}


FIGURES = {
    "protection_days": gettext_lazy("Protection, days"),
    "discount": gettext_lazy("Discount, percent"),
    "decision_hours": gettext_lazy("Service level, working hours"),
    "reminder_days": gettext_lazy("Reminder before expiry, days"),
    "hourly_registrations": gettext_lazy("Registrations per partner and hour, at most"),
    "extension_days": gettext_lazy("Days per extension, at most"),
    "extensions_most": gettext_lazy("Extensions per deal, at most"),
    "evidence_days": gettext_lazy("Proof of activity, days"),
    "extends_by_rule": gettext_lazy("Extended by rule"),
    "offer_days": gettext_lazy("Offer to the next in line, days"),
    "appeal_days": gettext_lazy("Appeal within, days"),
    "appeal_hours": gettext_lazy("Appeals decided within, working hours"),
}


class PublishForm(forms.Form):
    """From when it holds."""

    use_required_attribute = False

    valid_from = DayField(label=gettext_lazy("In force from"))


class PolicyPublish(PolicyBase):
    """Publishes a draft."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for the day."""
        return self._page(self.draft(pk), PublishForm(initial={"valid_from": timezone.localdate()}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Publish."""
        policy, form = self.draft(pk), PublishForm(request.POST)
        if not form.is_valid():
            return self._page(policy, form, 422)
        day = form.cleaned_data["valid_from"]
        try:
            publish_policy(actor=self.actor, policy=policy, valid_from=day, revision=revision_in(request))
        except Conflict as conflict:
            form.add_error(None, str(conflict.message))
            return self._page(policy, form, 409)
        except Forbidden:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(policy, form, 422)
        messages.success(request, _("Published: in force from %(day)s.") % {"day": day_text(day)})
        return redirect("console:policy", pk)

    def _page(self, policy: Policy, form: PublishForm, status: int = 200) -> HttpResponse:
        context = {
            "policy": policy,
            "form": form,
            "revision": policy.revision if status != 409 else revision_in(self.request),
            "faults": faults_of(policy, self.known(policy)),
            "crumbs": self.crumbs(policy),
            "before": next((each for each in self.versions(policy) if each.is_published), None),
        }
        return render(self.request, "console/policies/publish.html", context, status=status)


class PolicyCompare(PolicyBase):
    """A version beside another."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show both; the newest other one, if none is named."""
        policy = self.find(pk)
        others = self.versions(policy)
        other = self._other(others)
        sections = self._sections(other, policy) if other else []
        context = {
            **self.about(policy, "console:policy-compare"),
            "other": other,
            "others": [(each, version_name(each)) for each in others],
            "sections": sections,
            "differs": any(each["differs"] for each in sections),
        }
        return render(request, "console/policies/compare.html", context)

    def _other(self, others: list[Policy]) -> Policy | None:
        wanted = self.request.GET.get("with", "")
        if not wanted:
            return next(iter(others), None)
        found = next((each for each in others if str(each.pk) == wanted), None)
        if found is None:
            raise Http404
        return found

    def _sections(self, left: Policy, right: Policy) -> list[dict[str, Any]]:
        before, after = self._told(left, right), self._told(right, right)
        found = []
        for name in before:
            both = pairs(before[name], after[name])
            if both:
                differs = any(each.differs for each in both)
                found.append({"label": SECTIONS.get(name, _("Figures")), "pairs": both, "differs": differs})
        return found

    def _told(self, policy: Policy, of: Policy) -> dict[str, tuple[Comparable, ...]]:
        known = self.known(policy)
        plain = [(name, str(label), str(getattr(policy, name))) for name, label in FIGURES.items()]
        stages = [(label, label, words) for label, words in policy.stage_lines]
        figures = tuple(
            Comparable(section="figures", at=0, slug=slug, name=label, sentences=(words,))
            for slug, label, words in (*plain, *stages)
        )
        try:
            sections = Teller(policy.shape, known, of.vendor.currency).sections()
        except PolicyRefused:
            return {"figures": figures, **dict.fromkeys(SECTIONS, ())}
        return {
            "figures": figures,
            **{
                name: tuple(
                    Comparable(
                        section=name,
                        at=0,
                        slug=part.name if "." in part.place else part.place,
                        name=part.name,
                        sentences=(*part.lines, *_clause(policy, part.clause)),
                    )
                    for part in parts
                )
                for name, parts in sections.items()
            },
        }


def _clause(policy: Policy, number: str) -> tuple[str, ...]:
    return (f"{number} {policy.clauses.get(number, '')}".strip(),) if number else ()


class MonthsForm(forms.Form):
    """How far back to look."""

    use_required_attribute = False

    months = CountField(label=gettext_lazy("Months to look at"), most=600, required=True)


class PolicyTrialPage(PolicyBase):
    """What a version would have decided otherwise."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Show the last trial, and the form for another."""
        return self._page(self.find(pk), MonthsForm(initial={"months": USUAL_MONTHS}))

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask for another."""
        policy, form = self.find(pk), MonthsForm(request.POST)
        if not form.is_valid():
            return self._page(policy, form, 422)
        try:
            try_policy(actor=self.actor, policy=policy, months=form.cleaned_data["months"])
        except (Conflict, PolicyRefused) as refused:
            form.add_error(None, str(refused.message))
            return self._page(policy, form, 409 if isinstance(refused, Conflict) else 422)
        except Forbidden:
            raise
        except RuleViolation as violation:
            show_violation(form, violation)
            return self._page(policy, form, violation.status)
        return redirect("console:policy-trial", pk)

    def _page(self, policy: Policy, form: MonthsForm, status: int = 200) -> HttpResponse:
        trials = PolicyTrial.objects.visible_to(self.actor).filter(policy=policy).select_related("job", "started_by")
        found = list(trials.order_by("-pk")[:5])
        done = next((each for each in found if each.finished_at), None)
        context = {
            **self.about(policy, "console:policy-trial"),
            "form": form,
            "running": next((each for each in found if each.job and each.job.ended_at is None), None),
            "trial": done,
            "older": [each for each in found if each.finished_at and each != done],
            "table": table_of(done) if done else [],
            "outcomes": [str(RulingOutcome(each).label) for each in Verdict],
            "stale": done is not None and done.definition != policy.definition,
            "examples": self._examples(policy, done) if done else [],
        }
        return render(self.request, "console/policies/trial.html", context, status=status)

    def _examples(self, policy: Policy, trial: PolicyTrial) -> list[dict[str, Any]]:
        known = self.known(policy)
        references = [each["reference"] for each in trial.examples]
        deals = Deal.objects.visible_to(self.actor).filter(reference__in=references).only("reference")
        there = {deal.reference: deal.get_desk_url() for deal in deals}
        return [
            {
                **each,
                "url": there.get(each["reference"], ""),
                "was": WAS.get(each["was"], each["was"]),
                "would": RulingOutcome(each["would"]).label,
                "why": told(sentence_of(each["sentence"]), known),
            }
            for each in trial.examples
        ]


def table_of(trial: PolicyTrial) -> list[dict[str, Any]]:
    """Return the counts: a row for each way it was decided, a cell for each verdict."""
    return [
        {"label": label, "cells": [trial.counts.get(f"{was}.{verdict}", 0) for verdict in Verdict]}
        for was, label in WAS.items()
    ]
