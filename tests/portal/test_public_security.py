"""The security page, and the change of the address: nobody learns whose address is in use."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Event, Mail
from partners.middleware import COMPANY_KEY
from people.models import EmailChange, Person
from tests.cast import PASSWORD

SALES, TAKEN, FREE = "sales@brightpath.example", "marketing@brightpath.example", "mara@new.example"
EMAIL = "/settings/security/email/"


def signed_in(login=SALES):
    client = Client()
    client.post("/accounts/login/", {"login": login, "password": PASSWORD})
    client.post("/accounts/confirm/", {"password": PASSWORD})
    return client


@pytest.fixture
def me(cast):
    return signed_in()


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/settings/security/email/confirm/\S+)", mail.text).group(1)


def asked(client, email):
    client.post(EMAIL, {"email": email})
    return Mail.objects.get(to=email)


def test_new_address_counts_once_its_owner_says_yes_and_the_old_one_is_told(me):
    link = link_in(asked(me, FREE))
    page = me.get(link).content.decode()
    assert FREE in page
    assert Person.objects.filter(email=SALES).exists(), "opening the link changes nothing"
    assert f"waits for a yes from {FREE}" in me.get("/settings/security/").content.decode()
    me.post(link)
    assert not Person.objects.filter(email=SALES).exists()
    told = [(mail.template, mail.to) for mail in Mail.objects.order_by("pk")]
    assert told == [("email_confirm", FREE), ("email_asked", SALES), ("email_changed", SALES)]
    assert Event.objects.latest("pk").after == {"email": FREE}
    client = Client()
    assert client.post("/accounts/login/", {"login": FREE, "password": PASSWORD}).status_code == 302


def test_link_works_once_and_for_a_day(me):
    link = link_in(asked(me, FREE))
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        me.force_login(Person.objects.get(email=SALES), backend="partners.authentication.SeatBackend")
        assert me.post(link).status_code == 404
    me.post(link)
    again = me.post(link)
    assert again.status_code == 404
    assert "no longer works" in again.content.decode()


def test_link_is_worth_nothing_to_who_gets_it_by_a_typing_error(me, cast):
    link = link_in(asked(me, FREE))
    assert Client().get(link)["Location"].startswith("/accounts/login/")
    other = signed_in(TAKEN)
    assert other.get(link).status_code == other.post(link).status_code == 404
    assert Person.objects.filter(email=SALES).exists()


def test_later_request_replaces_the_earlier(me):
    first = link_in(asked(me, FREE))
    second = link_in(asked(me, "mara@newer.example"))
    assert me.post(first).status_code == 404
    me.post(second)
    assert Person.objects.filter(email="mara@newer.example").exists()


def shape(queries):
    return [re.sub(r"'[^']*'|\b\d+\b|s\d+_x\d+", "?", query["sql"])[:90] for query in queries]


def test_nobody_learns_whether_an_address_is_in_use(me):
    answers = []
    for email in (FREE, TAKEN.upper()):
        with CaptureQueriesContext(connection) as queries:
            answer = me.post(EMAIL, {"email": email}, follow=True)
        EmailChange.objects.all().delete()
        page = re.sub(
            r'(nonce|value)="[^"]*"|X-CSRFToken": "[^"]*"|waits for a yes from [^<]*', "", answer.content.decode()
        )
        answers.append((answer.status_code, answer.redirect_chain, page, shape(queries)))
    assert answers[0] == answers[1]
    mail = Mail.objects.get(template="email_in_use")
    assert mail.to.lower() == TAKEN
    assert "confirm" not in mail.text
    assert SALES not in mail.text


def test_address_that_was_taken_in_the_meantime_is_refused_with_the_same_words(me):
    link = link_in(asked(me, FREE))
    Person.objects.filter(email=TAKEN).update(email=FREE)
    answer = me.post(link)
    assert answer.status_code == 404
    assert "no longer works" in answer.content.decode()
    assert Person.objects.filter(email=SALES).exists()


@pytest.mark.parametrize("email", ["", "no address", SALES.upper()])
def test_addresses_that_make_no_sense_are_refused(me, email):
    answer = me.post(EMAIL, {"email": email})
    assert answer.status_code == 422
    assert not Mail.objects.exists()
    assert not EmailChange.objects.exists()


def test_links_to_new_addresses_are_bounded(me):
    answers = [me.post(EMAIL, {"email": f"mara{number}@new.example"}).status_code for number in range(7)]
    assert answers == [302] * 5 + [429] * 2
    assert Mail.objects.filter(template="email_confirm").count() == 5


def test_reset_link_of_the_old_address_dies_with_it(me):
    Client().post("/accounts/password/reset/", {"email": SALES})
    reset = re.search(r"(/accounts/password/reset/key/\S+)", Mail.objects.get(template="password_reset").text).group(1)
    me.post(link_in(asked(me, FREE)))
    assert "no longer works" in Client().get(reset, follow=True).content.decode()


@pytest.mark.parametrize(
    "path",
    ["/settings/security/", EMAIL, "/accounts/app/add/", "/accounts/password/change/", "/accounts/passkeys/add/"],
)
def test_company_session_opens_nothing_of_the_persons_own(me, path):
    session = me.session
    session[COMPANY_KEY] = 1
    session.save()
    assert me.get(path).status_code == 403
    assert me.post(path, {"email": FREE}).status_code == 403
    assert not Mail.objects.exists()


def test_reset_for_known_and_unknown_addresses_costs_the_same_statements(cast):
    costs = []
    for email in (SALES, "x@nowhere.example"):
        with CaptureQueriesContext(connection) as queries:
            Client().post("/accounts/password/reset/", {"email": email})
        costs.append(shape(queries))
    assert costs[0] == costs[1]


def test_links_to_one_address_are_bounded_and_the_answer_stays_the_same(cast):
    answers = {
        (answer.status_code, answer["Location"])
        for answer in (Client().post("/accounts/password/reset/", {"email": SALES}) for _ in range(9))
    }
    assert len(answers) == 1
    assert Mail.objects.count() == 5


def test_tabs_lead_to_the_page_and_know_where_one_is(me):
    for path in ("/settings/security/", "/accounts/password/change/"):
        page = me.get(path).content.decode()
        assert re.search(r'href="/settings/security/" aria-current="page"', page)
