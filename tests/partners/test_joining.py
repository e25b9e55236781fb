"""Asking to join a team by one's mail domain: nobody learns who is a partner, and an administrator decides."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from partners import services
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Invitation, JoinRequest, PartnerDomain, Seat
from partners.services import make_token
from prm.kernel.actors import Reach, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.isolation_world import labels_in

LENA = {"email": "lena@brightpath-sales.example", "name": "Lena Brandt", "note": "I start on Monday."}


@pytest.fixture
def known(cast):
    """Brightpath's proven domain, and one that it only claims."""
    PartnerDomain.objects.create(partner=cast.brightpath, domain="brightpath-sales.example", is_verified=True)
    PartnerDomain.objects.create(partner=cast.brightpath, domain="claimed.example")
    return cast


def link() -> str:
    """The link of the newest mail that proves an address."""
    text = Mail.objects.filter(template="join_confirm").latest("pk").text
    found = re.search(r"/join/\S+/", text)
    assert found is not None
    return found.group()


def asked(client, **changes) -> JoinRequest:
    """Ask and prove the address."""
    client.post(reverse("join"), {**LENA, **changes})
    client.post(link())
    drain()
    return JoinRequest.objects.latest("pk")


def test_from_asking_to_a_seat(known, client, browse):
    assert client.post(reverse("join"), LENA)["Location"] == reverse("join-asked")
    assert Event.objects.count() == Notification.objects.count() == 0
    url = link()
    assert client.get(url).status_code == 200
    assert JoinRequest.objects.get().confirmed_at is None
    client.post(url)
    client.post(url)
    drain()
    told = Notification.objects.filter(kind="join.asked")
    assert [each.person_id for each in told] == [known.people["brightpath_administrator"].pk]
    assert Mail.objects.filter(template="join_asked").count() == 1
    assert Event.objects.filter(kind="join.asked").count() == 1
    admin, row = browse("brightpath_administrator"), JoinRequest.objects.get()
    assert "1 person waits for you" in admin.get(reverse("portal:team")).content.decode()
    page = reverse("portal:join-request", args=[row.key])
    assert "I start on Monday." in admin.get(page).content.decode()
    assert admin.post(page, {"role": "sales", "reach": "own"})["Location"] == reverse("portal:team")
    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role, invitation.reach) == (LENA["email"], Role.SALES, Reach.OWN)
    assert Mail.objects.filter(template="invitation", to=LENA["email"]).count() == 1
    assert "waits for you" not in admin.get(reverse("portal:team")).content.decode()
    row.refresh_from_db()
    assert (row.is_approved, row.decided_by) == (True, known.people["brightpath_administrator"])


@pytest.mark.parametrize(
    "email",
    [
        "someone@unknown-company.example",
        "someone@claimed.example",
        "someone@kappel.example",
        "sales@brightpath.example",
    ],
)
def test_the_answer_is_the_same_where_nobody_is_a_partner(known, client, email):
    right = client.post(reverse("join"), LENA)
    mails = Mail.objects.count()
    assert mails == 1
    other = client.post(reverse("join"), {**LENA, "email": email})
    assert (other.status_code, other["Location"], other.content) == (
        right.status_code,
        right["Location"],
        right.content,
    )
    assert Mail.objects.count() == mails
    assert JoinRequest.objects.count() == 1
    assert labels_in(client.get(other["Location"]).content.decode()) == set()


def test_who_has_a_seat_there_or_a_partner_without_access_gets_no_mail(known, client):
    PartnerDomain.objects.create(partner=known.brightpath, domain="brightpath.example", is_verified=True)
    client.post(reverse("join"), {**LENA, "email": "Sales@brightpath.example"})
    assert Mail.objects.count() == 0
    Enrollment.objects.filter(partner=known.brightpath).update(status=EnrollmentStatus.RETIRED)
    client.post(reverse("join"), LENA)
    assert Mail.objects.count() == 0
    assert JoinRequest.objects.count() == 0


@pytest.mark.parametrize("email", ["lena@gmail.com", "lena@gmx.de", "lena@", "lena@outlook.com"])
def test_a_mail_providers_address_is_refused_politely_and_nothing_typed_is_lost(known, client, email):
    answer = client.post(reverse("join"), {**LENA, "email": email})
    assert answer.status_code == 422
    assert "I start on Monday." in answer.content.decode()
    assert Mail.objects.count() == 0


