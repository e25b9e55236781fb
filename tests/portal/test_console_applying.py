"""Application forms in the console: the builder keeps what was typed, the rule is tried before it holds."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from activity.models import Event
from onboarding.form_fields import default_fields
from onboarding.models import Application, ApplicationForm, IdealProfile
from onboarding.services import begin_application_form
from tests.onboarding.applying import apply, open_form

LIST = reverse("console:application-forms")


@pytest.fixture
def form(cast) -> ApplicationForm:
    return begin_application_form(actor=cast.actor("northwind_manager"), program=cast.northwind.program)


def url(form: ApplicationForm, name: str = "") -> str:
    return reverse(f"console:application-form{name}", args=[form.pk])


def rows(form: ApplicationForm, **changes: Any) -> dict[str, Any]:
    """Return the builder's form as the page shows it."""
    sent: dict[str, Any] = {"revision": form.revision, "rows": len(form.fields)}
    for at, item in enumerate(form.fields):
        sent |= {f"i{at}-field": item["field"], f"i{at}-kind": item.get("kind", ""), f"i{at}-help": item["help"]}
        sent |= {f"i{at}-label": item.get("label", ""), f"i{at}-choices": "\n".join(item.get("choices", ()))}
        if item["required"]:
            sent[f"i{at}-required"] = "on"
    return sent | changes


def settings_of(form: ApplicationForm, **changes: Any) -> dict[str, Any]:
    sent = {"revision": form.revision, "intro": form.intro, "consent": form.consent, "decision_days": 3}
    return {**sent, "blocked_domains": "", "auto_score": 80, "auto_countries": "", **changes}


def names(form: ApplicationForm) -> list[str]:
    form.refresh_from_db()
    return [item["field"] for item in form.fields]


@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_executive", "brightpath_administrator"])
def test_only_managers_set_forms_up(cast, browse, form, persona):
    for address in (LIST, url(form), url(form, "-settings"), url(form, "-preview")):
        assert browse(persona).get(address).status_code == 403
    assert browse(persona).post(url(form), rows(form, do="add", add="city")).status_code == 403
    assert names(form) == [item["field"] for item in default_fields()]


def test_another_vendors_form_is_out_of_sight(cast, browse, form):
    other = browse("halden_manager")
    for name in ("", "-settings", "-preview"):
        assert other.get(url(form, name)).status_code == 404
    assert other.post(url(form), rows(form, do="add", add="city")).status_code == 404
    assert other.post(url(form, "-switch"), {"do": "open", "revision": 0}).status_code == 404


def test_a_form_is_begun_from_the_list(cast, browse):
    client = browse("northwind_manager")
    assert "nobody can apply" in client.get(LIST).content.decode()
    answer = client.post(LIST, {"program": cast.northwind.program.pk})
    form = ApplicationForm.objects.get()
    assert answer["Location"] == url(form)
    assert client.post(LIST, {"program": cast.halden.program.pk}).status_code == 404
    assert client.post(LIST, {"program": "x"}).status_code == 302
    assert ApplicationForm.objects.count() == 1


def test_pages_cost_the_same_with_more_questions_and_applications(cast, browse):
    form, client = open_form(cast.northwind), browse("northwind_manager")

    def cost() -> list[int]:
        found = []
        for address in (LIST, url(form), url(form, "-settings"), url(form, "-preview")):
            client.get(address)
            with CaptureQueriesContext(connection) as caught:
                assert client.get(address).status_code == 200
            found.append(len(caught))
        return found

    before = cost()
    for number in range(6):
        apply(form, name=f"Company {number}")
    form.fields = [*form.fields, {"field": "city", "required": False, "help": ""}]
    form.save()
    assert cost() == before
    assert max(before) <= 12


