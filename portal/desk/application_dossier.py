"""Everything the desk shows of one application, read in a fixed number of queries."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from onboarding.deciding import applied_of_all, form_of
from onboarding.doubts import doubt_words
from onboarding.enums import ApplicationState
from onboarding.form_fields import ASKS, is_own, label_of
from onboarding.models import Application, ApplicationMessage, Prospect
from onboarding.models.applications import WITH_VENDOR
from onboarding.permissions import DECIDE_APPLICATIONS
from onboarding.rules import FAIR_FIT, GOOD_FIT, Advice, Suggestion, suggest
from onboarding.workflow import APPLICATION
from partners.models import Partner
from portal.desk.deal_actions import Action
from portal.desk.dossier import Ring
from portal.statuses import APPLICATION_LOOK

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from prm.kernel.actors import Actor

MOST_ALIKE = 5
READ_WITH = ("program__application_form", "vendor", "partner", "decided_by")
KEYS = {"approve": "a", "decline": "d", "ask": "i", "waitlist": "w"}
ADVICE_LOOK = {
    Advice.APPROVE: ("good", "ok"),
    Advice.DECLINE: ("bad", "no"),
    Advice.ASK: ("info", "ask"),
    Advice.WAITLIST: ("info", "pause"),
    Advice.READ: ("warn", "eye"),
    Advice.WAIT: ("info", "wait"),
}


def ring_of(application: Application) -> Ring:
    """Return the service level's clock: paused while the applicant has the word, none on the waiting list."""
    if application.state == ApplicationState.ASKED:
        left = timedelta(hours=max(application.clock_left or 0, 0.02))
        return Ring(timezone.now() + left, application.submitted_at, paused=True, label=_("{left}, theirs"))
    if application.state == ApplicationState.SUBMITTED:
        return Ring(application.due_at, application.submitted_at)
    return Ring(None, None)


def fit_tone(score: int | None) -> str:
    """Return the tone of a fit."""
    if score is None:
        return ""
    return "good" if score >= GOOD_FIT else "info" if score >= FAIR_FIT else "warn"


@dataclass(frozen=True, slots=True)
class Fact:
    """A field as it was stated: one text, or several."""

    label: str
    text: str = ""
    several: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Alike:
    """Something of the vendor's own that may be the same company."""

    kind: str
    name: str
    url: str
    note: str
    tone: str
    icon: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationDossier:
    """One application with what speaks for and against it."""

    application: Application
    messages: list[ApplicationMessage]
    alike: list[Alike]
    suggestion: Suggestion | None
    actions: list[Action]
    facts: list[Fact]
    may_decide: bool

    @property
    def look(self) -> tuple[str, str]:
        """Tone and icon of the state."""
        return APPLICATION_LOOK[ApplicationState(self.application.state)]

    @property
    def advice_look(self) -> tuple[str, str]:
        """Tone and icon of the suggestion."""
        return ADVICE_LOOK[self.suggestion.advice] if self.suggestion else ("", "")

    @property
    def ring(self) -> Ring:
        """The clock."""
        return ring_of(self.application)

    @property
    def fit_tone(self) -> str:
        """The tone of its fit."""
        return fit_tone(self.application.score)

    @property
    def fit_words(self) -> str:
        """The fit's why-line."""
        reasons = self.application.reasons
        known = sum(reason["weight"] for reason in reasons if reason["known"])
        words = {"score": self.application.score, "known": known}
        return _("Fits by %(score)d of 100; %(known)d points of the criteria are known.") % words

    @property
    def waits_for_applicant(self) -> bool:
        """Whether the applicant has the word."""
        return self.application.state == ApplicationState.ASKED

    @property
    def doubts(self) -> list[str]:
        """What speaks against deciding it by rule, while it is undecided."""
        return [doubt_words(doubt) for doubt in self.application.doubts] if self.suggestion else []

    @property
    def asked_labels(self) -> list[str]:
        """What the applicant was asked for last, in words."""
        asked = next((each for each in reversed(self.messages) if each.fields and not each.is_internal), None)
        return labels_of(self.application, asked.fields) if asked else []


def labels_of(application: Application, names: Sequence[str]) -> list[str]:
    """Return fields of its program's form in words; a question that was taken out since keeps its name."""
    form = form_of(application)
    own = {item["field"]: label_of(item) for item in (form.fields if form else []) if is_own(item)}
    return [own.get(name) or str(ASKS[name].label if name in ASKS else name) for name in names]


def applications_of(actor: Actor) -> Any:
    """Return the applications that are with the actor's vendor, or were: no drafts, and no unproven addresses."""
    return Application.objects.visible_to(actor).select_related(*READ_WITH)


def load_application(actor: Actor, reference: str) -> ApplicationDossier:
    """Return an application's dossier, in six queries.

    Raises:
        Http404: there is none in the actor's sight.
    """
    application: Application | None = applications_of(actor).filter(reference=reference).first()
    if application is None:
        raise Http404
    return dossier_of(actor, application, suggestion_of_all(actor, [application])[0])


