"""A partner manager's whole portfolio goes to a colleague."""

from __future__ import annotations

import pytest
from django.urls import reverse

from activity.models import Event, Notification
from activity.relay import drain
from partners.models import Enrollment
from partners.services.enrollments import hand_over_portfolio
from prm.kernel.errors import Forbidden, RuleViolation


def managed(cast):
    """Northwind's three enrollments with its finance, Isle's is retired; Halden's with its own manager."""
    Enrollment.objects.filter(vendor=cast.northwind.vendor).update(manager=cast.people["northwind_finance"])
    Enrollment.objects.filter(vendor=cast.halden.vendor).update(manager=cast.people["halden_manager"])


def managers():
    return dict(Enrollment.objects.values_list("pk", "manager__email"))


def test_all_go_with_an_event_each_and_everybody_concerned_is_told(cast):
    managed(cast)
    leaving, manager = cast.people["northwind_finance"], cast.people["northwind_approver"]
    rows = hand_over_portfolio(actor=cast.actor("northwind_manager"), leaving=leaving, manager=manager)
    assert {row.partner.slug for row in rows} == {"brightpath", "kappel"}
    drain()
    events = Event.objects.filter(kind="enrollment.manager")
    assert {(event.before["manager"], event.after["manager"]) for event in events} == {(leaving.pk, manager.pk)}
    assert events.count() == 2
    told = Notification.objects.values_list("kind", "person__email")
    assert sorted(set(told)) == [
        ("enrollment.manager", "approver@northwind.example"),
        ("enrollment.manager", "finance@northwind.example"),
        ("enrollment.your_manager", "administrator@brightpath.example"),
        ("enrollment.your_manager", "administrator@kappel.example"),
    ]
    assert managers()[cast.enrollments["isle_northwind"].pk] == "finance@northwind.example"
    assert managers()[cast.enrollments["brightpath_halden"].pk] == "manager@halden.example"


@pytest.mark.parametrize(
    ("persona", "leaving", "manager", "refusal"),
    [
        ("northwind_approver", "northwind_finance", "northwind_approver", Forbidden),
        ("northwind_manager", "halden_manager", "northwind_approver", RuleViolation),
        ("northwind_manager", "northwind_finance", "halden_manager", RuleViolation),
        ("northwind_manager", "northwind_finance", "northwind_finance", RuleViolation),
        ("northwind_manager", "northwind_approver", "northwind_manager", RuleViolation),
    ],
)
def test_what_is_refused_changes_nothing(cast, persona, leaving, manager, refusal):
    managed(cast)
    before = managers()
    with pytest.raises(refusal):
        hand_over_portfolio(actor=cast.actor(persona), leaving=cast.people[leaving], manager=cast.people[manager])
    assert managers() == before
    assert Event.objects.count() == 0


def test_the_page_shows_what_changes_hands_before_it_does(cast, browse):
    managed(cast)
    client, url = browse("northwind_manager"), reverse("console:portfolio-hand-over")
    chosen = {"leaving": cast.people["northwind_finance"].pk, "manager": cast.people["northwind_approver"].pk}
    assert "Halden" not in client.get(url).content.decode()
    preview = client.get(url, chosen).content.decode()
    assert "2 partners go from" in preview
    assert "Isle" not in preview
    assert managers()[cast.enrollments["kappel_northwind"].pk] == "finance@northwind.example"
    assert client.get(url, {**chosen, "manager": cast.people["halden_manager"].pk}).status_code == 422
    assert client.post(url, chosen).status_code == 302
    assert managers()[cast.enrollments["kappel_northwind"].pk] == "approver@northwind.example"
