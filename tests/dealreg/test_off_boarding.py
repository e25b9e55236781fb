"""Retiring a partner: access ends, deals are released or kept until a day, nothing is deleted, and it can come back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from activity.models import Event
from activity.relay import drain
from dealreg import services
from dealreg.enums import ProtectionState, Status
from dealreg.models import Deal, Protection
from partners.enums import DealsAfter
from partners.models import Enrollment
from partners.services import make_token
from partners.services.enrollments import OffBoarding, move_enrollment
from prm.kernel.errors import RuleViolation


def step(cast, name, **plan):
    return move_enrollment(
        actor=cast.actor("northwind_manager"),
        enrollment=cast.enrollments["brightpath_northwind"],
        transition=name,
        reason="The contract ended",
        off_boarding=OffBoarding(**plan) if plan else None,
    )


def three_deals(cast):
    """One protected, one undecided, and one at the other vendor."""
    protected = cast.register(customer_name="Alpha Foods GmbH", customer_domain="alpha.example")
    services.approve_deal(actor=cast.actor("northwind_approver"), deal=protected, message="Yes")
    undecided = cast.register(customer_name="Beta Steel GmbH", customer_domain="beta.example")
    elsewhere = cast.register(enrollment="brightpath_halden", customer_name="Gamma Wood AG")
    drain()
    return protected, undecided, elsewhere


def states(*deals):
    return [Deal.objects.get(pk=deal.pk).status for deal in deals]


def test_released_deals_are_free_at_once_and_only_this_vendors(cast):
    protected, undecided, elsewhere = three_deals(cast)
    step(cast, "retire", deals=DealsAfter.RELEASE)
    drain()
    assert states(protected, undecided) == [Status.EXPIRED, Status.WITHDRAWN]
    assert states(elsewhere) == [elsewhere.status]
    assert not Protection.objects.live().filter(deal=protected).exists()
    kinds = Event.objects.filter(kind__in=["deal.released", "deal.set_aside"])
    assert sorted(kinds.values_list("kind", "subject_id")) == [
        ("deal.released", protected.pk),
        ("deal.set_aside", undecided.pk),
    ]
    assert all("The contract ended" in event.sentence for event in kinds)
    drain()
    assert kinds.count() == 2


def test_kept_deals_stay_protected_at_most_until_the_day(cast):
    protected, undecided, _elsewhere = three_deals(cast)
    before = Deal.objects.get(pk=protected.pk).protected_until
    later = timezone.localdate() + timedelta(days=20)
    step(cast, "retire", deals=DealsAfter.KEEP, until=later)
    drain()
    after = Deal.objects.get(pk=protected.pk)
    assert states(protected, undecided) == [Status.APPROVED, undecided.status]
    assert timezone.localtime(after.protected_until).date() == later < before.date()
    assert Protection.objects.get(deal=protected, state=ProtectionState.LIVE).ends_at == after.protected_until
    assert Event.objects.filter(kind="deal.shortened", subject_id=protected.pk).count() == 1


def test_kept_without_a_day_changes_no_deal(cast):
    three_deals(cast)
    before = list(Deal.objects.order_by("pk").values())
    step(cast, "retire")
    drain()
    assert list(Deal.objects.order_by("pk").values()) == before


@pytest.mark.parametrize("days", [-1, 0, 400])
def test_a_day_in_the_past_or_too_far_is_refused(cast, days):
    with pytest.raises(RuleViolation) as refused:
        step(cast, "retire", deals=DealsAfter.KEEP, until=timezone.localdate() + timedelta(days=days))
    assert refused.value.field == "until"
    assert Enrollment.objects.get(pk=cast.enrollments["brightpath_northwind"].pk).is_live
    assert Event.objects.filter(kind="enrollment.retired").count() == 0


@pytest.mark.parametrize("name", ["suspend", "retire"])
def test_open_sessions_and_tokens_lose_this_enrollment_with_their_next_request(cast, browse, client, name):
    ours, _undecided, theirs = three_deals(cast)
    session = browse("brightpath_sales")
    _token, key = make_token(actor=cast.actor("brightpath_sales"), name="CRM", scopes=["deals:read"], days=30)
    bearer = {"headers": {"Authorization": f"Bearer {key}"}}
    page, resource = reverse("portal:deal-detail", args=[ours.reference]), f"/api/v1/deals/{ours.reference}/"
    assert (session.get(page).status_code, client.get(resource, **bearer).status_code) == (200, 200)
    step(cast, name)
    assert (session.get(page).status_code, client.get(resource, **bearer).status_code) == (404, 404)
    assert client.get(f"/api/v1/deals/{theirs.reference}/", **bearer).status_code == 200
    assert ours.reference not in client.get("/api/v1/deals/", **bearer).content.decode()


def test_coming_back_restores_access_and_what_was_kept(cast, browse):
    protected, _undecided, _elsewhere = three_deals(cast)
    rows = Deal.objects.count()
    for name in ("retire", "onboard", "activate"):
        step(cast, name)
        drain()
    answer = browse("brightpath_sales").get(reverse("portal:deal-detail", args=[protected.reference]))
    assert answer.status_code == 200
    assert Deal.objects.count() == rows
    assert Protection.objects.live().filter(deal=protected).exists()


def test_a_partner_that_came_back_before_the_worker_looked_keeps_its_deals(cast):
    protected, undecided, _elsewhere = three_deals(cast)
    step(cast, "retire", deals=DealsAfter.RELEASE)
    step(cast, "onboard")
    drain()
    assert states(protected, undecided) == [Status.APPROVED, undecided.status]


def test_the_page_shows_what_is_settled_and_retires(cast, browse):
    protected, _undecided, _elsewhere = three_deals(cast)
    url = reverse("console:enrollment-move", args=[cast.enrollments["brightpath_northwind"].pk, "retire"])
    client = browse("northwind_manager")
    text = client.get(url).content.decode()
    assert "1 registration to decide" in text
    assert "1 protected deal" in text
    assert "Halden" not in text
    wrong = client.post(url, {"reason": "Over", "deals": "keep", "until": "2001-01-01"})
    assert wrong.status_code == 422
    assert "Over" in wrong.content.decode()
    assert client.post(url, {"reason": "Over", "deals": "release", "until": ""}).status_code == 302
    drain()
    assert states(protected) == [Status.EXPIRED]
    partner = client.get(reverse("desk:partner-detail", args=["brightpath"])).content.decode()
    assert "Open deals were released." in partner
    assert "Retired" in partner


def test_steps_over_the_api(cast, client):
    manager = cast.actor("northwind_manager")
    _token, key = make_token(actor=manager, name="CRM", scopes=["partners:read", "partners:write"], days=30)
    _token, read = make_token(actor=manager, name="BI", scopes=["partners:read"], days=30)
    url = f"/api/v1/enrollments/{cast.enrollments['brightpath_northwind'].pk}"

    def post(name, body, token=key):
        options = {"content_type": "application/json", "headers": {"Authorization": f"Bearer {token}"}}
        return client.post(f"{url}/{name}/", body, **options)

    assert post("suspend", {"reason": "x"}, read).status_code == 403
    assert post("suspend", {}).status_code == 422
    assert post("suspend", {"reason": "Unpaid"}).json()["status"] == "suspended"
    assert post("suspend", {"reason": "Unpaid"}).status_code == 409
    assert post("activate", {"reason": "Paid"}).json()["status"] == "active"
    assert post("retire", {"reason": "Over", "deals": "keep", "until": "2001-01-01"}).status_code == 422
    assert post("retire", {"reason": "Over", "deals": "release"}).json()["status"] == "retired"
    assert Event.objects.get(kind="enrollment.retired").data["deals"] == "release"
