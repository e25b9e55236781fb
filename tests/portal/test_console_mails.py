"""Mail texts, the sender's test and undelivered mails, as pages."""

from __future__ import annotations

import re

import pytest

from activity.enums import MailState
from activity.mailing import send_due
from activity.models import Event, Mail, MailText
from dealreg.emails import COMMENTED
from tests.activity.name_server import name_server
from tests.activity.telling import happened, tell

PAGE = "/admin/mails/deal_approved/en/"
WORDS = {
    "subject": "Yes: {customer}",
    "heading": "Well done",
    "paragraphs": "Until {until}.",
    "button": "Go",
    "revision": "0",
}


def frame(client, page: str):
    return client.get(re.search(r'<iframe class="frame" src="([^"]+)"', page).group(1))


def test_list_names_every_kind_that_can_be_worded_and_marks_ones_own(browse):
    client = browse("northwind_manager")
    client.post(PAGE, WORDS)
    page = client.get("/admin/mails/").content.decode()
    assert "A deal was approved" in page
    assert page.count("in your words") == 1
    assert "You invite a prospect to apply" in page
    assert not re.findall(r"<h3>\w+_\w+</h3>", page)
    assert "password_reset" not in page
    assert "in your words" not in browse("halden_manager").get("/admin/mails/").content.decode()


def test_form_begins_with_the_products_words_and_lists_the_placeholders(browse):
    page = browse("northwind_manager").get(PAGE).content.decode()
    assert 'value="Approved: {customer}"' in page
    assert "<code>{until}</code>" in page
    assert "The product’s words" in page


def test_words_are_saved_and_reset(browse):
    client = browse("northwind_manager")
    assert client.post(PAGE, WORDS).status_code == 302
    page = client.get(PAGE).content.decode()
    assert 'value="Yes: {customer}"' in page
    assert "Yes: Castellan Foods GmbH" in page
    assert client.post(f"{PAGE}reset/", {"revision": "1"}).status_code == 302
    assert not MailText.objects.exists()
    assert 'value="Approved: {customer}"' in client.get(PAGE).content.decode()


def test_preview_shows_what_is_typed_in_a_frame_and_keeps_nothing(browse):
    client = browse("northwind_manager")
    typed = {**WORDS, "subject": "<b>Hi</b> {customer}", "heading": "<script>x</script>"}
    part = client.post(f"{PAGE}preview/", typed, headers={"HX-Request": "true"}).content.decode()
    assert "&lt;b&gt;Hi&lt;/b&gt; Castellan Foods GmbH" in part
    assert part.lstrip().startswith("<section")
    framed = frame(client, part)
    assert "sandbox" in framed["Content-Security-Policy"]
    assert "<script>" not in framed.content.decode()
    assert "Until 20 February 2027." in framed.content.decode()
    assert not MailText.objects.exists()


def test_preview_says_what_does_not_resolve_and_shows_the_products_words(browse):
    part = browse("northwind_manager").post(f"{PAGE}preview/", {**WORDS, "subject": "{custmer}"}).content.decode()
    assert "This mail has no {custmer}." in part
    assert "Approved: Castellan Foods GmbH" in part


def test_preview_without_javascript_is_a_button(browse):
    answer = browse("northwind_manager").post(PAGE, {**WORDS, "preview": "1"})
    assert answer.status_code == 200
    assert "Yes: Castellan Foods GmbH" in answer.content.decode()
    assert not MailText.objects.exists()


def test_somebody_elses_preview_is_not_shown(browse):
    part = browse("northwind_manager").post(f"{PAGE}preview/", {**WORDS, "heading": "Secret words"}).content.decode()
    assert "Secret words" in frame(browse("northwind_manager"), part).content.decode()
    assert "Secret words" not in frame(browse("halden_manager"), part).content.decode()


def test_unknown_placeholder_is_refused_at_its_field_with_the_text_kept(browse):
    answer = browse("northwind_manager").post(PAGE, {**WORDS, "paragraphs": "Dear {name}"})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert "This mail has no {name}. Use one of {customer}" in page
    assert "Dear {name}</textarea>" in page
    assert not MailText.objects.exists()


def test_stale_form_shows_both_and_the_next_save_counts(browse):
    client = browse("northwind_manager")
    client.post(PAGE, WORDS)
    answer = client.post(PAGE, {**WORDS, "subject": "Mine", "revision": "0"})
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "What is saved now" in page
    assert "Yes: {customer}" in page
    assert 'value="Mine"' in page
    assert MailText.objects.get().subject == "Yes: {customer}"
    revision = re.search(r'name="revision" value="(\d+)"', page).group(1)
    assert client.post(PAGE, {**WORDS, "subject": "Mine", "revision": revision}).status_code == 302
    assert MailText.objects.get().subject == "Mine"


