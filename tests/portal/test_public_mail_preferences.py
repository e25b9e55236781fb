"""Choosing mails, stopping them by a link, and an address that bounces."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from activity.enums import Cadence, SuppressionReason
from activity.mailing import send_due
from activity.mailing.stopping import DIGEST, stop_path, token_for
from activity.models import DigestHour, Mail, Preference, Suppression
from activity.services import change_preferences
from dealreg.emails import APPROVED, COMMENTED
from tests.activity.telling import happened, tell

PAGE = "/settings/notifications/"


def choices(page: str) -> dict[str, str]:
    """Return what the page's form would send as it stands."""
    found = {}
    for tag in re.findall(r"<input[^>]*type=\"radio\"[^>]*>", page):
        if " checked" in tag:
            found[re.search(r'name="([^"]+)"', tag).group(1)] = re.search(r'value="([^"]+)"', tag).group(1)
    return {**found, "hour": re.search(r'<option value="(\d+)" selected', page).group(1)}


def wishes(cast, persona="brightpath_sales"):
    return dict(Preference.objects.filter(person=cast.people[persona]).values_list("kind", "cadence"))


def test_page_shows_the_kinds_of_ones_roles_and_says_why_some_stay(browse):
    partner = browse("brightpath_sales").get(PAGE).content.decode()
    approver = browse("northwind_approver").get(PAGE).content.decode()
    assert "A deal was approved" in partner
    assert "you need it to act in time" in partner
    assert 'name="deal.approved"' not in partner
    assert 'name="deal.expiring"' in partner
    assert 'name="deal.submitted"' not in partner
    assert 'name="deal.submitted"' in approver
    assert 'name="deal.expiring"' not in approver
    assert "Nothing to choose here" in browse("nobody").get(PAGE).content.decode()


def test_choices_are_kept_and_shown_again(cast, browse):
    client = browse("brightpath_sales")
    asked = {
        **choices(client.get(PAGE).content.decode()),
        "deal.expiring": "daily",
        "deal.expired": "off",
        "hour": "17",
    }
    assert client.post(PAGE, asked).status_code == 302
    assert wishes(cast) == {"deal.expiring": "daily", "deal.expired": "off"}
    assert DigestHour.objects.get().hour == 17
    assert choices(client.get(PAGE).content.decode()) == asked


def test_all_to_daily_and_back(cast, browse):
    client = browse("brightpath_sales")
    usual = choices(client.get(PAGE).content.decode())
    client.post(PAGE, {**usual, "quick": "daily"})
    assert set(wishes(cast).values()) == {"daily"}
    client.post(PAGE, {"quick": "reset"})
    assert wishes(cast) == {}
    assert choices(client.get(PAGE).content.decode()) == usual


@pytest.mark.parametrize(
    "wrong", [{"deal.expiring": "weekly"}, {"hour": "24"}, {"hour": "x"}, {"deal.expiring": ""}, {"hour": ""}]
)
def test_nonsense_changes_nothing(cast, browse, wrong):
    client = browse("brightpath_sales")
    asked = {**choices(client.get(PAGE).content.decode()), "deal.expired": "off", **wrong}
    assert client.post(PAGE, asked).status_code == 422
    assert wishes(cast) == {}


def test_decision_cannot_be_switched_off_by_a_crafted_form(cast, browse):
    client = browse("brightpath_sales")
    client.post(PAGE, {**choices(client.get(PAGE).content.decode()), "deal.approved": "off"})
    assert "deal.approved" not in wishes(cast)


def test_page_works_in_few_queries(browse, django_assert_max_num_queries):
    client = browse("brightpath_sales")
    client.get(PAGE)
    with django_assert_max_num_queries(8):
        client.get(PAGE)


# -- Stopping by a link


@pytest.fixture
def link(cast):
    return stop_path(cast.people["brightpath_sales"].pk, "deal.commented")


def test_mail_has_the_link_and_a_get_changes_nothing(cast, mailoutbox, link):
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    send_due()
    path = re.search(r"<https?://[^/]+(/mail/stop/[^>]+)>", mailoutbox[0].extra_headers["List-Unsubscribe"]).group(1)
    assert path.partition(":")[0] == link.partition(":")[0]  # then the second of signing
    for ask in (Client().get, Client().head, Client().options):
        ask(path)
    assert wishes(cast) == {}
    page = Client().get(path)
    assert page.status_code == 200
    assert "Someone commented on a deal" in page.content.decode()
    assert page.content.decode().count("<button") - page.content.decode().count("data-do") >= 1


