"""Applications on the desk: who sees them, what it costs, what the vendor may know, and deciding."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from onboarding.enums import ApplicationState
from onboarding.models import Application, ApplicationMessage, IdealProfile
from onboarding.services.applications import approve_application, ask_applicant, decline_application
from onboarding.services.applications_overdue import escalate_applications
from partners.models import Enrollment, Partner
from tests.onboarding.applying import apply, open_form

QUEUE = reverse("desk:application-queue")
DECIDERS = {"northwind_approver", "northwind_manager"}


@pytest.fixture
def form(cast) -> Any:
    return open_form(cast.northwind)


def page(application: Application, step: str = "") -> str:
    return application.get_absolute_url() + (f"{step}/" if step else "")


def queries(client: Client, url: str) -> tuple[int, Any]:
    client.get(url)
    with CaptureQueriesContext(connection) as caught:
        response = client.get(url)
    assert response.status_code == 200
    return len(caught), response


def stored(application: Application) -> dict[str, Any]:
    return Application.objects.filter(pk=application.pk).values().get()


@pytest.mark.parametrize(
    "persona", ["northwind_approver", "northwind_manager", "northwind_finance", "northwind_executive"]
)
def test_every_vendor_role_reads_and_deciders_have_buttons(cast, browse, form, persona):
    application = apply(form)
    for url in (QUEUE, page(application)):
        text = browse(persona).get(url).content.decode()
        assert "Castellan Automation" in text
        assert (page(application, "approve") in text) is (persona in DECIDERS)


def test_partners_strangers_and_other_vendors_are_kept_out(cast, browse, client, form):
    application = apply(form, name="Secret Harbour AG")
    assert browse("brightpath_administrator").get(QUEUE).status_code == 403
    assert client.get(QUEUE).status_code == 302
    other = browse("halden_manager")
    assert "Secret Harbour" not in other.get(f"{QUEUE}?view=all").content.decode()
    for step in ("", "approve", "decline", "ask", "waitlist"):
        assert other.get(page(application, step)).status_code == 404
    assert other.post(page(application, "decline"), {"reason": "other", "message": "No."}).status_code == 404
    assert other.post(page(application, "note"), {"text": "Hm."}).status_code == 404
    assert stored(application)["state"] == ApplicationState.SUBMITTED


def test_queue_costs_the_same_for_one_and_for_thirty_rows(cast, browse, form):
    client = browse("northwind_approver")
    apply(form, name="First")
    one, _response = queries(client, QUEUE)
    for number in range(29):
        apply(form, name=f"Company {number}")
    thirty, response = queries(client, QUEUE)
    assert response.content.decode().count("data-row") == 25
    assert one == thirty <= 12


def test_the_page_costs_the_same_with_a_history(cast, browse, form):
    client = browse("northwind_approver")
    application = apply(form)
    before, _response = queries(client, page(application))
    for number in range(5):
        apply(form, name=application.name)
        client.post(page(application, "note"), {"text": f"Note {number}"})
    after, _response = queries(client, page(application))
    assert before == after <= 12


def test_views_keep_their_rows_and_count_them(cast, browse, form):
    actor = cast.actor("northwind_approver")
    to_decide, asked, declined = apply(form, name="A"), apply(form, name="B"), apply(form, name="C")
    ask_applicant(actor=actor, application=asked, message="Which?")
    decline_application(actor=actor, application=declined, reason="no_fit", message="Not now.")
    client = browse("northwind_approver")
    wanted = {"open": [to_decide], "waiting": [asked], "waitlisted": [], "decided": [declined]}
    for key, rows in wanted.items():
        context = client.get(f"{QUEUE}?view={key}").context
        assert [row.application for row in context["rows"]] == rows
        chips = {str(chip["label"]): chip["count"] for chip in context["chips"]}
        assert chips["To decide"] == chips["Decided"] == chips["Waiting for applicant"] == 1
        assert chips["All"] == 3
    assert [row.application for row in client.get(QUEUE).context["rows"]] == [to_decide]
    found = client.get(f"{QUEUE}?view=all&q={asked.reference.lower()}").context["rows"]
    assert [row.application for row in found] == [asked]


def test_what_is_due_first_stands_first(cast, browse, form):
    late, soon = apply(form, name="Late"), apply(form, name="Soon")
    Application.objects.filter(pk=soon.pk).update(due_at=timezone.now() + timedelta(hours=1))
    rows = browse("northwind_approver").get(QUEUE).context["rows"]
    assert [row.application for row in rows] == [soon, late]
    Application.objects.filter(pk=soon.pk).update(due_at=timezone.now() + timedelta(days=90))
    assert [row.application for row in browse("northwind_approver").get(QUEUE).context["rows"]] == [late, soon]
    turned = browse("northwind_approver").get(f"{QUEUE}?order=-due").context["rows"]
    assert [row.application for row in turned] == [soon, late]


def test_export_holds_the_view(cast, browse, form):
    apply(form, name="In The List")
    response = browse("northwind_finance").get(f"{QUEUE}?export=csv")
    text = b"".join(response.streaming_content).decode()
    assert "In The List" in text
    assert "Decision due" in text


def test_detail_for_htmx_comes_alone(cast, browse, form):
    application = apply(form)
    asked = f"{QUEUE}?application={application.reference}"
    headers = {"HX-Request": "true", "HX-Target": "detail"}
    text = browse("northwind_approver").get(asked, headers=headers).content.decode()
    assert 'class="decide"' in text
    assert "data-row" not in text


class TestFacts:
    def test_answers_show_as_stated_and_their_fit_with_its_reasons(self, cast, browse, form):
        form.fields = [*form.fields, {"field": "own:crm", "label": "Which CRM?", "kind": "yes_no", "required": False, "help": ""}]  # fmt: skip  # noqa: E501
        form.save()
        application = apply(form, answers={"crm": "yes"})
        profile = IdealProfile.objects.create(vendor=form.vendor, program=form.program, number=1, definition={})
        reason = {"criterion": "t", "name": "Type", "weight": 60, "earned": 48, "known": True, "sentence": "Integrates"}
        dark = {"criterion": "h", "name": "Headcount", "weight": 40, "earned": 0, "known": False, "sentence": "?"}
        Application.objects.filter(pk=application.pk).update(score=48, reasons=[reason, dark], profile=profile)
        text = browse("northwind_approver").get(page(application)).content.decode()
        for words in ("Which CRM?", "Food and beverages", "Germany", "Integrates", "48 of 60", "up to 88", "Headcount"):
            assert words in text

    def test_own_partners_earlier_applications_and_notes_show(self, cast, browse, form):
        first = apply(form, name="Twice GmbH")
        decline_application(
            actor=cast.actor("northwind_approver"), application=first, reason="no_fit", message="Not now."
        )
        again = apply(form, name="Twice GmbH")
        Partner.objects.filter(pk=cast.kappel.pk).update(name="Twice GmbH")
        text = browse("northwind_approver").get(page(again)).content.decode()
        assert first.reference in text
        assert cast.kappel.get_absolute_url() in text

    def test_nothing_tells_of_a_partner_of_another_vendor(self, cast, browse, form):
        Enrollment.objects.filter(partner=cast.isle, vendor=cast.northwind.vendor).delete()
        Partner.objects.filter(pk=cast.isle.pk).update(name="Elsewhere Ltd")
        application = apply(form, name="Elsewhere Ltd")
        client = browse("northwind_approver")
        for url in (page(application), QUEUE):
            assert cast.isle.get_absolute_url() not in client.get(url).content.decode()
        client = browse("halden_approver")
        theirs = apply(open_form(cast.halden), name="Elsewhere Ltd")
        assert cast.isle.get_absolute_url() in client.get(page(theirs)).content.decode()


class TestDeciding:
    def test_approve_makes_a_partner_with_its_manager(self, cast, browse, form):
        application = apply(form)
        manager = cast.people["northwind_manager"]
        client = browse("northwind_manager")
        assert "Partner manager" in client.get(page(application, "approve")).content.decode()
        answer = client.post(page(application, "approve"), {"message": "Welcome!", "manager": str(manager.pk)})
        assert answer.status_code == 302
        enrollment = Enrollment.objects.get(partner__name="Castellan Automation")
        assert enrollment.manager == manager
        text = client.get(page(application)).content.decode()
        assert "decided by Northwind Manager" in text
        assert enrollment.partner.get_absolute_url() in text

    def test_decline_wants_reason_and_message_and_keeps_what_was_typed(self, cast, browse, form):
        application = apply(form)
        before, client = stored(application), browse("northwind_approver")
        answer = client.post(page(application, "decline"), {"reason": "", "message": "Thanks, but no."})
        assert answer.status_code == 422
        assert "Thanks, but no." in answer.content.decode()
        long = client.post(page(application, "decline"), {"reason": "no_fit", "message": "x" * 2001})
        assert long.status_code == 422
        assert "x" * 2001 in long.content.decode()
        assert stored(application) == before
        assert not Event.objects.filter(kind="application.declined").exists()
        client.post(page(application, "decline"), {"reason": "region", "message": "Thanks, but no."})
        assert stored(application)["decline_reason"] == "region"

    def test_asking_offers_the_forms_fields_and_shows_what_was_asked(self, cast, browse, form):
        application, client = apply(form), browse("northwind_approver")
        assert "Headcount" not in client.get(page(application, "ask")).content.decode()
        assert "What is missing?" in client.get(page(application, "ask")).content.decode()
        answer = client.post(page(application, "ask"), {"fields": ["headcount", "revenue"], "message": "How many?"})
        assert answer.status_code == 422
        client.post(page(application, "ask"), {"fields": ["headcount"], "message": "How many?"})
        assert ApplicationMessage.objects.get(application=application).fields == ["headcount"]
        text = client.get(page(application)).content.decode()
        assert "Asked for:" in text
        assert "theirs" in text

    def test_waiting_list_and_back(self, cast, browse, form):
        application, client = apply(form), browse("northwind_approver")
        client.post(page(application, "waitlist"), {"message": "In spring."})
        assert stored(application)["state"] == ApplicationState.WAITLISTED
        assert "Waiting list" in client.get(f"{QUEUE}?view=waitlisted").content.decode()
        client.post(page(application, "approve"), {"message": ""})
        assert stored(application)["state"] == ApplicationState.APPROVED

    def test_from_the_queue_the_next_one_opens(self, cast, browse, form):
        first, second = apply(form, name="First"), apply(form, name="Second")
        facts = {"reason": "no_fit", "message": "No.", "queue": "open"}
        answer = browse("northwind_approver").post(page(first, "decline"), facts)
        assert answer["Location"] == f"{QUEUE}?application={second.reference}"

    def test_who_comes_too_late_is_told_who_decided(self, cast, browse, form):
        application = apply(form)
        approve_application(actor=cast.actor("northwind_manager"), application=application)
        answer = browse("northwind_approver").post(
            page(application, "decline"), {"reason": "no_fit", "message": "No.", "seen": "submitted"}
        )
        assert answer.status_code == 409
        text = answer.content.decode()
        assert "Northwind Manager" in text
        assert "Approved" in text
        assert stored(application)["state"] == ApplicationState.APPROVED

    def test_readers_are_refused(self, cast, browse, form):
        application = apply(form)
        before, client = stored(application), browse("northwind_executive")
        for step, facts in (
            ("approve", {"message": ""}),
            ("decline", {"reason": "no_fit", "message": "No."}),
            ("ask", {"message": "Why?"}),
            ("waitlist", {"message": ""}),
            ("note", {"text": "Hm."}),
        ):
            assert client.post(page(application, step), facts).status_code == 403
        assert client.post(reverse("desk:application-bulk"), {"action": "decline"}).status_code == 403
        assert stored(application) == before
        assert not ApplicationMessage.objects.exists()

    def test_notes_stay_inside_and_long_ones_come_back(self, cast, browse, form):
        application, client = apply(form), browse("northwind_approver")
        client.post(page(application, "note"), {"text": "Met them at the fair."})
        assert ApplicationMessage.objects.get().is_internal
        refused = client.post(page(application, "note"), {"text": "y" * 4001})
        assert refused.status_code == 422
        assert "y" * 4001 in refused.content.decode()
        assert ApplicationMessage.objects.count() == 1

    def test_several_are_declined_after_one_page_that_names_them(self, cast, browse, form):
        chosen, spared = [apply(form, name="A"), apply(form, name="B")], apply(form, name="C")
        client, url = browse("northwind_approver"), reverse("desk:application-bulk")
        facts = {"action": "decline", "selected": [each.reference for each in chosen]}
        asked = client.post(url, facts)
        assert asked.status_code == 200
        assert stored(chosen[0])["state"] == ApplicationState.SUBMITTED
        empty = client.post(url, {**facts, "sure": "1", "message": "No capacity."})
        assert empty.status_code == 422
        assert "No capacity." in empty.content.decode()
        client.post(url, {**facts, "sure": "1", "reason": "capacity", "message": "No capacity."})
        assert [stored(each)["state"] for each in chosen] == [ApplicationState.DECLINED] * 2
        assert stored(spared)["state"] == ApplicationState.SUBMITTED
        again = client.post(url, {**facts, "sure": "1", "reason": "capacity", "message": "No capacity."})
        assert again.status_code == 422
        assert "Not decided" in again.content.decode()


def test_who_waits_too_long_is_told_of_once(cast, form):
    late, fine = apply(form, name="Late"), apply(form, name="Fine")
    Application.objects.filter(pk=late.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert escalate_applications() == 1
    assert escalate_applications() == 0
    drain()
    event = Event.objects.get(kind="application.overdue")
    assert event.subject_id == late.pk
    told = Notification.objects.filter(event=event).values_list("person", flat=True)
    assert list(told) == [cast.people["northwind_manager"].pk]
    assert stored(fine)["escalated_at"] is None


def test_an_asked_applicant_makes_nobody_late(cast, form):
    application = apply(form)
    ask_applicant(actor=cast.actor("northwind_approver"), application=application, message="Which?")
    Application.objects.filter(pk=application.pk).update(due_at=timezone.now() - timedelta(minutes=1))
    assert escalate_applications() == 0


def test_a_manager_is_assigned_only_by_who_may(cast, browse, form):
    application = apply(form)
    text = browse("northwind_approver").get(page(application, "approve")).content.decode()
    assert "Partner manager" not in text
