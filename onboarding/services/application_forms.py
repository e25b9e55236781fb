"""Application forms: what a program asks, what it does with the answers, and whether it takes any."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_countries import countries

from onboarding import events
from onboarding.form_fields import check_fields, default_fields
from onboarding.models import ApplicationForm
from onboarding.permissions import EDIT_RECRUITING
from prm.kernel.domains import registrable_domain
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.scoping import keep_visible
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from partners.models import Program
    from prm.kernel.actors import Actor

MOST_BLOCKED = 500
LONGEST = {"intro": 4000, "consent": 1000}
BETWEEN = {"decision_days": (1, 60), "auto_score": (1, 100)}
SETTINGS = (
    "intro",
    "consent",
    "decision_days",
    "auto_approve",
    "auto_score",
    "auto_countries",
    "blocked_domains",
    "fields",
)


@transaction.atomic
def begin_application_form(*, actor: Actor, program: Program) -> ApplicationForm:
    """Give a program a form with the usual fields, closed; or return the one that it has.

    Records `application_form.begun` for a new one.

    Raises:
        Forbidden: the right is missing. Http404: the program is out of sight.
    """
    _may(actor)
    # The program's row is the lock: two who begin at once get the same form.
    program = locked(program, actor)
    found = ApplicationForm.objects.visible_to(actor).filter(program=program).first()
    if found is not None:
        return found
    form = ApplicationForm.objects.create(vendor_id=program.vendor_id, program=program, fields=default_fields())
    keep_visible(form, actor)
    record(events.FORM_BEGUN, actor=actor, subject=form, data=_words(form))
    return form


@transaction.atomic
def change_application_form(
    *, actor: Actor, form: ApplicationForm, changes: Mapping[str, Any], revision: int
) -> ApplicationForm:
    """Change settings of a form, those of SETTINGS that `changes` names. Records `application_form.changed`.

    Applications that came in before keep their answers. A change of nothing records nothing.

    Raises:
        Forbidden: the right is missing. Http404: out of sight. Conflict: somebody changed it meanwhile.
        RuleViolation: a setting can't be; `field` says which.
    """
    fresh = _mine(actor, form, revision)
    checked = {name: _checked(name, changes[name]) for name in SETTINGS if name in changes}
    if checked.get("auto_approve") is True and not checked.get("auto_score", fresh.auto_score):
        raise RuleViolation("required", _("Say from which fit on."), "auto_score")
    before = {name: getattr(fresh, name) for name in checked}
    changed = [name for name in checked if checked[name] != before[name]]
    if not changed:
        return fresh
    for name in changed:
        setattr(fresh, name, checked[name])
    _save(fresh, *changed)
    record(
        events.FORM_CHANGED,
        actor=actor,
        subject=fresh,
        before={name: before[name] for name in changed},
        after={name: checked[name] for name in changed},
        data=_words(fresh),
    )
    return fresh


@transaction.atomic
def open_application_form(*, actor: Actor, form: ApplicationForm, revision: int) -> ApplicationForm:
    """Let companies apply. Records `application_form.opened`.

    Raises:
        Forbidden, Http404, Conflict: as `change_application_form`.
        RuleViolation: applicants would be asked to agree to nothing.
    """
    fresh = _mine(actor, form, revision)
    if fresh.is_open:
        return fresh
    if not fresh.consent:
        raise RuleViolation(
            "no_consent", _("Write first what applicants agree to: you keep what they tell you."), "consent"
        )
    fresh.is_open = True
    _save(fresh, "is_open")
    record(events.FORM_OPENED, actor=actor, subject=fresh, data=_words(fresh))
    return fresh


@transaction.atomic
def close_application_form(*, actor: Actor, form: ApplicationForm, revision: int) -> ApplicationForm:
    """Take no new applications; those that are in go on. Records `application_form.closed`.

    Raises:
        Forbidden, Http404, Conflict: as `change_application_form`.
    """
    fresh = _mine(actor, form, revision)
    if not fresh.is_open:
        return fresh
    fresh.is_open = False
    _save(fresh, "is_open")
    record(events.FORM_CLOSED, actor=actor, subject=fresh, data=_words(fresh))
    return fresh


def blocked_domains(given: Iterable[str]) -> list[str]:
    """Return what was typed as registrable domains, each once and in order of the alphabet.

    Raises:
        RuleViolation: too many, or one is no company's domain.
    """
    found = set()
    for text in given:
        domain = registrable_domain(text)
        if not domain:
            message = _(
                "“%(text)s” is no company’s domain. Mail providers and shared hosts can’t be blocked one by one."
            )
            raise RuleViolation("not_a_domain", message % {"text": text[:80]}, "blocked_domains")
        found.add(domain)
    if len(found) > MOST_BLOCKED:
        raise RuleViolation("too_many", _("At most %(most)d domains.") % {"most": MOST_BLOCKED}, "blocked_domains")
    return sorted(found)


def _may(actor: Actor) -> None:
    if not actor.may(EDIT_RECRUITING):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))


def _mine(actor: Actor, form: ApplicationForm, revision: int) -> ApplicationForm:
    _may(actor)
    fresh: ApplicationForm = locked(form, actor)
    if fresh.revision != revision:
        raise Conflict("changed_meanwhile", _("Somebody changed this form since you opened it."), fresh=fresh)
    return fresh


def _save(form: ApplicationForm, *names: str) -> None:
    form.revision += 1
    form.save(update_fields=[*names, "revision", "updated_at"])


def _words(form: ApplicationForm) -> dict[str, Any]:
    return {"program": form.program.name}


def _checked(name: str, value: Any) -> Any:
    if name == "fields":
        return check_fields(value)
    if name == "blocked_domains":
        return blocked_domains(value)
    if name == "auto_countries":
        return _countries(value)
    if name == "auto_approve":
        return value is True
    return _number(name, value) if name in BETWEEN else _text(name, value)


def _countries(value: Any) -> list[str]:
    known = set(dict(countries))
    unknown = [code for code in value if code not in known]
    if unknown:
        message = _("There is no country “%(code)s”.") % {"code": str(unknown[0])[:10]}
        raise RuleViolation("unknown_country", message, "auto_countries")
    return sorted(set(value))


def _number(name: str, value: Any) -> int:
    least, most = BETWEEN[name]
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        words = {"least": least, "most": most}
        raise RuleViolation("out_of_bounds", _("A whole number from %(least)d to %(most)d.") % words, name)
    return value


def _text(name: str, value: Any) -> str:
    text = str(value).replace("\x00", "").strip()
    if len(text) > LONGEST[name]:
        words = {"most": LONGEST[name]}
        raise RuleViolation("too_long", _("At most %(most)d characters.") % words, name)
    return text