def test_one_click_of_a_mail_program_stops_it_without_sign_in_or_form_token(cast, link):
    client = Client(enforce_csrf_checks=True)
    answer = client.post(link, {"List-Unsubscribe": "One-Click"})
    assert answer.status_code == 200
    assert wishes(cast) == {"deal.commented": "off"}
    assert client.post(link).status_code == 200
    tell(cast, happened(cast.register()), COMMENTED, "brightpath_sales")
    assert not Mail.objects.exists()


def test_link_of_a_digest_stops_what_comes_in_digests_only(cast):
    person = cast.people["brightpath_sales"]
    cadences = {"deal.commented": Cadence.DAILY, "deal.expiring": Cadence.HOURLY}
    change_preferences(actor=cast.actor("brightpath_sales"), cadences=cadences, hour=8)
    Client().post(stop_path(person.pk, DIGEST))
    assert wishes(cast)["deal.commented"] == wishes(cast)["deal.expiring"] == "off"
    assert "deal.expired" not in wishes(cast)
    tell(cast, happened(cast.register(), "deal.approved"), APPROVED, "brightpath_sales")
    assert Mail.objects.get().kind == "deal.approved"


def test_forged_or_foreign_link_is_not_found_and_changes_nothing(cast, link):
    token = link.rstrip("/").rpartition("/")[2]
    for wrong in (token[:-1] + ("a" if token[-1] != "a" else "b"), "x", token_for(1, "deal.nothing"), "W10:1:1"):
        for ask in (Client().get, Client().post):
            assert ask(f"/mail/stop/{wrong}/").status_code == 404
    assert not Preference.objects.exists()


def test_link_for_a_decision_stops_nothing(cast):
    Client().post(f"/mail/stop/{token_for(cast.people['brightpath_sales'].pk, 'deal.approved')}/")
    assert not Preference.objects.exists()


# -- An address that bounces


@pytest.fixture
def bouncing(cast):
    return Suppression.objects.create(
        address="sales@brightpath.example", reason=SuppressionReason.BOUNCED, detail="550 no such user"
    )


def test_person_sees_on_every_page_that_mails_come_back(browse, bouncing):
    client = browse("brightpath_sales")
    assert "Mails to you come back" in client.get("/portal/").content.decode()
    page = client.get(PAGE).content.decode()
    assert "550 no such user" in page
    assert "Mails to you come back" not in browse("brightpath_administrator").get("/portal/").content.decode()


def test_person_shows_by_a_mailed_link_that_the_address_works(cast, browse, bouncing, mailoutbox):
    assert browse("brightpath_sales").post(f"{PAGE}address/").status_code == 302
    assert send_due() == 1
    path = re.search(r"https?://[^/]+(/mail/address/\S+)", mailoutbox[0].body).group(1)
    for ask in (Client().get, Client().head):
        assert ask(path).status_code == 200
    assert Suppression.objects.standing().exists()
    assert "Thank you" in Client(enforce_csrf_checks=True).post(path).content.decode()
    assert not Suppression.objects.standing().exists()
    assert Suppression.objects.count() == 1


def test_link_for_another_address_or_a_forged_one_lifts_nothing(cast, browse, bouncing, mailoutbox):
    browse("brightpath_sales").post(f"{PAGE}address/")
    send_due()
    path = re.search(r"https?://[^/]+(/mail/address/\S+)", mailoutbox[0].body).group(1)
    type(cast.people["brightpath_sales"]).objects.filter(pk=cast.people["brightpath_sales"].pk).update(
        email="new@b.example"
    )
    assert Client().post(path).status_code == 410
    assert Client().post("/mail/address/forged/").status_code == 410
    assert Suppression.objects.standing().exists()


def test_only_ten_links_an_hour(browse, bouncing):
    client = browse("brightpath_sales")
    answers = [client.post(f"{PAGE}address/").status_code for _ in range(11)]
    assert answers == [302] * 10 + [429]
    assert Mail.objects.count() == 10


def test_operator_lists_and_lifts_and_nobody_else_does(browse, bouncing):
    page = browse("operator").get("/system/addresses/").content.decode()
    assert "sales@brightpath.example" in page
    assert "no such user" in browse("operator").get("/system/addresses/?export=csv").getvalue().decode()
    for persona in ("northwind_manager", "brightpath_sales", "nobody"):
        assert browse(persona).get("/system/addresses/").status_code == 403
        assert browse(persona).post(f"/system/addresses/{bouncing.pk}/lift/").status_code == 403
    assert Suppression.objects.standing().exists()
    assert browse("operator").post(f"/system/addresses/{bouncing.pk}/lift/").status_code == 302
    bouncing.refresh_from_db()
    assert bouncing.lifted_at is not None
    assert browse("operator").post(f"/system/addresses/{bouncing.pk}/lift/").status_code == 409
