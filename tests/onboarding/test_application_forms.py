"""Setting up application forms: who may, what is refused, and what is written down."""

from __future__ import annotations

from typing import Any

import pytest
from django.http import Http404

from activity.models import Event
from onboarding.form_fields import default_fields
from onboarding.models import ApplicationForm
from onboarding.services import (
    begin_application_form,
    change_application_form,
    close_application_form,
    open_application_form,
)
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.cast import Cast

MANAGER = "northwind_manager"


@pytest.fixture
def form(cast: Cast) -> ApplicationForm:
    return begin_application_form(actor=cast.actor(MANAGER), program=cast.northwind.program)


def change(cast: Cast, form: ApplicationForm, persona: str = MANAGER, **changes: Any) -> ApplicationForm:
    return change_application_form(
        actor=cast.actor(persona), form=form, changes=changes, revision=changes.pop("revision", form.revision)
    )


def stored(form: ApplicationForm) -> dict[str, Any]:
    return ApplicationForm.objects.filter(pk=form.pk).values().get()


def test_a_new_form_is_closed_asks_the_usual_and_approves_nothing_by_itself(form: ApplicationForm) -> None:
    assert (form.is_open, form.auto_approve, form.fields) == (False, False, default_fields())
    assert Event.objects.filter(kind="application_form.begun").count() == 1


def test_beginning_twice_gives_the_same_form(cast: Cast, form: ApplicationForm) -> None:
    again = begin_application_form(actor=cast.actor(MANAGER), program=cast.northwind.program)
    assert again.pk == form.pk
    assert Event.objects.filter(kind="application_form.begun").count() == 1


@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_executive", "brightpath_administrator"])
def test_only_managers_begin_and_change(cast: Cast, form: ApplicationForm, persona: str) -> None:
    before = stored(form)
    with pytest.raises(Forbidden):
        begin_application_form(actor=cast.actor(persona), program=cast.northwind.program)
    with pytest.raises(Forbidden):
        change(cast, form, persona, intro="Mine")
    assert stored(form) == before


def test_another_vendors_form_is_out_of_sight(cast: Cast, form: ApplicationForm) -> None:
    with pytest.raises(Http404):
        change(cast, form, "halden_manager", intro="Mine")
    with pytest.raises(Http404):
        begin_application_form(actor=cast.actor("halden_manager"), program=cast.northwind.program)


def test_a_change_is_an_event_with_before_and_after(cast: Cast, form: ApplicationForm) -> None:
    changed = change(cast, form, intro=" Welcome ", blocked_domains=["https://www.Rival.example/x", "rival.example"])
    assert (changed.intro, changed.blocked_domains, changed.revision) == ("Welcome", ["rival.example"], 1)
    event = Event.objects.get(kind="application_form.changed")
    assert event.before == {"intro": "", "blocked_domains": []}
    assert event.after == {"intro": "Welcome", "blocked_domains": ["rival.example"]}


def test_a_change_of_nothing_records_nothing(cast: Cast, form: ApplicationForm) -> None:
    assert change(cast, form, intro="", decision_days=3).revision == 0
    assert not Event.objects.filter(kind="application_form.changed").exists()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"blocked_domains": ["gmail.com"]}, "blocked_domains"),
        ({"blocked_domains": ["nonsense"]}, "blocked_domains"),
        ({"blocked_domains": [f"rival{n}.example" for n in range(501)]}, "blocked_domains"),
        ({"decision_days": 0}, "decision_days"),
        ({"decision_days": 61}, "decision_days"),
        ({"auto_score": 101}, "auto_score"),
        ({"auto_countries": ["NL", "XX"]}, "auto_countries"),
        ({"intro": "x" * 4001}, "intro"),
        ({"consent": "x" * 1001}, "consent"),
        ({"fields": [{"field": "name"}]}, "fields"),
    ],
)
def test_a_refused_change_changes_nothing(
    cast: Cast, form: ApplicationForm, changes: dict[str, Any], field: str
) -> None:
    before = stored(form)
    with pytest.raises(RuleViolation) as refused:
        change(cast, form, **{"intro": "New", **changes})
    assert refused.value.field == field
    assert stored(form) == before
    assert not Event.objects.filter(kind="application_form.changed").exists()


def test_a_stale_change_is_told_so(cast: Cast, form: ApplicationForm) -> None:
    change(cast, form, intro="First")
    with pytest.raises(Conflict):
        change(cast, form, intro="Second", revision=0)
    assert stored(form)["intro"] == "First"


def test_a_form_opens_once_applicants_are_asked_for_their_consent(cast: Cast, form: ApplicationForm) -> None:
    actor = cast.actor(MANAGER)
    with pytest.raises(RuleViolation) as refused:
        open_application_form(actor=actor, form=form, revision=0)
    assert refused.value.code == "no_consent"
    form = change(cast, form, consent="We keep what you tell us.")
    form = open_application_form(actor=actor, form=form, revision=form.revision)
    assert form.is_open
    form = close_application_form(actor=actor, form=form, revision=form.revision)
    assert not form.is_open
    kinds = list(
        Event.objects.filter(kind__startswith="application_form.").order_by("pk").values_list("kind", flat=True)
    )
    assert kinds == [f"application_form.{what}" for what in ("begun", "changed", "opened", "closed")]
