"""Signing in safely in a real browser: an app's code, a passkey, signing out elsewhere, a closed account."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core.cache import cache
from playwright.sync_api import Page, expect

from activity.models import Mail
from people.models import Person
from tests.cast import PASSWORD
from tests.journeys.conftest import Visitor

SALES = "sales@brightpath.example"


@pytest.fixture(autouse=True)
def real_cache(everyone: Any) -> None:
    """Codes that were used are remembered in the cache."""
    cache.clear()


def with_authenticator(visitor: Visitor, *, verified: bool = True) -> None:
    """Give the browser a made-up platform authenticator that says yes by itself."""
    devtools = visitor.context.new_cdp_session(visitor.page)
    devtools.send("WebAuthn.enable")
    options = {
        "protocol": "ctap2",
        "transport": "internal",
        "hasResidentKey": True,
        "hasUserVerification": True,
        "isUserVerified": verified,
        "automaticPresenceSimulation": True,
    }
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})


def confirm(page: Page) -> None:
    """Enter the password again, where the page asks."""
    expect(page.locator("h1")).to_have_text("Is it you?")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Go on").click()


def code_of(secret: str) -> str:
    """Return what the authenticator app shows now."""
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_out(page: Page) -> None:
    """Sign out by the page that asks first."""
    page.goto(page.url.split("/", 3)[0] + "//" + page.url.split("/")[2] + "/accounts/logout/")
    page.get_by_role("button", name="Sign out", exact=True).click()


def test_app_is_added_and_its_code_asked_for(visit: Callable[..., Visitor]) -> None:
    person = visit()
    person.sign_in(SALES)
    page = person.open("/settings/security/")
    expect(page.locator("h1")).to_have_text("Your sign-in takes a password alone")
    person.check("security-before")
    page.get_by_role("link", name="Add an authenticator app").click()
    person.check("confirm-password")
    confirm(page)
    expect(page.locator("h1")).to_have_text("Add an authenticator app")
    person.check("add-app")
    secret = page.locator("code.secret").inner_text()
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Add the app").click()
    expect(page.locator("h1")).to_have_text("Keep these recovery codes")
    person.check("recovery-codes")
    codes = page.locator("ol.codes code").all_inner_texts()
    page.get_by_role("link", name="I have kept them").click()
    expect(page.locator("h1")).to_have_text("Your sign-in takes two steps")
    person.check("security-after")
    sign_out(page)
    person.sign_in(SALES)
    expect(page.locator("h1")).to_have_text("One more step")
    person.check("second-step")
    page.get_by_label("Code").fill("000000")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("This code is not correct")
    page.get_by_label("Code").fill(codes[0])
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/portal/")


def test_passkey_is_made_named_used_and_removed(visit: Callable[..., Visitor]) -> None:
    person = visit()
    with_authenticator(person)
    page = person.sign_in(SALES)
    person.open("/settings/security/")
    page.get_by_role("link", name="Add a passkey").click()
    confirm(page)
    person.check("add-passkey")
    page.get_by_label("Name").fill("My laptop")
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("h1")).to_have_text("Keep these recovery codes")
    person.open("/settings/security/")
    expect(page.get_by_role("heading", name="My laptop")).to_be_visible()
    person.check("security-passkey")
    sign_out(page)
    person.open("/accounts/login/")
    person.check("sign-in")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/portal/")
    sign_out(page)
    person.sign_in(SALES)
    page.get_by_role("button", name="Use a passkey instead").click()
    page.wait_for_url("**/portal/")
    person.open("/settings/security/")
    page.get_by_role("link", name="Rename My laptop").click()
    confirm(page)
    page.get_by_label("Name").fill("Office laptop")
    page.get_by_role("button", name="Save").click()
    page.get_by_role("link", name="Remove Office laptop").click()
    person.check("remove-passkey")
    page.get_by_role("button", name="Remove it").click()
    expect(page.locator("h1")).to_have_text("Your sign-in takes a password alone")
    told = list(Mail.objects.order_by("pk").values_list("subject", flat=True))
    assert told == ["A passkey was added", "A passkey was removed"]


def test_closed_account_is_not_opened_by_its_passkey(visit: Callable[..., Visitor]) -> None:
    person = visit()
    with_authenticator(person)
    page = person.sign_in(SALES)
    person.open("/accounts/passkeys/add/")
    confirm(page)
    page.get_by_role("button", name="Make the passkey").click()
    expect(page.locator("h1")).to_have_text("Keep these recovery codes")
    sign_out(page)
    Person.objects.filter(email=SALES).update(is_active=False)
    person.open("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.locator("h1")).to_have_text("This account is closed")


def test_passkey_that_is_not_there_is_told_in_the_page(visit: Callable[..., Visitor]) -> None:
    person = visit()
    with_authenticator(person)
    page = person.open("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("alert")).to_contain_text("No passkey was used")


def test_signing_out_elsewhere_ends_the_other_browser(visit: Callable[..., Visitor]) -> None:
    mine, other = visit(), visit()
    mine.sign_in(SALES)
    other.sign_in(SALES)
    page = mine.open("/settings/security/")
    expect(page.get_by_text("This browser")).to_have_count(1)
    page.get_by_role("link", name="Sign out everywhere else").click()
    page.get_by_role("dialog").get_by_role("button", name="Sign them out").click()
    expect(page.locator("body")).to_contain_text("1 other browser is signed out")
    other.page.reload()
    expect(other.page.locator("h1")).to_have_text("Sign in")
    page.reload()
    expect(page.get_by_text("This browser")).to_have_count(1)


def test_address_is_changed_by_the_link_in_the_new_mailbox(visit: Callable[..., Visitor]) -> None:
    person = visit()
    page = person.sign_in(SALES)
    person.open("/settings/security/email/")
    confirm(page)
    person.check("change-address")
    page.get_by_label("New e-mail").fill("mara@new.example")
    page.get_by_role("button", name="Send the link").click()
    expect(page.locator("main")).to_contain_text("waits for a yes from mara@new.example")
    path = Mail.objects.get(to="mara@new.example").text.split("/settings/", 1)[1].split()[0]
    person.open(f"/settings/{path}")
    person.check("confirm-address")
    page.get_by_role("button", name="Use this address").click()
    expect(page.locator("header.head")).to_contain_text("You sign in with mara@new.example")


def test_operator_closes_an_account(visit: Callable[..., Visitor]) -> None:
    operator = visit("operator")
    page = operator.open("/system/people/")
    page.get_by_label("E-mail").fill(SALES)
    page.get_by_role("button", name="Find").click()
    operator.check("system-person")
    page.get_by_role("link", name="Close the account").click()
    page.get_by_role("dialog").get_by_role("button", name="Close it").click()
    expect(page.locator("main")).to_contain_text("Closed")
    assert not Person.objects.get(email=SALES).is_active
