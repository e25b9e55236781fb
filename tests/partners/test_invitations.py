"""Invitations: sent, accepted once, ended; what neither link nor answer gives away."""

from __future__ import annotations

import re
import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from activity.mailing import send_due
from activity.models import Event, Mail
from partners.models import AccessToken, Invitation, Seat
from partners.services import (
    Invitee,
    Newcomer,
    accept_invitation,
    change_seat,
    invite_people,
    make_token,
    resend_invitation,
    revoke_invitation,
)
from partners.services import invitations as limits
from people.models import Person
from prm.kernel.actors import ANONYMOUS, Reach, Role
from prm.kernel.errors import Conflict, Forbidden, RuleViolation, TooMany
from tests.cast import PASSWORD, make_cast, make_partner, make_person

NEW = "nora@brightpath.example"
WORDS = "four words nobody combines"


def invite(cast, email=NEW, role=Role.SALES, persona="brightpath_administrator", **further):
    (invitation,) = invite_people(actor=cast.actor(persona), invitees=[Invitee(email=email, role=role)], **further)
    return invitation


def token_of(email: str) -> str:
    """Return the token in the newest mail to an address."""
    mail = Mail.objects.filter(to=email, template="invitation").latest("pk")
    return re.search(r"/invitations/([\w-]+)/", mail.text).group(1)


def link_of(email: str) -> str:
    return reverse("invitation", args=[token_of(email)])


def counts() -> tuple[int, ...]:
    return Invitation.objects.count(), Seat.objects.count(), Mail.objects.count(), Event.objects.count()


def test_newcomer_accepts_by_the_mails_link_and_lands_in_the_portal_with_the_seat(cast, browse):
    page = browse("brightpath_administrator")
    sent = page.post(reverse("portal:invite"), {"email": NEW, "role": "sales", "reach": "own"})
    assert sent["Location"] == reverse("portal:team")
    assert NEW in page.get(reverse("portal:team")).content.decode()
    newcomer = Client()
    shown = newcomer.get(link_of(NEW))
    assert "Brightpath" in shown.content.decode()
    assert "no-store" in shown["Cache-Control"]
    done = newcomer.post(link_of(NEW), {"name": "Nora Vik", "password": WORDS})
    assert done["Location"] == reverse("start")
    assert newcomer.get("/", follow=True).redirect_chain[-1][0] == reverse("portal:home")
    person = Person.objects.get(email=NEW)
    assert person.check_password(WORDS)
    seat = Seat.objects.get(person=person)
    assert (seat.partner, seat.role, seat.reach, seat.is_active) == (cast.brightpath, Role.SALES, Reach.OWN, True)
    invitation = Invitation.objects.get()
    assert invitation.seat == seat
    assert invitation.accepted_at is not None
    assert list(Event.objects.values_list("kind", flat=True)[:2]) == ["invitation.sent", "invitation.accepted"]
    assert NEW in page.get(reverse("portal:team")).content.decode()


def test_looking_at_the_link_changes_nothing_however_often(cast):
    invite(cast)
    before = counts()
    for method in ("get", "head", "options"):
        for _ in range(3):
            getattr(Client(), method)(link_of(NEW))
    assert counts() == before
    assert Invitation.objects.get().is_open


def test_only_a_digest_of_the_links_token_is_kept(cast):
    invitation = invite(cast)
    assert token_of(NEW) not in "".join(str(value) for value in vars(invitation).values())
    assert not Event.objects.filter(data__icontains=token_of(NEW)).exists()


def test_a_link_works_once_and_a_second_click_says_so(cast):
    invite(cast)
    link = link_of(NEW)
    Client().post(link, {"name": "Nora", "password": WORDS})
    before = counts()
    again = Client().post(link, {"name": "Mallory", "password": WORDS})
    assert again.status_code == 409
    assert "accepted already" in again.content.decode()
    assert Client().get(link).status_code == 410
    assert counts() == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("known", [False, True])