def test_test_goes_to_oneself_in_the_saved_words(cast, browse, mailoutbox):
    client = browse("northwind_manager")
    client.post(PAGE, WORDS)
    answer = client.post(f"{PAGE}test/")
    assert send_due() == 1
    assert mailoutbox[0].to == ["manager@northwind.example"]
    assert mailoutbox[0].subject == "Yes: Castellan Foods GmbH"
    assert "The mail server took it" in client.get(answer["Location"]).content.decode()
    number = Mail.objects.get().pk
    assert browse("halden_manager").get(f"/mail/test/{number}/").status_code == 404
    assert "mail server took it" not in browse("halden_manager").get(f"{PAGE}?test={number}").content.decode()


@pytest.mark.parametrize(
    "path", ["/admin/mails/nothing/en/", "/admin/mails/deal_approved/xx/", "/admin/mails/password_reset/en/"]
)
def test_what_cannot_be_worded_is_not_found(browse, path):
    assert browse("northwind_manager").get(path).status_code == 404


# -- Sending


@pytest.fixture
def published(settings):
    records = {
        ("portal.example", "TXT"): ['"v=spf1 include:x.example +all"'],
        ("_dmarc.portal.example", "TXT"): ['"v=DMARC1; p=reject"'],
        ("northwind.example", "MX"): ["10 mx.northwind.example."],
    }
    settings.DEFAULT_FROM_EMAIL = "Portal <prm@portal.example>"
    with name_server(records) as port:
        settings.MAIL_NAME_SERVER = f"127.0.0.1:{port}"
        yield


@pytest.mark.parametrize(
    ("persona", "page"), [("operator", "/system/sending/"), ("northwind_manager", "/admin/sending/")]
)
def test_sender_is_looked_up_when_asked(browse, published, persona, page):
    client = browse(persona)
    assert "Do something" not in client.get(page).content.decode()
    shown = client.get(f"{page}?selector=s1").content.decode()
    assert "It lets everybody send for this domain" in shown
    assert "s1._domainkey.portal.example" in shown
    assert "sorted out or refused" in shown
    assert client.get(f"{page}?selector=a b").status_code == 200
    assert "letters, digits" in client.get(f"{page}?selector=a+b").content.decode()


def test_manager_also_learns_whether_answers_arrive(cast, browse, published):
    type(cast.northwind.vendor).objects.filter(pk=cast.northwind.vendor.pk).update(support_email="us@northwind.example")
    shown = browse("northwind_manager").get("/admin/sending/?selector=s1").content.decode()
    assert "Answers go to us@northwind.example" in shown


@pytest.mark.parametrize(
    ("persona", "page"), [("operator", "/system/sending/"), ("northwind_manager", "/admin/sending/")]
)
def test_test_mail_and_its_result(browse, mailoutbox, persona, page):
    client = browse(persona)
    answer = client.post(f"{page}test/")
    assert "It is on its way" in client.get(answer["Location"]).content.decode()
    Mail.objects.update(state=MailState.DEAD, error="554 5.7.1 not today")
    assert "554 5.7.1 not today" in client.get(answer["Location"]).content.decode()
    assert client.get(f"{page}test/").status_code == 405


# -- Undelivered


def test_undelivered_shows_reason_and_retries(cast, browse):
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    mail = Mail.objects.get(kind="deal.commented")
    Mail.objects.update(state=MailState.DEAD, error="552 5.2.2 mailbox full")
    client = browse("northwind_manager")
    page = client.get("/admin/undelivered/").content.decode()
    assert mail.subject in page
    assert "552 5.2.2 mailbox full" in page
    assert mail.subject not in browse("halden_manager").get("/admin/undelivered/").content.decode()
    assert browse("northwind_approver").get("/admin/undelivered/").status_code == 403
    assert browse("halden_manager").post(f"/admin/undelivered/mails/{mail.pk}/retry/").status_code == 404
    mail.refresh_from_db()
    assert mail.state == MailState.DEAD
    assert client.post(f"/admin/undelivered/mails/{mail.pk}/retry/").status_code == 302
    mail.refresh_from_db()
    assert mail.state == MailState.QUEUED
    assert Event.objects.filter(kind="mail.retried").count() == 1
    assert "Everything reached people" in client.get("/admin/undelivered/").content.decode()


def test_try_all_again(cast, browse):
    for _ in range(3):
        tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    Mail.objects.update(state=MailState.DEAD, error="552 5.2.2 mailbox full")
    client = browse("northwind_manager")
    assert "3 are in the queue again" in client.post("/admin/undelivered/retry/", follow=True).content.decode()
    assert set(Mail.objects.filter(kind="deal.commented").values_list("state", flat=True)) == {MailState.QUEUED}


def test_undelivered_costs_the_same_for_one_and_for_thirty(
    cast, browse, django_assert_num_queries, django_assert_max_num_queries
):
    client = browse("northwind_manager")

    def lose(number):
        for _ in range(number):
            tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
        Mail.objects.update(state=MailState.DEAD, error="552 5.2.2 mailbox full")
        client.get("/admin/undelivered/")

    lose(1)
    with django_assert_max_num_queries(8) as one:
        client.get("/admin/undelivered/")
    cost = len(one)
    lose(29)
    with django_assert_num_queries(cost + 1):  # the count of the pages
        assert len(client.get("/admin/undelivered/").context["mails"]) == 25