def dossier_of(actor: Actor, application: Application, suggestion: Suggestion | None) -> ApplicationDossier:
    """Return the dossier of one of `applications_of`, in four queries."""
    messages = ApplicationMessage.objects.visible_to(actor).filter(application=application).select_related("person")
    return ApplicationDossier(
        application=application,
        messages=list(messages.order_by("created_at", "pk")[:200]),
        alike=_alike(actor, application),
        suggestion=suggestion,
        actions=_actions(application, actor, suggestion),
        facts=facts_of(application),
        may_decide=actor.may(DECIDE_APPLICATIONS),
    )


def suggestion_of_all(actor: Actor, applications: Sequence[Application]) -> list[Suggestion | None]:
    """Return the suggestion for each application, None for one that needs no decision. One query."""
    return [
        suggest(applied, waits_for_applicant=each.state == ApplicationState.ASKED)
        if each.state in WITH_VENDOR
        else None
        for each, applied in zip(applications, applied_of_all(actor, applications), strict=True)
    ]


def _actions(application: Application, actor: Actor, suggestion: Suggestion | None) -> list[Action]:
    """Return the buttons that the transition table allows; the suggested one is the page's primary."""
    advised, base = str(suggestion.advice) if suggestion else "", application.get_absolute_url()
    found = [
        Action(
            way.name,
            way.label,
            f"{base}{way.name}/",
            KEYS[way.name],
            "danger" if way.name == "decline" else "primary" if way.name == advised else "",
        )
        for way in APPLICATION.available(application, actor)
        if way.name in KEYS
    ]
    return sorted(found, key=lambda action: action.kind != "primary")


def _alike(actor: Actor, application: Application) -> list[Alike]:
    """Return what the vendor has of its own under the same domain or name. Three queries; no other vendor's rows."""
    same = Q(name__iexact=application.name)
    if application.domain:
        same |= Q(domain=application.domain)
    earlier = applications_of(actor).filter(same).exclude(pk=application.pk).order_by("-submitted_at", "-pk")
    prospects = Prospect.objects.visible_to(actor).filter(same).select_related("program").order_by("-pk")
    known = Q(name__iexact=application.name)
    if application.domain:
        known |= Q(domains__domain=application.domain)
    partners = Partner.objects.visible_to(actor).filter(known).distinct().order_by("name", "pk")
    return [
        *(
            Alike(_("Partner"), each.name, each.get_absolute_url(), each.get_type_display(), "warn", "building")
            for each in partners[:MOST_ALIKE]
        ),
        *(
            Alike(
                _("Application"),
                each.name,
                each.get_absolute_url(),
                f"{each.reference}, {each.get_state_display()}",
                *APPLICATION_LOOK[ApplicationState(each.state)],
            )
            for each in earlier[:MOST_ALIKE]
        ),
        *(
            Alike(_("Prospect"), each.name, _prospect_url(each), each.get_state_display(), "", "find")
            for each in prospects[:MOST_ALIKE]
        ),
    ]


def _prospect_url(prospect: Prospect) -> str:
    return prospect.get_absolute_url() if hasattr(prospect, "get_absolute_url") else reverse("desk:application-queue")


def facts_of(application: Application) -> list[Fact]:
    """Return what was stated, in the order of the form; what stays empty shows as not stated."""
    form = form_of(application)
    items = form.fields if form else [{"field": name} for name in ASKS]
    named = {item["field"] for item in items}
    further = [{"field": name} for name in ASKS if name not in named and getattr(application, name)]
    found = [_fact(application, item) for item in (*items, *further) if item["field"] != "name"]
    asked = {item["field"].partition(":")[2] for item in items if is_own(item)}
    # Answers to questions that were taken out since.
    return found + [Fact(slug, *_words(value, {})) for slug, value in application.answers.items() if slug not in asked]


def _fact(application: Application, item: Mapping[str, Any]) -> Fact:
    if is_own(item):
        yes_no = {"yes": _("Yes"), "no": _("No")} if item["kind"] == "yes_no" else {}
        return Fact(label_of(item), *_words(application.answers.get(item["field"].partition(":")[2]), yes_no))
    name = item["field"]
    value = getattr(application, name)
    if name == "country":
        return Fact(label_of(item), str(value.name) if value else "")
    column: Any = Application._meta.get_field(name)
    inner = getattr(column, "base_field", column)
    return Fact(label_of(item), *_words(value, dict(inner.flatchoices or ())))


def _words(value: Any, choices: Mapping[str, Any]) -> tuple[str, tuple[str, ...]]:
    if isinstance(value, list | tuple):
        return "", tuple(str(choices.get(part, part)) for part in value)
    return ("" if value in (None, "") else str(choices.get(value, value))), ()