class TestQuestions:
    def test_every_button_keeps_what_was_typed_and_does_what_it_says(self, cast, browse, form):
        client = browse("northwind_manager")
        client.post(url(form), rows(form, do="add", add="city", **{"i1-help": "Where you are found."}))
        assert names(form)[-1] == "city"
        assert form.fields[1]["help"] == "Where you are found."
        client.post(url(form), rows(form, do=f"up {len(form.fields) - 1}"))
        assert names(form)[-2] == "city"
        client.post(url(form), rows(form, do=f"remove {len(form.fields) - 2}"))
        assert "city" not in names(form)
        client.post(url(form), rows(form, do="own", own_label="Which CRM?", own_kind="choice", own_choices="A\nB"))
        assert names(form)[-1] == "own:which-crm"
        assert form.fields[-1]["choices"] == ["A", "B"]
        assert Event.objects.filter(kind="application_form.changed").count() == 4

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"do": "own", "own_label": "", "own_kind": "text"}, "Write what a question"),
            ({"do": "own", "own_label": "Which?", "own_kind": "choice"}, "at least two choices"),
            ({"do": "add", "add": "revenue"}, "no field “revenue”"),
            ({"do": "remove 0"}, "Every form asks for “Company”"),
            ({"do": "save", "i1-help": "x" * 401}, "longer than 400"),
        ],
    )
    def test_a_refusal_changes_nothing_and_loses_nothing(self, cast, browse, form, changes, words):
        typed = {"i2-help": "Typed just now.", "own_choices": "Kept"}
        answer = browse("northwind_manager").post(url(form), rows(form, **{**typed, **changes}))
        assert answer.status_code == 422
        text = answer.content.decode()
        for word in (words, "Typed just now.", "Kept"):
            assert word in text
        assert names(form) == [item["field"] for item in default_fields()]
        assert form.revision == 0

    def test_a_stale_page_gets_409_with_what_was_typed(self, cast, browse, form):
        stale = rows(form, do="save", **{"i1-help": "Mine."})
        client = browse("northwind_manager")
        client.post(url(form), rows(form, do="add", add="city"))
        answer = client.post(url(form), stale)
        assert answer.status_code == 409
        assert "Mine." in answer.content.decode()
        assert names(form)[-1] == "city"


class TestSettings:
    def test_settings_are_saved(self, cast, browse, form):
        facts = settings_of(form, consent="You may.", blocked_domains="www.rival.example", auto_countries="Germany\nnl")
        answer = browse("northwind_manager").post(url(form, "-settings"), facts)
        assert answer.status_code == 302
        form.refresh_from_db()
        assert (form.consent, form.blocked_domains, form.auto_countries) == (
            "You may.",
            ["rival.example"],
            ["DE", "NL"],
        )

    @pytest.mark.parametrize(
        ("changes", "words"),
        [
            ({"blocked_domains": "gmail.com"}, "no company’s domain"),
            ({"auto_countries": "Atlantis"}, "no country “Atlantis”"),
            ({"decision_days": "61"}, "60"),
            ({"auto_score": "many"}, "whole number"),
        ],
    )
    def test_bad_settings_come_back_as_typed(self, cast, browse, form, changes, words):
        answer = browse("northwind_manager").post(url(form, "-settings"), settings_of(form, intro="Hello!", **changes))
        assert answer.status_code == 422
        text = answer.content.decode()
        for word in (words, "Hello!", *changes.values()):
            assert word in text
        form.refresh_from_db()
        assert (form.intro, form.revision) == ("", 0)

    def test_a_stale_page_gets_409_and_can_be_saved_again(self, cast, browse, form):
        client, stale = browse("northwind_manager"), settings_of(form, intro="Second")
        client.post(url(form, "-settings"), settings_of(form, intro="First"))
        answer = client.post(url(form, "-settings"), stale)
        assert answer.status_code == 409
        assert "Second" in answer.content.decode()
        client.post(url(form, "-settings"), {**stale, "revision": answer.context["form"]["revision"].value()})
        form.refresh_from_db()
        assert form.intro == "Second"

    def test_the_rule_is_tried_without_being_saved(self, cast, browse):
        form = open_form(cast.northwind)
        profile = IdealProfile.objects.create(vendor=form.vendor, program=form.program, number=1, definition={})
        good, poor = apply(form, name="Good Fit GmbH"), apply(form, name="Poor Fit GmbH")
        for row, score in ((good, 85), (poor, 40)):
            Application.objects.filter(pk=row.pk).update(score=score, profile=profile, doubts=[])
        client = browse("northwind_manager")
        text = client.get(url(form, "-settings"), settings_of(form, **{"try": "1", "auto_score": 80})).content.decode()
        assert "Nothing is saved yet" in text
        assert "Good Fit GmbH" in text
        assert "Poor Fit GmbH" not in text
        assert (
            "Poor Fit GmbH"
            in client.get(url(form, "-settings"), settings_of(form, **{"try": "1", "auto_score": 40})).content.decode()
        )
        form.refresh_from_db()
        assert (form.auto_approve, form.revision) == (False, 0)


def test_a_form_opens_only_with_consent_and_closes_again(cast, browse, form):
    client = browse("northwind_manager")
    client.post(url(form, "-switch"), {"do": "open", "revision": 0})
    form.refresh_from_db()
    assert not form.is_open
    client.post(url(form, "-settings"), settings_of(form, consent="You may."))
    client.post(url(form, "-switch"), {"do": "open", "revision": 1})
    form.refresh_from_db()
    assert form.is_open
    assert client.post(url(form, "-switch"), {"do": "close", "revision": 1}).status_code == 409
    client.post(url(form, "-switch"), {"do": "close", "revision": 2})
    form.refresh_from_db()
    assert not form.is_open
