"""A person's settings, and the seat's API tokens."""

from __future__ import annotations

import pytest

from activity.models import Event
from partners.authentication import digest_of
from partners.models import AccessToken
from partners.services import make_token
from people.models import Person

PROFILE = {
    "name": "Mara Lindqvist",
    "job_title": "Sales",
    "phone": "+49 30 1234",
    "language": "de",
    "time_zone": "Europe/Oslo",
    "shortcuts": "on",
}
TOKEN = {"name": "CRM sync", "scopes": ["deals:read"], "days": "90"}


def mine(cast):
    return Person.objects.get(pk=cast.people["brightpath_sales"].pk)


def test_settings_are_saved_and_hold_from_the_next_page(cast, browse):
    client = browse("brightpath_sales")
    response = client.post("/settings/", PROFILE)
    assert (response.status_code, response["Location"]) == (302, "/settings/")
    person = mine(cast)
    assert (person.name, person.language, person.time_zone, person.shortcuts) == (
        "Mara Lindqvist",
        "de",
        "Europe/Oslo",
        True,
    )
    assert '<html lang="de"' in client.get("/settings/").content.decode()


@pytest.mark.parametrize("persona", ["operator", "nobody", "northwind_executive"])
def test_everyone_who_signs_in_has_settings(browse, persona):
    client = browse(persona)
    assert client.get("/settings/").status_code == 200
    assert client.post("/settings/", PROFILE).status_code == 302


def test_shortcuts_are_switched_off(cast, browse):
    client = browse("brightpath_sales")
    client.post("/settings/", {name: value for name, value in PROFILE.items() if name != "shortcuts"})
    assert not mine(cast).shortcuts
    assert 'data-shortcuts="off"' in client.get("/settings/").content.decode()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""),
        ("name", "   "),
        ("name", "x" * 121),
        ("language", "tlh"),
        ("time_zone", "Mars/Olympus"),
        ("phone", "1" * 41),
    ],
)
def test_wrong_answer_changes_nothing_and_loses_nothing(cast, browse, field, value):
    before = mine(cast)
    response = browse("brightpath_sales").post("/settings/", {**PROFILE, "job_title": "<i>Boss</i>", field: value})
    page = response.content.decode()
    assert response.status_code == 422
    assert "&lt;i&gt;Boss&lt;/i&gt;" in page
    assert 'id="error-summary"' in page
    assert (mine(cast).name, mine(cast).language, mine(cast).job_title) == (
        before.name,
        before.language,
        before.job_title,
    )


def test_settings_change_no_mail_address_and_no_right(cast, browse):
    browse("brightpath_sales").post(
        "/settings/", {**PROFILE, "email": "x@evil.example", "is_operator": "on", "is_active": ""}
    )
    person = mine(cast)
    assert (person.email, person.is_operator, person.is_active) == ("sales@brightpath.example", False, True)


def test_token_is_shown_once_and_kept_as_digest(cast, browse):
    client = browse("brightpath_sales")
    made = client.post("/settings/tokens/", TOKEN)
    secret = made.context["secret"]
    assert made.status_code == 201
    assert secret in made.content.decode()
    assert made["Cache-Control"] == "private, no-store"
    assert secret not in client.get("/settings/tokens/").content.decode()
    assert secret not in str(dict(client.session))
    token = AccessToken.objects.get()
    assert (token.digest, token.seat_id) == (digest_of(secret), cast.seats["brightpath_sales"].pk)
    assert secret not in str(Event.objects.filter(kind="token.made").values())


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"scopes": []},
        {"scopes": ["deals:read", "everything"]},
        {"days": "9999"},
        {"days": "x"},
        {"name": "x" * 81},
    ],
)
def test_wrong_wish_makes_no_token(browse, wrong):
    response = browse("brightpath_sales").post("/settings/tokens/", {**TOKEN, **wrong})
    assert response.status_code == 422
    assert 'id="error-summary"' in response.content.decode()
    assert not AccessToken.objects.exists()
    assert not Event.objects.filter(kind="token.made").exists()


def test_partner_is_not_offered_the_vendors_accounts(browse):
    assert (
        browse("brightpath_sales").post("/settings/tokens/", {**TOKEN, "scopes": ["accounts:read"]}).status_code == 422
    )
    assert (
        browse("northwind_manager").post("/settings/tokens/", {**TOKEN, "scopes": ["accounts:read"]}).status_code == 201
    )


@pytest.mark.parametrize("persona", ["operator", "nobody"])
def test_without_a_seat_there_are_no_tokens(browse, persona):
    assert browse(persona).get("/settings/tokens/").status_code == 403
    assert browse(persona).post("/settings/tokens/", TOKEN).status_code == 403
    assert not AccessToken.objects.exists()


@pytest.fixture
def token(cast):
    return make_token(actor=cast.actor("brightpath_sales"), name="<b>CRM</b>", scopes=["deals:read"], days=30)[0]


def test_token_is_revoked(browse, token):
    client = browse("brightpath_sales")
    assert "&lt;b&gt;CRM" in client.get("/settings/tokens/").content.decode()
    assert client.get(f"/settings/tokens/{token.pk}/revoke/").status_code == 405
    token.refresh_from_db()
    assert token.revoked_at is None
    response = client.post(f"/settings/tokens/{token.pk}/revoke/", follow=True)
    assert "is revoked" in response.content.decode()
    token.refresh_from_db()
    assert token.revoked_at is not None
    client.post(f"/settings/tokens/{token.pk}/revoke/")
    assert Event.objects.filter(kind="token.revoked").count() == 1


@pytest.mark.parametrize("persona", ["brightpath_administrator", "kappel_sales", "northwind_manager"])
def test_token_of_someone_else_is_not_found(browse, token, persona):
    client = browse(persona)
    assert "&lt;b&gt;CRM" not in client.get("/settings/tokens/").content.decode()
    assert client.post(f"/settings/tokens/{token.pk}/revoke/").status_code == 404
    token.refresh_from_db()
    assert token.revoked_at is None


def test_tokens_cost_the_same_for_one_and_for_thirty(cast, browse, token, django_assert_num_queries):
    client = browse("brightpath_sales")
    with django_assert_num_queries(4):
        client.get("/settings/tokens/")
    for number in range(29):
        make_token(actor=cast.actor("brightpath_sales"), name=f"T{number}", scopes=["deals:read"], days=30)
    with django_assert_num_queries(4):
        client.get("/settings/tokens/")


def test_person_without_a_seat_is_told_and_may_sign_out(browse):
    page = browse("nobody").get("/").content.decode()
    assert "You work for nobody here" in page
    assert 'action="/accounts/logout/"' in page


@pytest.mark.parametrize("path", ["/styleguide/", "/styleguide/desk/", "/styleguide/desk/2/"])
def test_style_guide_is_there_in_the_demo_only(db, client, settings, path):
    settings.DEMO = True
    assert client.get(path).status_code == 200
    settings.DEMO = False
    assert client.get(path).status_code == 404