def test_eight_acceptances_at_once_give_one_seat(known):
    cast = make_cast()
    if known:
        make_person(NEW, "Nora")
    invite(cast)
    token, barrier, outcomes = token_of(NEW), threading.Barrier(8), []

    def accept():
        barrier.wait()
        try:
            actor = ANONYMOUS
            if known:
                cast.people["nora"] = Person.objects.get(email=NEW)
                actor = cast.actor("nora")
            newcomer = None if known else Newcomer(name="Nora", password=WORDS)
            outcomes.append(accept_invitation(actor=actor, token=token, newcomer=newcomer).pk)
        except RuleViolation as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(type, outcomes), key=str).count(int) == 1
    assert set(outcomes) - {each for each in outcomes if isinstance(each, int)} == {"invitation_used"}
    assert Seat.objects.filter(person__email=NEW).count() == 1
    assert Event.objects.filter(kind="invitation.accepted").count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_partners_invitations_to_one_newcomer_at_once_make_one_person():
    cast = make_cast()
    invite(cast)
    first = token_of(NEW)
    invite(cast, persona="kappel_administrator")
    barrier, outcomes = threading.Barrier(2), []

    def accept(token):
        barrier.wait()
        try:
            outcomes.append(
                accept_invitation(actor=ANONYMOUS, token=token, newcomer=Newcomer(name="N", password=WORDS))
            )
        except RuleViolation as refusal:
            outcomes.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=accept, args=[token]) for token in (first, token_of(NEW))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Person.objects.filter(email__iexact=NEW).count() == 1
    assert sum(isinstance(each, Seat) for each in outcomes) == 1
    assert "sign_in_first" in outcomes


def test_the_answer_is_the_same_for_an_address_that_is_known_elsewhere(cast, browse):
    pages, answers = browse("brightpath_administrator"), []
    for email in ("kappel.sales@nowhere.example", "sales@kappel.example", "operator@localhost.example"):
        sent = pages.post(reverse("portal:invite"), {"email": email, "role": "sales", "reach": "all"}, follow=True)
        answers.append((sent.status_code, re.sub(r"\d+", "", sent.content.decode().replace(email, "X"))))
    assert len({status for status, _text in answers}) == 1
    assert Mail.objects.filter(template="invitation").count() == 3


def test_a_known_person_signs_in_first_and_accepts_with_the_same_account(cast):
    invite(cast, email="Sales@Kappel.example")
    link = link_of("Sales@Kappel.example")
    send_due()
    assert Mail.objects.get(template="invitation").state == "sent"
    stranger = Client()
    assert "Sign in to accept" in stranger.get(link).content.decode()
    refused = stranger.post(link, {"name": "Mallory", "password": WORDS})
    assert refused.status_code == 409
    assert Seat.objects.filter(person=cast.people["kappel_sales"]).count() == 1
    client = Client()
    client.login(email="sales@kappel.example", password=PASSWORD)
    client.force_login(cast.people["kappel_sales"], backend="partners.authentication.SeatBackend")
    assert client.post(link)["Location"] == reverse("start")
    assert client.get("/", follow=True).context["shell"].seat.organisation == "Brightpath"
    assert cast.people["kappel_sales"].check_password(PASSWORD)


def test_a_forwarded_link_tells_whoever_is_signed_in_that_it_is_anothers(cast, browse):
    invite(cast)
    client, before = browse("kappel_sales"), counts()
    shown = client.get(link_of(NEW)).content.decode()
    assert "You are signed in as sales@kappel.example" in shown
    assert "Sign out" in shown
    assert client.post(link_of(NEW), {"name": "Mallory", "password": WORDS}).status_code == 409
    assert counts() == before


def test_the_operator_takes_no_seat(cast, browse):
    invite(cast, email="operator@localhost.example")
    link = link_of("operator@localhost.example")
    client, before = browse("operator"), counts()
    assert "You run this installation" in client.get(link).content.decode()
    assert client.post(link).status_code == 409
    assert counts() == before


def test_a_weak_password_is_refused_with_the_name_kept_and_the_link_alive(cast):
    invite(cast)
    answer = Client().post(link_of(NEW), {"name": "Nora Vik", "password": "12345"})
    assert answer.status_code == 422
    assert "Nora Vik" in answer.content.decode()
    assert not Person.objects.filter(email=NEW).exists()
    assert Invitation.objects.get().is_open


def test_an_expired_link_ends_and_sending_again_gives_a_new_one(cast):
    invitation = invite(cast)
    old = link_of(NEW)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1), sent_at=timezone.now() - timedelta(20))
    assert "expired" in Client().get(old).content.decode()
    assert Client().post(old, {"name": "N", "password": WORDS}).status_code == 409
    resend_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
    assert link_of(NEW) != old
    assert Client().get(old).status_code == 404
    assert Client().get(link_of(NEW)).status_code == 200


