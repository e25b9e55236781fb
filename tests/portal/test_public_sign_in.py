"""Signing in and out, with passwords lost and changed: strangers learn nothing."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from activity.models import Mail
from people.models import Person
from tests.cast import PASSWORD

SALES = "sales@brightpath.example"
NEW = "three quiet herons"


@pytest.fixture(autouse=True)
def no_limits_used(cast):
    """Nobody has tried anything yet."""
    cache.clear()


def sign_in(client, login=SALES, password=PASSWORD, **further):
    return client.post("/accounts/login/", {"login": login, "password": password, **further})


def test_sign_in_leads_to_ones_own_home(client):
    response = sign_in(client)
    assert (response.status_code, response["Location"]) == (302, "/")
    assert client.get("/")["Location"] == "/portal/"


def test_sign_in_takes_the_address_in_any_case(client):
    assert sign_in(client, login=SALES.upper()).status_code == 302


def test_session_key_changes_at_sign_in_and_ends_at_sign_out(client):
    client.get("/accounts/login/")
    client.cookies["sessionid"] = "fixed-by-an-attacker"
    sign_in(client)
    key = client.cookies["sessionid"].value
    assert key != "fixed-by-an-attacker"
    response = client.post("/accounts/logout/")
    assert response["Location"] == "/"
    client.cookies["sessionid"] = key
    assert client.get("/settings/").status_code == 302


def test_sign_out_needs_a_button(browse):
    client = browse("brightpath_sales")
    page = client.get("/accounts/logout/")
    assert page.status_code == 200
    assert "Sign out?" in page.content.decode()
    assert client.get("/settings/").status_code == 200


@pytest.mark.parametrize(
    ("login", "password"), [(SALES, "wrong"), ("nobody@nowhere.example", PASSWORD), (SALES.upper(), "wr0ng")]
)
def test_wrong_password_and_unknown_address_get_one_answer(client, login, password):
    response = sign_in(client, login, password)
    page = response.content.decode()
    assert response.status_code == 200
    assert "not correct" in page
    assert f'value="{login}"' in page
    assert password not in page
    assert page.count("<h1>") == 1
    assert not client.session.get("_auth_user_id")


def words(page):
    return re.sub(r'(value|nonce)="[^"]*"', "", page.content.decode())


def test_pages_for_known_and_unknown_addresses_are_the_same(client):
    assert words(sign_in(client, SALES, "wrong")) == words(sign_in(client, "x@nowhere.example", "wrong"))
    known = client.post("/accounts/password/reset/", {"email": SALES}, follow=True)
    unknown = client.post("/accounts/password/reset/", {"email": "x@nowhere.example"}, follow=True)
    assert known.redirect_chain == unknown.redirect_chain == [("/accounts/password/reset/done/", 302)]
    assert words(known) == words(unknown)


def test_closed_account_with_the_wrong_password_is_not_told_apart(client):
    Person.objects.filter(email=SALES).update(is_active=False)
    assert words(sign_in(client, SALES, "wrong")) == words(sign_in(client, "x@nowhere.example", "wrong"))


def test_closed_account_stays_out_and_is_told_why(client):
    Person.objects.filter(email=SALES).update(is_active=False)
    response = client.post("/accounts/login/", {"login": SALES, "password": PASSWORD}, follow=True)
    assert "This account is closed" in response.content.decode()
    assert client.get("/settings/").status_code == 302


def test_account_closed_while_signed_in_is_out_at_once(browse):
    client = browse("brightpath_sales")
    Person.objects.filter(email=SALES).update(is_active=False)
    assert client.get("/settings/")["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "javascript:alert(1)",
        "https:evil.example",
        "\t//evil.example",
    ],
)
def test_sign_in_never_leads_elsewhere(client, target):
    client.get("/accounts/login/", {"next": target})
    assert sign_in(client, next=target)["Location"] == "/"


def test_sign_in_leads_where_one_was_going(client):
    asked = client.get("/settings/tokens/")
    assert asked["Location"] == "/accounts/login/?next=/settings/tokens/"
    assert 'name="next" value="/settings/tokens/"' in client.get(asked["Location"]).content.decode()
    assert sign_in(client, next="/settings/tokens/")["Location"] == "/settings/tokens/"


def link_in(mail):
    return re.search(r"https?://[^/\s]+(/accounts/password/reset/key/\S+)", mail.text).group(1)


def test_lost_password_is_set_anew_by_mail(client):
    client.post("/accounts/password/reset/", {"email": SALES.upper()})
    mail = Mail.objects.get()
    assert (mail.to, mail.person.email) == (SALES, SALES)
    page = client.get(link_in(mail), follow=True)
    assert "Choose a new password" in page.content.decode()
    form = page.redirect_chain[-1][0]
    weak = client.post(form, {"password1": "password", "password2": "password"})
    assert "Choose a new password" in weak.content.decode()
    unlike = client.post(form, {"password1": NEW, "password2": NEW + "s"})
    assert "Choose a new password" in unlike.content.decode()
    done = client.post(form, {"password1": NEW, "password2": NEW}, follow=True)
    assert "Your password is changed" in done.content.decode()
    assert sign_in(client).status_code == 200
    assert sign_in(client, password=NEW).status_code == 302


def test_reset_mail_looks_like_the_product_and_leads_to_this_site_only(client, settings):
    settings.SITE_URL = "https://prm.example"
    client.post("/accounts/password/reset/", {"email": SALES}, headers={"host": "localhost"})
    mail = Mail.objects.get()
    assert (mail.template, mail.subject) == ("password_reset", "Choose a new password")
    assert set(re.findall(r"https?://[^/\s\"]+", mail.text)) == {"https://prm.example"}
    assert 'href="https://prm.example/accounts/password/reset/key/' in mail.html


def test_unknown_address_is_told_by_mail_alone(client):
    client.post("/accounts/password/reset/", {"email": "x@nowhere.example"})
    mail = Mail.objects.get()
    assert (mail.template, mail.to, mail.person) == ("unknown_address", "x@nowhere.example", None)
    assert "http" not in mail.text


def test_link_works_once(client):
    client.post("/accounts/password/reset/", {"email": SALES})
    link = link_in(Mail.objects.get())
    client.post(client.get(link, follow=True).redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    again = Client().get(link, follow=True).content.decode()
    assert "This link no longer works" in again


def test_link_of_the_mail_is_not_passed_on_by_the_browser(client):
    client.post("/accounts/password/reset/", {"email": SALES})
    link = link_in(Mail.objects.get())
    response = client.get(link)
    assert response["Location"].endswith("-set-password/")
    assert response["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_reset_ends_other_sessions(client, browse):
    other = browse("brightpath_sales")
    client.post("/accounts/password/reset/", {"email": SALES})
    link = link_in(Mail.objects.get())
    client.post(client.get(link, follow=True).redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert other.get("/settings/").status_code == 302


def test_password_is_changed_with_the_old_one(browse, client):
    mine, other = browse("brightpath_sales"), browse("brightpath_sales")
    wrong = mine.post("/accounts/password/change/", {"oldpassword": "wrong", "password1": NEW, "password2": NEW})
    assert 'id="error-summary"' in wrong.content.decode()
    mine.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    assert other.get("/settings/").status_code == 302
    assert sign_in(client, password=NEW).status_code == 302


def test_nobody_signs_up_unasked(client):
    page = client.get("/accounts/signup/")
    assert "by invitation" in page.content.decode()
    before = Person.objects.count()
    client.post("/accounts/signup/", {"email": "x@evil.example", "password1": NEW, "password2": NEW})
    assert Person.objects.count() == before


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/email/",
        "/accounts/confirm-email/",
        "/accounts/confirm-email/x/",
        "/accounts/password/set/",
        "/accounts/login/code/confirm/",
    ],
)
def test_ways_that_this_product_does_not_offer_are_not_there(browse, path):
    assert browse("brightpath_sales").get(path).status_code == 404


def test_sign_in_form_needs_its_token():
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/accounts/login/", {"login": SALES, "password": PASSWORD})
    assert response.status_code == 403
    assert "This form had been open too long" in response.content.decode()
