"""Sessions: whose they are, when they were last seen, and how they end."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Event
from people.agents import browser_words
from people.models import Person, Session
from people.reports import handle_of
from people.services import end_other_sessions, end_session
from portal.public import preferences
from prm.kernel.actors import Actor, Kind, Via
from prm.kernel.errors import Forbidden
from tests.cast import PASSWORD

SALES = "sales@brightpath.example"
SECURITY, END = "/settings/security/", "/settings/security/sessions/end/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:140.0) Gecko/20100101 Firefox/140.0"
SAFARI = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Version/18.0 Safari/604.1"


def browser(agent=FIREFOX, address="127.0.0.1"):
    client = Client(headers={"user-agent": agent}, REMOTE_ADDR=address)
    client.post("/accounts/login/", {"login": SALES, "password": PASSWORD})
    assert is_in(client)
    return client


def is_in(client):
    return client.get("/settings/").status_code == 200


def key_of(client):
    return client.cookies["sessionid"].value


def thief_of(client):
    thief = Client()
    thief.cookies["sessionid"] = key_of(client)
    return thief


@pytest.fixture
def mine(cast):
    return browser()


def test_session_knows_its_person_its_browser_and_its_address(mine):
    session = Session.objects.get(pk=key_of(mine))
    assert session.person.email == SALES
    assert (session.address, session.browser) == ("127.0.0.1", FIREFOX)


def test_list_shows_every_browser_and_marks_this_one_without_naming_a_key(mine):
    phone = browser(SAFARI, "203.0.113.7")
    page = mine.get(SECURITY).content.decode()
    assert page.index("Firefox on Windows") < page.index("Safari on iPhone")
    assert "203.0.113.7" in page
    assert page.count("This browser") == 1
    assert key_of(mine) not in page
    assert key_of(phone) not in page


def test_strangers_and_others_sessions_are_not_listed(mine, cast):
    other = Client(headers={"user-agent": SAFARI})
    other.post("/accounts/login/", {"login": "marketing@brightpath.example", "password": PASSWORD})
    assert "iPhone" not in mine.get(SECURITY).content.decode()
    assert mine.post(END, {"session": handle_of(Session.objects.get(pk=key_of(other)))}).status_code == 302
    assert is_in(other)


def test_stolen_session_dies_with_sign_out_everywhere_else(mine):
    stolen = browser(SAFARI)
    thief = thief_of(stolen)
    assert is_in(thief)
    mine.post(END, {"session": "others"})
    assert not is_in(thief)
    assert not is_in(stolen)
    assert is_in(mine)
    assert Event.objects.filter(kind="person.sign_in_changed").latest("pk").data == {
        "change": "sessions_ended",
        "count": 1,
    }


def test_one_browser_is_signed_out_by_its_own_button(mine):
    phone, tablet = browser(SAFARI), browser(SAFARI)
    mine.post(END, {"session": handle_of(Session.objects.get(pk=key_of(phone)))})
    assert not is_in(phone)
    assert is_in(tablet)
    assert is_in(mine)


def test_copy_of_the_cookie_dies_when_its_owner_signs_out(mine):
    thief = thief_of(mine)
    assert is_in(thief)
    mine.post("/accounts/logout/")
    assert not is_in(thief)


def test_thief_who_is_signed_out_while_its_request_runs_does_not_come_back(mine, monkeypatch):
    phone = browser(SAFARI)
    thief = thief_of(phone)
    shown = preferences.Preferences.get

    def slow(view, request):
        mine.post(END, {"session": "others"})
        request.session["later"] = True
        return shown(view, request)

    monkeypatch.setattr(preferences.Preferences, "get", slow)
    assert thief.get("/settings/").status_code == 400
    monkeypatch.undo()
    assert not is_in(thief)


def test_new_password_ends_every_other_session_and_keeps_this_one(mine):
    phone = browser(SAFARI)
    new = "three quiet herons"
    done = mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    assert done["Location"] == SECURITY
    assert is_in(mine)
    assert not is_in(phone)
    assert Session.objects.filter(person__email=SALES).count() == 1


def test_last_seen_is_written_every_five_minutes_at_most(mine):
    def cost():
        with CaptureQueriesContext(connection) as queries:
            mine.get("/settings/")
        return [query["sql"] for query in queries if "people_session" in query["sql"] and "UPDATE" in query["sql"]]

    key, now = key_of(mine), timezone.now()
    assert cost() == []
    with time_machine.travel(now + timedelta(minutes=4), tick=False):
        assert cost() == []
    with time_machine.travel(now + timedelta(minutes=6), tick=False):
        mine.defaults["REMOTE_ADDR"] = "203.0.113.9"
        assert len(cost()) == 1
        assert cost() == []
    session = Session.objects.get(pk=key)
    assert session.seen_at - now >= timedelta(minutes=6)
    assert session.address == "203.0.113.9"
    assert session.started_at - now < timedelta(minutes=1)


def test_security_page_costs_few_queries(mine):
    for _ in range(5):
        browser(SAFARI)
    with CaptureQueriesContext(connection) as queries:
        assert mine.get(SECURITY).status_code == 200
    assert len(queries) <= 7, "\n".join(query["sql"] for query in queries)


def test_sessions_that_ran_out_are_not_listed_and_are_cleared(mine):
    phone = browser(SAFARI)
    Session.objects.filter(pk=key_of(phone)).update(expire_date=timezone.now() - timedelta(days=1))
    assert "iPhone" not in mine.get(SECURITY).content.decode()
    call_command("clearsessions")
    assert set(Session.objects.values_list("pk", flat=True)) == {key_of(mine)}


def test_long_list_is_cut_with_this_browser_first(mine):
    key = key_of(mine)
    Session.objects.filter(pk=key).update(seen_at=timezone.now() - timedelta(minutes=3))
    person = Person.objects.get(email=SALES)
    later = timezone.now() + timedelta(days=1)
    Session.objects.bulk_create(
        Session(session_key=f"key{number}", person=person, expire_date=later, browser=SAFARI) for number in range(40)
    )
    page = mine.get(SECURITY).content.decode()
    assert page.index("This browser") < page.index("Safari on iPhone")
    assert page.count("<h3>Safari on iPhone") == 19
    assert "Older ones are not listed" in page


@pytest.mark.parametrize("via", [Via.TOKEN, Via.COMPANY, Via.NOTHING])
def test_only_oneself_ends_ones_sessions(mine, via):
    actor = Actor(kind=Kind.PERSON, person_id=Person.objects.get(email=SALES).pk, via=via)
    for act in (lambda: end_other_sessions(actor=actor, current=""), lambda: end_session(actor=actor, handle="")):
        with pytest.raises(Forbidden):
            act()
    assert is_in(mine)


@pytest.mark.parametrize(
    ("agent", "words"),
    [
        (FIREFOX, "Firefox on Windows"),
        (SAFARI, "Safari on iPhone"),
        ("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 Chrome/140.0.0.0 Safari/537.36", "Chrome on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Chrome/140.0 Safari/537.36 Edg/140.0", "Edge on Mac"),
        ("curl/8.5.0", "Unknown browser"),
        ("", "Unknown browser"),
    ],
)
def test_browsers_are_named_as_people_know_them(agent, words):
    assert browser_words(agent) == words