def test_a_revoked_link_ends_at_once(cast):
    invitation = invite(cast)
    revoke_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
    answer = Client().post(link_of(NEW), {"name": "N", "password": WORDS})
    assert answer.status_code == 409
    assert "taken back" in answer.content.decode()
    assert not Person.objects.filter(email=NEW).exists()
    with pytest.raises(Conflict):
        resend_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)


def test_inviting_again_keeps_one_invitation_with_the_newest_role_and_link(cast):
    invite(cast)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(hours=1))
    old = link_of(NEW)
    invite(cast, email=NEW.upper(), role=Role.TECHNICAL)
    assert Invitation.objects.get().role == Role.TECHNICAL
    assert Client().get(old).status_code == 404


def test_who_has_the_seat_is_not_invited_again(cast):
    before = counts()
    with pytest.raises(RuleViolation) as refusal:
        invite(cast, email="SALES@brightpath.example")
    assert refusal.value.code == "has_seat"
    assert counts() == before


@pytest.mark.parametrize(
    ("persona", "role"),
    [
        ("brightpath_sales", Role.SALES),
        ("northwind_approver", Role.APPROVER),
        ("northwind_finance", Role.APPROVER),
        ("operator", Role.MANAGER),
        ("nobody", Role.SALES),
    ],
)
def test_others_invite_nobody(cast, persona, role):
    before = counts()
    with pytest.raises(Forbidden):
        invite(cast, role=role, persona=persona)
    assert counts() == before


@pytest.mark.parametrize(
    ("persona", "role"), [("brightpath_administrator", Role.MANAGER), ("northwind_manager", Role.ADMINISTRATOR)]
)
def test_nobody_is_invited_to_the_other_sides_roles(cast, persona, role):
    before = counts()
    with pytest.raises(RuleViolation):
        invite(cast, role=role, persona=persona)
    assert counts() == before


def test_an_address_gets_few_mails_and_an_organisation_sends_a_limited_number(cast, monkeypatch):
    invitation = invite(cast)
    with pytest.raises(TooMany):
        resend_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
    for _ in range(4):
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=3))
        resend_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
    Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=3))
    before = counts()
    with pytest.raises(TooMany):
        resend_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
    assert counts() == before
    monkeypatch.setattr(limits, "MOST_PER_DAY", 2)
    people = [Invitee(email=f"p{number}@brightpath.example", role=Role.SALES) for number in range(2)]
    with pytest.raises(TooMany):
        invite_people(actor=cast.actor("brightpath_administrator"), invitees=people)
    assert counts() == before


def test_taking_back_and_inviting_again_does_not_get_round_the_limit(cast):
    for _ in range(5):
        invitation = invite(cast)
        revoke_invitation(actor=cast.actor("brightpath_administrator"), invitation=invitation)
        Invitation.objects.update(sent_at=timezone.now() - timedelta(minutes=3))
    with pytest.raises(TooMany):
        invite(cast)
    assert Mail.objects.filter(to=NEW).count() == 5


def test_invitations_are_seen_by_their_own_organisation_only(cast, browse):
    invitation = invite(cast)
    for persona in ("kappel_administrator", "northwind_manager", "halden_manager", "operator"):
        assert not Invitation.objects.visible_to(cast.actor(persona)).exists()
    before = counts()
    stranger = browse("kappel_administrator")
    for name in ("portal:invitation-resend", "portal:invitation-revoke"):
        assert stranger.post(reverse(name, args=[invitation.pk])).status_code == 404
        assert browse("brightpath_sales").post(reverse(name, args=[invitation.pk])).status_code == 403
    assert counts() == before


# -- A vendor's staff, and a partner's first administrator


def test_a_partner_manager_invites_staff_who_land_on_the_desk(cast, browse):
    page = browse("northwind_manager")
    page.post(reverse("console:staff-invite"), {"email": "eva@northwind.example", "role": "approver"})
    assert "eva@northwind.example" in page.get(reverse("console:staff")).content.decode()
    newcomer = Client()
    newcomer.post(link_of("eva@northwind.example"), {"name": "Eva", "password": WORDS})
    assert newcomer.get("/", follow=True).redirect_chain[-1][0] == reverse("desk:queue")
    assert "eva@northwind.example" not in browse("halden_manager").get(reverse("console:staff")).content.decode()


