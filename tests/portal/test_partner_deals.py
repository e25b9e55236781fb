"""A partner's deals: list, page, and what can be done with one."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from dealreg.enums import Outcome, Status
from dealreg.models import Comment, Deal
from dealreg.services import (
    add_comment,
    approve_deal,
    ask_for_information,
    decline_deal,
    withdraw_deal,
)

LIST = "/portal/deals/"
EDITED = {
    "next_step": "Site visit",
    "next_step_on": "",
    "stage": "proposal",
    "close_date": "",
    "value": "170000",
    "title": "14 cells",
    "contact_name": "Ines Rothmann",
    "contact_email": "ines@castellan-foods.example",
}


def at(name, deal):
    return reverse(f"portal:deal-{name}", args=[deal.reference])


def edited(deal, **changes):
    return {**EDITED, "close_date": deal.close_date.isoformat(), "revision": deal.revision, **changes}


def read(client, url):
    answer = client.get(url)
    assert answer.status_code == 200
    return answer.content.decode()


def make_deals(cast, count):
    for number in range(count):
        cast.register(customer_name=f"Kunde {number} AG", customer_domain=f"kunde-{number}.example", title=f"P{number}")


@pytest.mark.parametrize("count", [1, 30])
def test_list_costs_the_same_for_one_and_thirty(cast, browse, django_assert_num_queries, count):
    make_deals(cast, count)
    client = browse("brightpath_sales")
    with django_assert_num_queries(7 if count == 1 else 8):  # a second page asks for the whole count
        text = read(client, LIST)
    assert "Kunde 0 AG" in text or count > 25


def test_list_filters_searches_orders_and_exports(cast, browse):
    make_deals(cast, 3)
    halden = cast.register(enrollment="brightpath_halden", customer_name="Zeppelin", customer_domain="z.example")
    client = browse("brightpath_sales")
    assert "Zeppelin" in read(client, LIST)
    assert "Kunde 1 AG" not in read(client, f"{LIST}?q=zepp")
    assert "Zeppelin" in read(client, f"{LIST}?q={halden.reference.lower()}")
    assert "Zeppelin" not in read(client, f"{LIST}?vendor={cast.northwind.vendor.pk}")
    assert "No deal fits" in read(client, f"{LIST}?status=declined")
    text = read(client, f"{LIST}?order=-customer")
    assert text.index("Zeppelin") < text.index("Kunde 2 AG") < text.index("Kunde 1 AG")
    client.post(reverse("vendor-switch"), {"vendor": cast.northwind.vendor.pk})
    assert "Zeppelin" not in read(client, LIST)
    export = b"".join(client.get(f"{LIST}?export=csv").streaming_content).decode()
    assert len(export.splitlines()) == 4


def test_open_deals_are_those_the_pipeline_counts(cast, browse):
    make_deals(cast, 2)
    withdrawn = Deal.objects.get(customer_name="Kunde 0 AG")
    withdraw_deal(actor=cast.actor("brightpath_sales"), deal=withdrawn)
    client = browse("brightpath_sales")
    text = read(client, f"{LIST}?open=1")
    assert "Kunde 0 AG" not in text
    assert "Kunde 1 AG" in text
    assert "open in 1 deal<" in read(client, "/portal/")


@pytest.mark.parametrize("query", ["vendor=x", "closes_from=never", "page=-3", "order=owner", "status=bogus", "q=%00"])
def test_list_takes_nonsense_calmly(cast, browse, query):
    cast.register()
    assert browse("brightpath_sales").get(f"{LIST}?{query}").status_code == 200


def test_list_answers_htmx_with_results_alone(cast, browse):
    cast.register()
    answer = browse("brightpath_sales").get(LIST, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    assert "Castellan" in answer.content.decode()


def test_list_without_deals_says_what_to_do(cast, browse):
    assert "Register a deal" in read(browse("kappel_sales"), LIST)
    assert reverse("portal:deal-register") not in read(browse("kappel_marketing"), LIST)


def test_page_shows_the_deal_in_few_queries(cast, browse, django_assert_max_num_queries):
    deal = cast.register(notes="A visit in May.")
    add_comment(actor=cast.actor("northwind_approver"), deal=deal, text="Which hall?")
    add_comment(actor=cast.actor("northwind_approver"), deal=deal, text="They are slow.", audience="vendor")
    client = browse("brightpath_sales")
    with django_assert_max_num_queries(12):
        text = read(client, deal.get_absolute_url())
    for shown in (
        "Castellan Foods GmbH",
        "PalletCell 40",
        "€162,000",
        "A visit in May.",
        "Which hall?",
        "submitted the registration",
    ):
        assert shown in text
    assert "They are slow." not in text


def test_page_never_tells_of_other_partners(cast, browse):
    rival = cast.register("kappel_sales", "kappel_northwind")
    approver = cast.actor("northwind_approver")
    own = cast.register(customer_name="Castellan Food")
    client = browse("brightpath_sales")
    text = read(client, own.get_absolute_url())
    assert "It needs review" in text
    approve_deal(actor=approver, deal=rival)
    for secret in ("Kappel", rival.reference, "score", "took up the review", "2 in line", "second"):
        assert secret not in read(client, own.get_absolute_url())
    assert client.get(rival.get_absolute_url()).status_code == 404


def test_clock_stops_while_the_partner_is_asked_and_only_what_was_asked_is_answered(cast, browse):
    deal = cast.register()
    ask_for_information(
        actor=cast.actor("northwind_approver"), deal=deal, fields=["customer_city", "files"], message="Which town?"
    )
    client = browse("brightpath_sales")
    text = read(client, deal.get_absolute_url())
    assert "Which town?" in text
    assert 'name="customer_city"' in text
    assert 'name="contact_name"' not in text
    wrong = client.post(at("answer", deal), {"message": "", "customer_city": ""})
    assert wrong.status_code == 422
    assert "at least one" in wrong.content.decode()
    bad = client.post(at("answer", deal), {"customer_city": "Kassel", "files": SimpleUploadedFile("a.pHaR", b"x")})
    assert bad.status_code == 422
    assert 'value="Kassel"' in bad.content.decode()
    deal.refresh_from_db()
    assert deal.status == Status.INFORMATION_REQUESTED
    done = client.post(
        at("answer", deal),
        {"customer_city": "Kassel", "title": "sneaked in", "files": SimpleUploadedFile("plan.txt", b"the hall")},
    )
    assert done.status_code == 302
    deal.refresh_from_db()
    assert (deal.status, deal.customer_city, deal.title) == (Status.IN_REVIEW, "Kassel", "12 palletising cells")
    assert deal.files.get().name == "plan.txt"


def test_answer_that_is_no_website_is_refused_and_kept(cast, browse):
    deal = cast.register()
    ask_for_information(
        actor=cast.actor("northwind_approver"), deal=deal, fields=["customer_domain"], message="Which company?"
    )
    answer = browse("brightpath_sales").post(at("answer", deal), {"customer_domain": "the old one"})
    assert answer.status_code == 422
    assert "not a website" in answer.content.decode()
    assert 'value="the old one"' in answer.content.decode()
    deal.refresh_from_db()
    assert (deal.status, deal.customer_domain) == (Status.INFORMATION_REQUESTED, "castellan-foods.example")


def test_file_alone_answers(cast, browse):
    deal = cast.register()
    ask_for_information(actor=cast.actor("northwind_approver"), deal=deal, fields=["files"], message="Proof?")
    browse("brightpath_sales").post(
        at("answer", deal), {"message": "", "files": SimpleUploadedFile("plan.txt", b"hall")}
    )
    deal.refresh_from_db()
    assert deal.status == Status.IN_REVIEW
    assert "plan.txt" in read(browse("brightpath_sales"), deal.get_absolute_url())


def test_edit_saves_and_a_stale_form_shows_both_versions(cast, browse):
    deal = cast.register()
    client, colleague = browse("brightpath_sales"), browse("brightpath_administrator")
    assert client.get(at("edit", deal)).status_code == 200
    assert client.post(at("edit", deal), edited(deal)).status_code == 302
    stale = colleague.post(at("edit", deal), edited(deal, value="99000", title="Mine"))
    assert stale.status_code == 409
    text = stale.content.decode()
    assert "Someone changed this deal" in text
    assert 'value="99000"' in text
    assert "€170,000" in text
    assert "€99,000" in text
    deal.refresh_from_db()
    assert (deal.value, deal.title) == (170_000, "14 cells")
    assert colleague.post(at("edit", deal), edited(deal, value="99000", title="Mine")).status_code == 302
    deal.refresh_from_db()
    assert (deal.value, deal.title) == (99_000, "Mine")
    assert "14 cells → Mine" in read(client, deal.get_absolute_url())


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("value", "12,oo", "not an amount"),
        ("value", "1e30", "not an amount"),
        ("value", "", "required"),
        ("close_date", "1970-01-01", "has passed"),
        ("stage", "none", "valid choice"),
    ],
)
def test_edit_refuses_bad_input_and_keeps_it(cast, browse, field, value, message):
    deal = cast.register()
    answer = browse("brightpath_sales").post(at("edit", deal), edited(deal, **{field: value}))
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert "Site visit" in answer.content.decode()
    assert Event.objects.filter(kind="deal.changed").count() == 0


def test_dialogs_are_pages_without_scripts(cast, browse):
    deal = cast.register()
    client = browse("brightpath_sales")
    text = read(client, deal.get_absolute_url())
    for name in ("win", "lose", "withdraw"):
        assert f'href="{at(name, deal)}"' in text
        assert f'<dialog class="dialog" id="{name}"' in text
        assert "<form" in read(client, at(name, deal))
    assert at("reopen", deal) not in text
    assert client.post(at("reopen", deal)).status_code == 409


def test_win_lose_reopen_withdraw(cast, browse):
    deal = cast.register()
    client, today = browse("brightpath_sales"), timezone.localdate()
    wrong = client.post(at("win", deal), {"value": "12,oo", "closed_on": (today + timedelta(days=9)).isoformat()})
    assert wrong.status_code == 422
    future = client.post(at("win", deal), {"value": "120000", "closed_on": (today + timedelta(days=9)).isoformat()})
    assert future.status_code == 422
    assert "still to come" in future.content.decode()
    client.post(at("win", deal), {"value": "120000", "closed_on": today.isoformat()})
    deal.refresh_from_db()
    assert (deal.outcome, deal.closed_value) == (Outcome.WON, 120_000)
    assert at("withdraw", deal) not in read(client, deal.get_absolute_url())
    client.post(at("reopen", deal))
    assert client.post(at("lose", deal), {"reason": "", "closed_on": today.isoformat()}).status_code == 422
    client.post(at("lose", deal), {"reason": "price", "closed_on": today.isoformat(), "remark": "12 % over"})
    deal.refresh_from_db()
    assert (deal.outcome, deal.lost_reason) == (Outcome.LOST, "price")
    client.post(at("reopen", deal))
    client.post(at("withdraw", deal), {"message": "Their budget is gone"})
    deal.refresh_from_db()
    assert deal.status == Status.WITHDRAWN
    assert "Their budget is gone" in read(client, deal.get_absolute_url())


def test_comment_and_file_show_on_the_timeline(cast, browse):
    deal = cast.register()
    client = browse("brightpath_marketing")
    assert client.post(at("comment", deal), {"text": "<b>hello</b>"}).status_code == 302
    assert client.post(at("comment", deal), {"text": "  "}).status_code == 422
    assert client.post(at("file-add", deal), {"files": SimpleUploadedFile("note.txt", b"hi")}).status_code == 302
    assert client.post(at("file-add", deal), {"files": SimpleUploadedFile("x.pHaR", b"hi")}).status_code == 422
    assert client.post(at("file-add", deal), {}).status_code == 422
    text = read(client, deal.get_absolute_url())
    assert "&lt;b&gt;hello&lt;/b&gt;" in text
    assert "note.txt" in text
    assert Comment.objects.get().audience == "shared"


@pytest.mark.parametrize("persona", ["brightpath_marketing", "brightpath_technical"])
def test_roles_that_read_see_no_buttons_and_are_refused(cast, browse, persona):
    deal = cast.register("brightpath_sales")
    if persona == "brightpath_technical":  # reaches only its own
        Deal.objects.update(owner=cast.people[persona])
    client = browse(persona)
    text = read(client, deal.get_absolute_url())
    for name in ("edit", "win", "lose", "withdraw", "answer"):
        assert at(name, deal) not in text
        assert client.get(at(name, deal)).status_code == 403
        assert client.post(at(name, deal), {}).status_code == 403
    deal.refresh_from_db()
    assert (deal.status, deal.outcome) == (Status.SUBMITTED, Outcome.OPEN)


@pytest.mark.parametrize("persona", ["kappel_administrator", "isle_sales", "brightpath_technical"])
def test_out_of_sight_is_not_found(cast, browse, persona):
    deal = cast.register()
    client = browse(persona)
    for name in ("detail", "edit", "win", "lose", "withdraw", "answer", "reopen", "comment", "file-add"):
        assert client.get(at(name, deal)).status_code == 404
        assert client.post(at(name, deal), {"text": "x"}).status_code in {404, 405}
    assert not Comment.objects.exists()


def test_decisions_show_with_their_reasons(cast, browse):
    approver, client = cast.actor("northwind_approver"), browse("brightpath_sales")
    good = approve_deal(actor=approver, deal=cast.register(), message="Well done")
    text = read(client, good.get_absolute_url())
    for shown in ("Protected", "Robots", "120 days and 18%", "Well done", "Northwind Approver"):
        assert shown.lower() in text.lower()
    bad = decline_deal(
        actor=approver,
        deal=cast.register(customer_name="Tiny", customer_domain="t.example"),
        reason="too_small",
        message="Below",
    )
    text = read(client, bad.get_absolute_url())
    assert "Below the minimum size" in text
    assert "can still be won" in text


def test_state_that_changed_meanwhile_is_a_page_of_its_own(cast, browse):
    deal = cast.register()
    withdraw_deal(actor=cast.actor("brightpath_administrator"), deal=deal)
    answer = browse("brightpath_sales").post(at("withdraw", deal), {"message": ""})
    assert answer.status_code == 409
    assert "Someone was faster" in answer.content.decode()
