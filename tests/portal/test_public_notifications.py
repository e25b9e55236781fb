"""The lines behind the bell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from dealreg.services import approve_deal
from portal.public.notifications import local_path


@pytest.fixture
def told(cast):
    """An approved deal, and everyone told of it."""
    approve_deal(actor=cast.actor("northwind_approver"), deal=cast.register())
    drain()
    return Notification.objects.get(person=cast.people["brightpath_sales"])


def many(cast, notification, count):
    event = notification.event
    events = Event.objects.bulk_create(
        Event(kind=event.kind, subject_type=event.subject_type, subject_id=event.subject_id, via="task")
        for _ in range(count)
    )
    Notification.objects.bulk_create(
        Notification(
            person_id=notification.person_id, seat_id=notification.seat_id, event=event, kind=notification.kind,
            facts=notification.facts, path=notification.path,
            created_at=timezone.now() - timedelta(hours=9 * number), read_at=timezone.now() if number % 2 else None,
        )
        for number, event in enumerate(events)
    )  # fmt: skip


def test_list_shows_own_lines_only(cast, browse, told):
    page = browse("brightpath_sales").get("/notifications/").content.decode()
    assert "Castellan Foods GmbH is approved" in page
    for persona in ("kappel_sales", "halden_approver", "operator", "nobody"):
        other = browse(persona).get("/notifications/")
        assert other.status_code == 200
        assert "Castellan" not in other.content.decode()
        assert "No notifications yet" in other.content.decode()


def test_new_lines_stand_first_then_read_ones_each_by_day(cast, browse, told):
    many(cast, told, 8)
    days = browse("brightpath_sales").get("/notifications/").context["days"]
    assert [day.is_new for day in days] == sorted((day.is_new for day in days), reverse=True)
    assert days[0].title == "Today"
    assert len({(day.title, day.is_new) for day in days}) == len(days)
    for is_new in (True, False):
        times = [line.at for day in days for line in day.lines if line.is_new is is_new]
        assert times == sorted(times, reverse=True)


def test_list_costs_the_same_for_one_and_for_thirty(cast, browse, told, django_assert_num_queries):
    client = browse("brightpath_sales")
    with django_assert_num_queries(5) as one:
        client.get("/notifications/")
    many(cast, told, 30)
    with django_assert_num_queries(len(one) + 1):  # the count of the pages
        page = client.get("/notifications/").context["page"]
    assert (len(page.rows), page.has_next) == (25, True)
    assert len(client.get("/notifications/?page=2").context["page"].rows) == 6


def test_htmx_gets_the_results_alone(browse, told):
    page = browse("brightpath_sales").get("/notifications/", headers={"HX-Request": "true"}).content.decode()
    assert page.lstrip().startswith('<div id="results"')


def test_opening_marks_as_read_and_leads_there(browse, told):
    response = browse("brightpath_sales").post(f"/notifications/{told.pk}/")
    assert response.status_code == 302
    assert response["Location"] == told.path
    told.refresh_from_db()
    assert told.read_at is not None


def test_get_leads_there_and_marks_nothing(browse, told):
    client = browse("brightpath_sales")
    for ask in (client.get, client.head):
        assert ask(f"/notifications/{told.pk}/")["Location"] == told.path
    told.refresh_from_db()
    assert told.read_at is None


def test_first_opening_counts(browse, told):
    client = browse("brightpath_sales")
    client.post(f"/notifications/{told.pk}/")
    told.refresh_from_db()
    first = told.read_at
    client.post(f"/notifications/{told.pk}/")
    told.refresh_from_db()
    assert told.read_at == first


@pytest.mark.parametrize("persona", ["brightpath_administrator", "kappel_sales", "northwind_approver", "operator"])
def test_line_of_someone_else_is_not_found_and_stays_new(browse, told, persona):
    for ask in (browse(persona).get, browse(persona).post):
        assert ask(f"/notifications/{told.pk}/").status_code == 404
    told.refresh_from_db()
    assert told.read_at is None


def test_mark_all_leaves_what_came_after_the_page(cast, browse, told):
    many(cast, told, 3)
    client = browse("brightpath_sales")
    later = Notification.objects.latest("pk")
    Notification.objects.filter(pk=later.pk).update(read_at=None)
    response = client.post("/notifications/read/", {"upto": later.pk - 1}, follow=True)
    assert response.redirect_chain == [("/notifications/", 302)]
    assert "marked as read" in response.content.decode()
    mine = Notification.objects.filter(person=told.person_id)
    assert list(mine.unread().values_list("pk", flat=True)) == [later.pk]


def test_mark_all_touches_nobody_else(cast, browse, told):
    before = Notification.objects.exclude(person=told.person_id).unread().count()
    assert before
    browse("brightpath_sales").post("/notifications/read/", {"upto": 10**9})
    assert Notification.objects.exclude(person=told.person_id).unread().count() == before


@pytest.mark.parametrize("upto", ["", "x", "-1", "9" * 40, "٣"])
def test_mark_all_with_nonsense_marks_nothing(browse, told, upto):
    assert browse("brightpath_sales").post("/notifications/read/", {"upto": upto}).status_code == 302
    told.refresh_from_db()
    assert told.read_at is None


def test_marking_needs_the_forms_token(cast, told):
    client = Client(enforce_csrf_checks=True)
    client.force_login(cast.people["brightpath_sales"], backend="partners.authentication.SeatBackend")
    for path in (f"/notifications/{told.pk}/", "/notifications/read/"):
        assert client.post(path, {"upto": told.pk}).status_code == 403
    told.refresh_from_db()
    assert told.read_at is None


@pytest.mark.parametrize(
    "path", ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", "", "evil"]
)
def test_address_elsewhere_becomes_the_start_page(path):
    assert local_path(path) == "/"