def test_a_partner_without_people_gets_its_first_administrator_from_the_vendor(cast, browse):
    partner = make_partner("Lumen", "lumen")
    cast.enrollments["kappel_northwind"].pk = None
    enrollment = cast.enrollments["kappel_northwind"]
    enrollment.partner = partner
    enrollment.save()
    page = browse("northwind_manager")
    page.post(reverse("desk:partner-invite", args=["lumen"]), {"email": "first@lumen.example"})
    invitation = Invitation.objects.get()
    assert (invitation.issuer, invitation.role) == (cast.northwind.vendor, Role.ADMINISTRATOR)
    assert not Invitation.objects.visible_to(cast.actor("halden_manager")).exists()
    Client().post(link_of("first@lumen.example"), {"name": "First", "password": WORDS})
    assert Seat.objects.get(partner=partner).role == Role.ADMINISTRATOR
    before = counts()
    with pytest.raises(Conflict):
        invite(
            cast, email="second@lumen.example", role=Role.ADMINISTRATOR, persona="northwind_manager", partner=partner
        )
    assert counts() == before


def test_a_second_vendors_invitation_ends_once_the_partner_has_people(cast):
    partner = make_partner("Lumen", "lumen")
    for key in ("kappel_northwind", "isle_halden"):
        row = cast.enrollments[key]
        row.pk, row.partner = None, partner
        row.save()
    invite(cast, "a@lumen.example", Role.ADMINISTRATOR, "northwind_manager", partner=partner)
    invite(cast, "a@lumen.example", Role.ADMINISTRATOR, "halden_manager", partner=partner)
    second = token_of("a@lumen.example")
    invite(cast, "b@lumen.example", Role.ADMINISTRATOR, "northwind_manager", partner=partner)
    Client().post(link_of("b@lumen.example"), {"name": "B", "password": WORDS})
    before = counts()
    answer = Client().post(reverse("invitation", args=[second]), {"name": "A", "password": WORDS})
    assert answer.status_code == 409
    assert counts() == before


def test_a_vendor_invites_nobody_into_a_partner_that_has_people(cast, browse):
    before = counts()
    with pytest.raises(Conflict):
        invite(cast, "x@y.example", Role.ADMINISTRATOR, "northwind_manager", partner=cast.brightpath)
    with pytest.raises(RuleViolation):
        invite(cast, "x@y.example", Role.ADMINISTRATOR, "northwind_manager", partner=cast.isle)
    assert counts() == before


def test_staff_who_lose_access_lose_it_with_the_next_click_and_their_tokens_for_good(cast, browse):
    approver, seat = browse("northwind_approver"), cast.seats["northwind_approver"]
    token, secret = make_token(actor=cast.actor("northwind_approver"), name="t", scopes=["deals:read"], days=9)
    headers = {"Authorization": f"Bearer {secret}"}
    assert Client().get(reverse("api:me"), headers=headers).status_code == 200
    page = browse("northwind_manager")
    page.post(reverse("console:staff-seat", args=[seat.pk]), {"role": "approver"})
    assert approver.get(reverse("desk:queue")).status_code == 403
    assert Client().get(reverse("api:me"), headers=headers).status_code == 401
    change_seat(actor=cast.actor("northwind_manager"), seat=seat, role=Role.APPROVER, reach=Reach.ALL, is_active=True)
    assert approver.get(reverse("desk:queue")).status_code == 200
    assert Client().get(reverse("api:me"), headers=headers).status_code == 401
    assert AccessToken.objects.get(pk=token.pk).revoked_at is not None


def test_the_last_partner_manager_stays(cast, browse):
    seat = cast.seats["northwind_manager"]
    answer = browse("northwind_manager").post(
        reverse("console:staff-seat", args=[seat.pk]), {"role": "finance", "is_active": "on"}
    )
    assert answer.status_code == 422
    seat.refresh_from_db()
    assert seat.role == Role.MANAGER


def test_a_vendor_changes_no_partners_team(cast, browse):
    seat = cast.seats["brightpath_sales"]
    assert browse("northwind_manager").get(reverse("console:staff-seat", args=[seat.pk])).status_code == 404
    with pytest.raises(Forbidden):
        change_seat(
            actor=cast.actor("northwind_manager"), seat=seat, role=Role.MANAGER, reach=Reach.ALL, is_active=False
        )
    seat.refresh_from_db()
    assert seat.is_active
