"""Reviews go to a colleague; who is away is stood in for; where nobody is left, the partner manager gets them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from dealreg import services
from dealreg.models import Absence, Deal
from partners.models import Enrollment, Seat
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.api_client import Api, token_of

QUEUE, AWAY = reverse("desk:queue"), reverse("desk:absences")


def away(cast, who="northwind_approver", by=None, stand_in="northwind_manager", days=(0, 3)):
    today = timezone.localdate()
    return services.plan_absence(
        actor=cast.actor(by or who),
        person=cast.people[who],
        stand_in=cast.people[stand_in] if stand_in else None,
        first=today + timedelta(days=days[0]),
        last=today + timedelta(days=days[1]),
    )


def assigned(cast, persona="northwind_approver", **changes):
    deal = cast.register(**changes)
    Deal.objects.filter(pk=deal.pk).update(assignee=cast.people[persona])
    deal.refresh_from_db()
    return deal


def kinds(deal):
    return list(Event.objects.about(deal).order_by("pk").values_list("kind", flat=True))


def test_review_goes_to_a_colleague_with_note_and_history_and_the_clock_unchanged(cast, browse):
    deal = assigned(cast)
    due = deal.due_at
    url = reverse("desk:deal-hand-over", args=[deal.reference])
    client = browse("northwind_approver")
    assert client.post(url, {"to": "", "message": "kept"}).status_code == 422
    sent = {"to": cast.people["northwind_manager"].pk, "message": "You know the plant."}
    assert client.post(url, sent).status_code == 302
    drain()
    deal.refresh_from_db()
    assert (deal.assignee, deal.due_at) == (cast.people["northwind_manager"], due)
    event = Event.objects.get(kind="deal.reassigned")
    assert (event.audience, event.data["message"]) == ("vendor", "You know the plant.")
    told = Notification.objects.get(kind="deal.reassigned")
    assert (told.person, told.path) == (cast.people["northwind_manager"], deal.get_desk_url())
    assert "You know the plant." in client.get(deal.get_desk_url()).content.decode()
    partner = browse("brightpath_sales").get(deal.get_absolute_url()).content.decode()
    assert "You know the plant." not in partner


def test_several_reviews_go_at_once_and_what_is_refused_stays_with_its_reason(cast, browse):
    one = assigned(cast)
    other = assigned(cast, "northwind_manager", customer_name="Vey AG", customer_domain="")
    client, url = browse("northwind_approver"), reverse("desk:bulk-hand-over")
    chosen = {"selected": [one.reference, other.reference], "queue": "all"}
    asked = client.post(url, chosen)
    assert asked.status_code == 200
    assert one.reference in asked.content.decode()
    done = client.post(url, {**chosen, "to": cast.people["northwind_manager"].pk, "message": ""})
    assert done.status_code == 422
    assert "Vey AG: " in done.content.decode()
    assert Event.objects.filter(kind="deal.reassigned").count() == 1


@pytest.mark.parametrize(
    ("persona", "to", "error"),
    [
        ("northwind_finance", "northwind_manager", Forbidden),
        ("northwind_approver", "northwind_finance", RuleViolation),
        ("northwind_approver", "halden_approver", RuleViolation),
        ("northwind_approver", "northwind_approver", RuleViolation),
    ],
)
def test_review_is_given_by_deciders_to_other_deciders_of_the_vendor_only(cast, persona, to, error):
    deal = assigned(cast)
    with pytest.raises(error):
        services.reassign_deal(actor=cast.actor(persona), deal=deal, to=cast.people[to])
    assert "deal.reassigned" not in kinds(deal)


def test_decided_deal_is_not_handed_over(cast):
    deal = assigned(cast)
    services.approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
    with pytest.raises(Conflict):
        services.reassign_deal(actor=cast.actor("northwind_approver"), deal=deal, to=cast.people["northwind_manager"])


def test_api_hands_over_by_address(cast):
    deal = assigned(cast)
    api, path = Api(token_of(cast, "northwind_approver")), f"deals/{deal.reference}/hand-over/"
    api.post(path, {"to": cast.people["northwind_finance"].email}, 422)
    answer = api.post(path, {"to": cast.people["northwind_manager"].email}).json()
    assert answer["desk"]["assignee"]["name"] == cast.people["northwind_manager"].name


def test_stand_in_finds_the_absent_ones_reviews_and_decides_in_its_place(cast, browse):
    deal = assigned(cast)
    client = browse("northwind_manager")
    assert deal.customer_name not in client.get(f"{QUEUE}?view=mine").content.decode()
    away(cast)
    drain()
    assert Notification.objects.get(kind="absence.planned").person == cast.people["northwind_manager"]
    page = client.get(f"{QUEUE}?view=mine").content.decode()
    absent = cast.people["northwind_approver"]
    assert deal.customer_name in page
    assert f"for {absent.name}" in page
    assert "away until" in client.get(deal.get_desk_url()).content.decode()
    due = deal.due_at
    services.approve_deal(actor=cast.actor("northwind_manager"), deal=deal)
    deal.refresh_from_db()
    assert (deal.due_at, deal.decided_by) == (due, cast.people["northwind_manager"])
    event = Event.objects.get(kind="deal.stood_in")
    assert (event.data["absent"], event.audience) == (absent.name, "vendor")
    assert "away" not in browse("brightpath_sales").get(deal.get_absolute_url()).content.decode()


def test_who_is_back_decides_again_without_a_mention(cast, browse):
    deal, absence = assigned(cast), away(cast)
    services.end_absence(actor=cast.actor("northwind_approver"), absence=absence)
    assert deal.customer_name not in browse("northwind_manager").get(f"{QUEUE}?view=mine").content.decode()
    services.approve_deal(actor=cast.actor("northwind_manager"), deal=deal)
    assert "deal.stood_in" not in kinds(deal)
    with pytest.raises(Conflict):
        services.end_absence(actor=cast.actor("northwind_approver"), absence=absence)


@pytest.fixture
def third(cast):
    Seat.objects.filter(pk=cast.seats["northwind_finance"].pk).update(role="approver")
    return "northwind_finance"


def test_chains_circles_and_wrong_stand_ins_are_refused(cast, third):
    away(cast)
    refused = [
        ({"who": "northwind_manager", "stand_in": third}, "stands_in"),  # the manager covers: a chain
        ({"who": "northwind_manager", "stand_in": "northwind_approver"}, "stand_in_away"),  # a circle
        ({"who": third, "by": "northwind_manager", "stand_in": "northwind_approver"}, "stand_in_away"),
        ({"stand_in": third, "days": (2, 5)}, "away_already"),
        ({"stand_in": "northwind_approver", "days": (10, 11)}, "no_stand_in"),
        ({"stand_in": "northwind_executive", "days": (10, 11)}, "no_stand_in"),
        ({"stand_in": "halden_manager", "days": (10, 11)}, "no_stand_in"),
        ({"days": (11, 10)}, "days_reversed"),
        ({"days": (-3, -1)}, "days_over"),
        ({"days": (1, 900)}, "too_long"),
    ]
    for options, code in refused:
        with pytest.raises(RuleViolation) as caught:
            away(cast, **options)
        assert caught.value.code == code, options
    with pytest.raises(Forbidden):
        away(cast, who="northwind_manager", by="northwind_approver", stand_in=third, days=(10, 11))
    assert Absence.objects.count() == 1
    away(cast, stand_in=third, days=(10, 11))  # later, and another one: no chain


def test_where_nobody_is_left_the_partner_manager_gets_it(cast, third):
    deal, kept = assigned(cast), assigned(cast, third, customer_name="Vey AG", customer_domain="")
    due = deal.due_at
    Enrollment.objects.filter(pk=deal.enrollment_id).update(manager=cast.people["northwind_manager"])
    away(cast, stand_in=third)
    assert services.escalate_uncovered() == 0
    Seat.objects.filter(pk=cast.seats[third].pk).update(is_active=False)
    assert services.escalate_uncovered() == 2  # the absent one's, and what the leaver left
    for each in (deal, kept):
        each.refresh_from_db()
        assert each.assignee == cast.people["northwind_manager"]
    assert deal.due_at == due
    drain()
    assert {row.person for row in Notification.objects.filter(kind="deal.uncovered")} == {
        cast.people["northwind_manager"]
    }
    assert services.escalate_uncovered() == 0


def test_page_enters_and_ends_days_away_and_keeps_what_was_typed(cast, browse):
    today = timezone.localdate()
    client = browse("northwind_approver")
    sent = {
        "person": cast.people["northwind_approver"].pk,
        "stand_in": cast.people["northwind_manager"].pk,
        "first": str(today + timedelta(days=3)),
        "last": str(today + timedelta(days=2)),
    }
    wrong = client.post(AWAY, sent)
    assert wrong.status_code == 422
    assert str(today + timedelta(days=3)) in wrong.content.decode()
    assert client.post(AWAY, {**sent, "last": sent["first"]}).status_code == 302
    absence = Absence.objects.get()
    assert (absence.first, absence.last) == (today + timedelta(days=3),) * 2
    assert browse("northwind_executive").get(AWAY).status_code == 200
    assert client.post(reverse("desk:absence-end", args=[absence.pk])).status_code == 302
    assert Absence.objects.to_come().count() == 0