def test_one_address_gets_few_mails_and_one_network_asks_a_few_times(known, client):
    for _ in range(5):
        client.post(reverse("join"), LENA)
    assert Mail.objects.count() == 3
    assert JoinRequest.objects.count() == 1
    answers = [client.post(reverse("join"), {**LENA, "email": f"n{n}@nobody.example"}) for n in range(8)]
    assert answers[-1].status_code == 429
    assert int(answers[-1]["Retry-After"]) > 0


def test_an_expired_link_asks_again_and_an_expired_request_cannot_be_decided(known, client):
    client.post(reverse("join"), LENA)
    past = {"expires_at": timezone.now() - timedelta(seconds=1)}
    JoinRequest.objects.update(**past)
    assert client.post(link()).status_code == 422
    assert JoinRequest.objects.get().confirmed_at is None
    row = asked(client)
    assert row.expires_at - row.confirmed_at == timedelta(days=14)
    JoinRequest.objects.update(**past)
    with pytest.raises(Conflict):
        services.approve_join(
            actor=known.actor("brightpath_administrator"), request=row, role=Role.SALES, reach=Reach.ALL
        )
    assert Invitation.objects.count() == 0
    assert services.clear_join_requests() == 1
    assert client.get("/join/none-such/").status_code == 404


def test_declining_is_told_and_decided_once(known, client, browse):
    row, admin = asked(client), browse("brightpath_administrator")
    assert admin.post(reverse("portal:join-decline", args=[row.key])).status_code == 302
    assert Mail.objects.filter(template="join_declined", to=LENA["email"]).count() == 1
    for name, data in (("join-decline", {}), ("join-request", {"role": "sales", "reach": "all"})):
        assert admin.post(reverse(f"portal:{name}", args=[row.key]), data).status_code == 409
    assert Mail.objects.filter(template="join_declined").count() == 1
    assert Seat.objects.filter(person__email=LENA["email"]).count() == Invitation.objects.count() == 0
    assert Event.objects.filter(kind="join.declined").count() == 1


@pytest.mark.parametrize(
    ("persona", "refusal"),
    [
        ("brightpath_sales", Forbidden),
        ("kappel_administrator", Http404),
        ("northwind_manager", Http404),
        ("operator", Http404),
    ],
)
def test_only_the_partners_administrator_decides(known, client, persona, refusal):
    row = asked(client)
    events = Event.objects.count()
    for service, more in (
        (services.approve_join, {"role": Role.SALES, "reach": Reach.ALL}),
        (services.decline_join, {}),
    ):
        with pytest.raises(refusal):
            service(actor=known.actor(persona), request=row, **more)
    row.refresh_from_db()
    assert row.decided_at is None
    assert Event.objects.count() == events


def test_a_role_of_the_vendors_is_refused(known, client):
    row = asked(client)
    with pytest.raises(RuleViolation):
        services.approve_join(
            actor=known.actor("brightpath_administrator"), request=row, role=Role.MANAGER, reach=Reach.ALL
        )
    row.refresh_from_db()
    assert row.decided_at is None


def test_decisions_over_the_api(known, client):
    row, other = asked(client), None
    _row, key = make_token(actor=known.actor("brightpath_administrator"), name="HR", scopes=["partners:write"], days=30)
    options = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {key}"}}
    listed = client.get("/api/v1/join-requests/", **options).json()
    assert [each["key"] for each in listed["results"]] == [str(row.key)]
    url = f"/api/v1/join-requests/{row.key}"
    assert client.post(f"{url}/approve/", {"role": "manager"}, **options).status_code == 422
    assert client.post(f"{url}/approve/", {"role": "technical"}, **options).json()["is_approved"] is True
    assert Invitation.objects.get().role == Role.TECHNICAL
    assert client.post(f"{url}/decline/", {}, **options).status_code == 409
    other = asked(client, email="tom@brightpath-sales.example")
    assert client.post(f"/api/v1/join-requests/{other.key}/decline/", {}, **options).json()["is_approved"] is False
