"""The operator closes accounts: whatever was open ends with the next request."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from activity.models import Event, Mail
from partners.models import AccessToken
from partners.services import disable_person, enable_person, remove_second_step
from people.models import Person, Session
from prm.kernel.errors import Forbidden, RuleViolation
from tests.api_client import Api, token_of
from tests.cast import PASSWORD

SALES, PAGE, CHANGE = "sales@brightpath.example", "/system/people/", "/system/people/change/"


def sign_in(email=SALES):
    client = Client()
    client.post("/accounts/login/", {"login": email, "password": PASSWORD})
    return client


def test_person_is_found_by_the_whole_address_and_shown_without_tenants_facts(browse):
    page = browse("operator").get(PAGE, {"email": SALES.upper()}).content.decode()
    assert "Brightpath Sales" in page  # its own name in this cast
    for words in ("Northwind", "Halden", "Administrator", "deal"):
        assert words not in page
    for part in ("sales@", "brightpath", "%", "x@nowhere.example"):
        assert "Nobody signs in with this address" in browse("operator").get(PAGE, {"email": part}).content.decode()


def test_sessions_polls_and_tokens_are_dead_with_the_next_request(browse, cast):
    client, token = sign_in(), token_of(cast, "brightpath_sales")
    poll = {"headers": {"HX-Request": "true"}}
    assert client.get("/notifications/", **poll).status_code == 200
    Api(token).get("me/")
    browse("operator").post(CHANGE, {"email": SALES, "action": "disable"})
    answer = client.get("/notifications/", **poll)
    assert "/accounts/login/" in answer["HX-Redirect"]
    Api(token).get("me/", 401)
    assert not Session.objects.filter(person__email=SALES).exists()
    assert not AccessToken.objects.filter(seat__person__email=SALES, revoked_at=None).exists()
    event = Event.objects.latest("pk")
    assert (event.kind, event.vendor_id, event.partner_id) == ("person.disabled", None, None)
    assert event.data == {"sessions": 1, "tokens": 1}
    assert "_auth_user_id" not in sign_in().session
    Client().post("/accounts/password/reset/", {"email": SALES})
    assert not Mail.objects.filter(template="password_reset").exists()


def test_account_opens_again_without_its_old_sessions_and_tokens(browse, cast):
    client, token = sign_in(), token_of(cast, "brightpath_sales")
    for action in ("disable", "disable", "enable", "enable"):
        browse("operator").post(CHANGE, {"email": SALES, "action": action})
    assert client.get("/settings/").status_code == 302
    Api(token).get("me/", 401)
    assert sign_in().get("/settings/").status_code == 200
    assert [event.kind for event in Event.objects.order_by("-pk")[:2]] == ["person.enabled", "person.disabled"]


def test_operator_does_not_close_its_own_account(browse):
    client = browse("operator")
    page = client.post(CHANGE, {"email": "operator@localhost.example", "action": "disable"}, follow=True)
    assert "close your own account" in page.content.decode()
    assert client.get("/system/").status_code == 200


@pytest.mark.parametrize("persona", ["northwind_manager", "brightpath_administrator", "nobody"])
def test_nobody_else_closes_accounts(browse, cast, persona):
    person = cast.people["brightpath_sales"]
    assert browse(persona).post(CHANGE, {"email": SALES, "action": "disable"}).status_code == 403
    for act in (disable_person, enable_person):
        with pytest.raises(Forbidden):
            act(actor=cast.actor(persona), person=person)
    person.refresh_from_db()
    assert person.is_active
    assert not Event.objects.filter(kind__startswith="person.").exists()


def test_lost_second_step_is_removed_and_the_person_is_told(browse, cast, rf):
    person = cast.people["brightpath_sales"]
    with pytest.raises(RuleViolation):
        remove_second_step(actor=cast.actor("operator"), person=person, request=rf.get("/"))
    Authenticator.objects.create(user=person, type=Authenticator.Type.TOTP, data={"secret": "x"})
    browse("operator").post(CHANGE, {"email": SALES, "action": "remove_second_step"})
    assert not Authenticator.objects.exists()
    mail = Mail.objects.get()
    assert (mail.to, mail.subject) == (SALES, "Your second step was removed")
    assert Event.objects.latest("pk").data == {"change": "steps_removed"}


def test_closed_person_is_refused_with_the_right_password_and_told_why(browse):
    Person.objects.filter(email=SALES).update(is_active=False)
    client = Client()
    page = client.post("/accounts/login/", {"login": SALES, "password": PASSWORD}, follow=True)
    assert "This account is closed" in page.content.decode()


def test_nonsense_does_nothing(browse):
    for data in (
        {},
        {"email": SALES},
        {"email": SALES, "action": "erase"},
        {"email": "x@y.example", "action": "disable"},
    ):
        assert browse("operator").post(CHANGE, data).status_code == 302
    assert Person.objects.get(email=SALES).is_active
    assert not Event.objects.filter(kind__startswith="person.").exists()
