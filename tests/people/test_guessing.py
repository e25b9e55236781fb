"""Guessed passwords: 50 per account and hour reach the hasher over all ways in, and nobody else is kept out."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from allauth.core import context
from django.conf import settings as django_settings
from django.contrib.auth import authenticate
from django.contrib.auth.hashers import check_password, get_hashers
from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.models import Mail
from people.guessing import KNOWN, NETWORK, STRANGERS, NotThroughTheGate
from people.hashers import Gated
from people.limits import network_of
from people.models import Person
from tests.cast import PASSWORD, Cast, make_person
from tests.people.hashing import COUNTING, Counting

SALES = "sales@brightpath.example"
OTHER = "marketing@brightpath.example"
MANAGER = "manager@northwind.example"
OFFICE = "203.0.113.7"
NEW = "three quiet herons"
MOST = 50
SPENT = "there were too many attempts"


@pytest.fixture(autouse=True)
def counted(cast: Cast, settings):
    """Count hashes from now on; one proxy of ours stands before the server."""
    settings.PASSWORD_HASHERS = COUNTING
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = 1
    for person in Person.objects.filter(email__in=[SALES, OTHER, MANAGER]):
        person.set_password(PASSWORD)
        person.save(update_fields=["password"])
    Counting.reached.clear()
    return Counting.reached


def sign_in(client, login=SALES, password=PASSWORD, address=OFFICE):
    return client.post(
        "/accounts/login/", {"login": login, "password": password}, headers={"X-Forwarded-For": f"9.9.9.9, {address}"}
    )


def is_in(client):
    return "_auth_user_id" in client.session


def somewhere(number):
    return f"198.51.{number // 250 % 250}.{number % 250 + 1}"


def by_login_form(number):
    sign_in(Client(), password=f"guess {number}", address=somewhere(number))


def by_login_form_in_other_letters(number):
    sign_in(Client(), login=f" {SALES.upper()} ", password=f"guess {number}", address=OFFICE)


def with_stolen_session(path, **fields):
    thief = Client()
    thief.force_login(Person.objects.get(email=SALES), backend="partners.authentication.SeatBackend")

    def guess(number):
        data = {name: f"guess {number}" if value is None else value for name, value in fields.items()}
        thief.post(path, data, headers={"X-Forwarded-For": somewhere(number)})

    return guess


def by_backend(number):
    request = RequestFactory().post("/", headers={"X-Forwarded-For": somewhere(number)})
    with context.request_context(request):
        try:
            assert authenticate(request, email=SALES, password=f"guess {number}") is None
        except ValidationError:
            return


def by_api(number):
    Client().get("/api/v1/me", headers={"Authorization": f"Bearer prm_{number}", "X-Forwarded-For": somewhere(number)})
    Client().get("/api/v1/me", headers={"Authorization": "Basic c2FsZXM6Z3Vlc3M="})


def by_reset_key(number):
    pk = Person.objects.get(email=SALES).pk
    client = Client()
    path = f"/accounts/password/reset/key/{pk:x}-abc{number}-def/"
    client.post(path, {"password1": NEW, "password2": NEW})
    client.get(path, follow=True)


def by_passkey(number):
    Client().post("/accounts/passkey/", {"credential": '{"id": "a", "rawId": "a", "response": {}}', "n": number})


def test_two_thousand_guesses_over_all_ways_in_reach_the_hasher_fifty_times_and_lock_nobody_out(counted):
    owner, colleague = Client(), Client()
    assert sign_in(owner).status_code == 302  # known from now on
    owner.post("/accounts/logout/")
    change, again = "/accounts/password/change/", "/accounts/confirm/"
    ways = [
        *[by_login_form] * 4,
        by_login_form_in_other_letters,
        with_stolen_session(again, password=None),
        with_stolen_session(change, oldpassword=None, password1=NEW, password2=NEW),
        by_api,
        by_reset_key,
        by_passkey,
    ]
    counted.clear()
    for number in range(300):
        ways[number % len(ways)](number)
    for number in range(300, 2000):
        by_backend(number)
    assert 0 < len(counted) <= MOST - KNOWN.burst - KNOWN.per_hour

    assert not is_in(colleague)
    sign_in(colleague, login=OTHER)
    assert is_in(colleague), "a colleague at the guesser's address gets in, in a browser never seen before"
    sign_in(owner)
    assert is_in(owner), "the owner gets in, in a browser that is known"


@pytest.mark.parametrize(
    ("path", "leads_to"), [("password_change/", "/accounts/password/change/"), ("login/", "/accounts/login/")]
)
def test_console_has_no_way_in_of_its_own(counted, path, leads_to):
    guesser = Client()
    if path != "login/":
        sign_in(guesser, login=MANAGER)
    counted.clear()
    data = {"old_password": "guess", "new_password1": NEW, "new_password2": NEW, "username": SALES, "password": "guess"}
    answer = guesser.post(f"/admin/{path}", data)
    assert answer.status_code == 302
    assert answer["Location"].startswith(leads_to)
    assert counted == []


def test_known_browser_gets_its_own_share_and_no_more(counted):
    thief = Client()
    sign_in(thief)
    thief.post("/accounts/logout/")
    for number in range(100):
        sign_in(thief, password=f"guess {number}")
    assert len(counted) <= MOST + 1


def test_no_sixty_minutes_see_more_than_fifty(counted):
    known = Client()
    sign_in(known)
    known.post("/accounts/logout/")
    counted.clear()
    start = timezone.now()
    for minute in range(0, 132, 3):
        with time_machine.travel(start + timedelta(minutes=minute), tick=False):
            for number in range(3):
                sign_in(Client(), password=f"{minute} {number}", address=somewhere(minute))
                sign_in(known, password=f"{minute} {number}")
    windows = [sum(1 for at in counted if first <= at < first + 3600) for first in counted]
    assert max(windows) <= MOST
    assert len(counted) > MOST, "tries come back"


def test_right_password_costs_no_tries(counted):
    for _ in range(40):
        client = Client()
        sign_in(client)
        assert is_in(client)


def test_refused_guess_is_told_like_a_wrong_one_for_known_and_unknown_addresses(counted):
    for login in (SALES, "x@nowhere.example"):
        for number in range(STRANGERS.burst):
            page = sign_in(Client(), login=login, password=f"guess {number}").content.decode()
            assert "not correct" in page
            assert SPENT not in page
    known, unknown = sign_in(Client()), sign_in(Client(), login="x@nowhere.example")
    assert known.status_code == unknown.status_code == 200
    assert SPENT in known.content.decode()
    assert words(known) == words(unknown)


def words(page):
    return re.sub(r'(value|nonce)="[^"]*"', "", page.content.decode())


def shape(queries):
    return [re.sub(r"'[^']*'|\b\d+\b", "?", query["sql"]) for query in queries]


def statements(act):
    with CaptureQueriesContext(connection) as queries:
        act()
    return shape(queries)


@pytest.mark.parametrize("tries", [0, STRANGERS.burst])
def test_known_and_unknown_addresses_cost_the_same_statements_and_hashes(counted, tries):
    costs = []
    for login in (SALES, "x@nowhere.example"):
        for number in range(tries):
            sign_in(Client(), login=login, password=f"guess {number}", address=somewhere(number))
        counted.clear()
        client = Client()
        costs.append((statements(lambda: sign_in(client, login=login, password="wrong")), len(counted)))  # noqa: B023
    assert costs[0] == costs[1]


def test_person_without_a_password_costs_one_hash_too(counted):
    make_person("none@brightpath.example", "None", password="!")
    Person.objects.filter(email="none@brightpath.example").update(password="!abc")
    counted.clear()
    sign_in(Client(), login="none@brightpath.example", password="!abc")
    assert len(counted) == 1


def spray(rounds=NETWORK.burst + 20):
    for number in range(rounds):
        sign_in(Client(), login=f"someone{number}@nowhere.example", password="password1", address=OFFICE)


def test_one_password_on_many_accounts_is_slowed_down_and_the_office_still_gets_in(counted, cast):
    known, at_home_here = Client(), Client()
    sign_in(known)
    known.post("/accounts/logout/")
    sign_in(at_home_here, login=OTHER)
    counted.clear()
    other_browser, stranger = Client(), Client()
    with time_machine.travel(timezone.now(), tick=False):
        spray()
        assert len(counted) == NETWORK.burst
        sign_in(known)
        assert is_in(known)
        sign_in(other_browser, login=OTHER)
        assert is_in(other_browser), "who is signed in from there is let in with another browser"
        page = sign_in(stranger, login=MANAGER)
        assert SPENT in page.content.decode(), "who never was there waits, or takes the link by mail"
    elsewhere = Client()
    sign_in(elsewhere, login=MANAGER, address="192.0.2.1")
    assert is_in(elsewhere)


def test_new_password_by_mail_lets_the_owner_in_while_the_attack_goes_on(client):
    for number in range(STRANGERS.burst + 5):
        sign_in(Client(), password=f"guess {number}", address=somewhere(number))
    sign_in(client)
    assert not is_in(client)
    client.post("/accounts/password/reset/", {"email": SALES})
    link = re.search(r"(/accounts/password/reset/key/\S+)", Mail.objects.latest("pk").text).group(1)
    client.post(client.get(link, follow=True).redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    sign_in(client, password=NEW)
    assert is_in(client)


def test_new_password_makes_other_browsers_unknown(counted):
    thief, owner = Client(), Client()
    sign_in(thief)
    sign_in(owner)
    owner.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    counted.clear()
    for number in range(40):
        sign_in(thief, password=f"guess {number}")
    assert len(counted) <= STRANGERS.burst + 1
    owner.post("/accounts/logout/")
    sign_in(owner, password=NEW)
    assert is_in(owner), "its own browser stays known"


def test_forged_cookie_makes_no_browser_known(counted):
    forger = Client()
    forger.cookies["known"] = "WyJhIl0:1abcde:forged"
    for number in range(40):
        sign_in(forger, password=f"guess {number}")
    assert len(counted) <= STRANGERS.burst + 1


@pytest.mark.django_db(transaction=True)
def test_guesses_at_the_same_moment_are_counted_one_by_one(counted):
    barrier = threading.Barrier(24)

    def guess(number):
        barrier.wait()
        try:
            by_backend(number)
        finally:
            connection.close()

    threads = [threading.Thread(target=guess, args=[number]) for number in range(24)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(counted) == STRANGERS.burst


def test_hashers_of_the_settings_check_nothing_past_the_gate(settings):
    settings.PASSWORD_HASHERS = ["people.hashers.GatedArgon2", "people.hashers.GatedPBKDF2"]
    assert all(isinstance(hasher, Gated) for hasher in get_hashers())
    person = Person.objects.get(email=OTHER)
    for hasher in get_hashers():
        encoded = hasher.encode("a password", hasher.salt())
        with pytest.raises(NotThroughTheGate):
            check_password("a password", encoded)
        person.password = encoded
        assert person.check_password("a password")


def test_no_code_of_ours_compares_passwords_by_itself():
    root = Path(django_settings.ROOT)
    ours = [path for package in ("prm", *django_settings.OUR_APPS) for path in (root / package).rglob("*.py")]
    compares = re.compile(r"import .*check_password|verify_password")
    assert [path.name for path in ours if compares.search(path.read_text())] == []


@pytest.mark.parametrize(
    ("forwarded", "proxies", "network"),
    [
        ("", 0, "127.0.0.1"),
        ("1.1.1.1", 0, "127.0.0.1"),
        ("1.1.1.1, 203.0.113.9", 1, "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9, 10.0.0.1", 2, "203.0.113.9"),
        ("203.0.113.9", 2, "127.0.0.1"),
        ("2001:db8:1:2:3::4", 1, "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("unknown", 1, ""),
    ],
)
def test_visitors_address_is_what_our_own_proxy_saw(settings, forwarded, proxies, network):
    settings.ALLAUTH_TRUSTED_PROXY_COUNT = proxies
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    assert network_of(RequestFactory().get("/", headers=headers)) == network


def test_table_of_tries_names_nobody(counted):
    sign_in(Client(), password="wrong")
    with connection.cursor() as cursor:
        cursor.execute("SELECT string_agg(b::text, ' ') FROM people_bucket b")
        (text,) = cursor.fetchone()
    assert "brightpath" not in text
    assert OFFICE not in text
