"""Viewing the portal as a partner: it shows this vendor's part only, changes nothing, and ends."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from activity.models import Event, Notification
from activity.relay import drain
from activity.services import mark_all_read
from dealreg import services as deals
from dealreg.models import DealDraft
from partners import services
from partners.enums import EnrollmentStatus, ViewingEnd
from partners.models import Enrollment, PartnerViewing, Seat
from partners.services.enrollments import move_enrollment
from partners.view_as import VIEWING_KEY, seen_by, viewing_of
from portal.services import save_view
from prm.kernel.actors import PERMISSIONS, Reach, Role, Via
from prm.kernel.errors import Forbidden, RuleViolation
from tests.test_isolation import fingerprint


def start(cast, role=Role.ADMINISTRATOR):
    return services.start_viewing(actor=cast.actor("northwind_manager"), partner=cast.brightpath, role=role)


def looking(cast):
    """The actor through the partner's eyes."""
    actor = cast.actor("northwind_manager")
    return seen_by(viewing_of(start(cast).pk, actor), actor).actor


def begin(browse, cast, role="administrator"):
    client = browse("northwind_manager")
    answer = client.post(reverse("desk:partner-view-as", args=["brightpath"]), {"role": role})
    assert answer["Location"] == reverse("portal:home")
    return client


def kinds():
    return list(Event.objects.filter(kind__startswith="viewing").order_by("pk").values_list("kind", flat=True))


def test_the_portal_is_seen_with_this_vendor_only(cast, browse):
    ours = cast.register(customer_name="Castellan Foods GmbH")
    theirs = cast.register(enrollment="brightpath_halden", customer_name="Secret Other Customer AG")
    assert b"Secret Other" in browse("brightpath_administrator").get(reverse("portal:deal-list")).content
    client = begin(browse, cast)
    for name in ("portal:home", "portal:deal-list", "portal:team"):
        text = client.get(reverse(name)).content.decode()
        assert "You view the portal as" in text
        assert "Halden" not in text
        assert "Secret Other" not in text
    assert "Castellan" in client.get(reverse("portal:deal-list")).content.decode()
    assert client.get(reverse("portal:deal-detail", args=[ours.reference])).status_code == 200
    assert client.get(reverse("portal:deal-detail", args=[theirs.reference])).status_code == 404


def test_drafts_notifications_and_sign_in_times_of_the_partners_people_stay_theirs(cast, browse):
    owner = cast.actor("brightpath_administrator")
    draft = deals.save_draft(actor=owner, submission="6f3cf0c0-0000-4000-8000-000000000001", content={"title": "x"})
    cast.register("brightpath_administrator")
    drain()
    before = Notification.objects.filter(read_at=None).count()
    client = begin(browse, cast)
    assert client.get(reverse("portal:draft", args=[draft.submission])).status_code in {403, 404}
    assert client.get(reverse("notifications")).status_code == 403
    assert client.post(reverse("notifications-read"), {"upto": "999999"}).status_code == 403
    assert Notification.objects.filter(read_at=None).count() == before
    team = client.get(reverse("portal:team") + "?order=-seen").content.decode()
    assert "Last sign-in" not in team
    assert "Last sign-in" in browse("brightpath_sales").get(reverse("portal:team")).content.decode()
    assert DealDraft.objects.visible_to(looking(cast)).count() == 0


def test_it_holds_no_right_to_write(cast):
    actor = looking(cast)
    administrator = cast.actor("brightpath_administrator")
    held = [each for each in PERMISSIONS.values() if administrator.may(each)]
    writing = [each for each in held if not each.reads]
    assert len(writing) >= 4
    assert [each.name for each in writing if actor.may(each)] == []
    assert [each.name for each in held if each.reads and not actor.may(each)] == []
    assert not actor.speaks_for_person


def test_services_refuse_and_leave_no_trace_whatever_they_check(cast):
    deal = cast.register()
    seat = cast.seats["brightpath_sales"]
    drain()
    actor = looking(cast)
    upload = SimpleUploadedFile("a.txt", b"text")
    tries = {
        "comment": lambda: deals.add_comment(actor=actor, deal=deal, text="Hello"),
        "file": lambda: deals.add_file(actor=actor, deal=deal, upload=upload),
        "withdraw": lambda: deals.withdraw_deal(actor=actor, deal=deal, message="No"),
        "register": lambda: deals.register_deal(actor=actor, registration=cast.registration()),
        "draft": lambda: deals.save_draft(actor=actor, submission="6f3cf0c0-0000-4000-8000-000000000002", content={}),
        "seat": lambda: services.change_seat(actor=actor, seat=seat, role=Role.SALES, reach=Reach.OWN, is_active=False),
        "invite": lambda: services.invite_people(
            actor=actor, invitees=[services.Invitee(email="new@brightpath.example", role=Role.SALES)]
        ),
        "token": lambda: services.make_token(actor=actor, name="Sly", scopes=["deals:read"], days=30),
        "view": lambda: save_view(actor=actor, page="portal:deal-list", name="Sly", query="open=1"),
    }
    before = fingerprint()
    for name, attempt in tries.items():
        with pytest.raises((RuleViolation, Http404)):
            attempt()
        assert fingerprint() == before, name
    mark_all_read(actor=actor, upto=10**9)
    assert fingerprint() == before


def test_only_the_portals_pages_are_open_meanwhile(cast, browse):
    client = begin(browse, cast)
    for path in ("/desk/", "/admin/", "/settings/", "/jobs/", "/outbox/", "/accounts/password/change/"):
        answer = client.get(path)
        assert answer.status_code == 403
        assert "Leave" in answer.content.decode()
    api = client.get("/api/v1/deals/")
    assert (api.status_code, api.json()["code"]) == (403, "read_only")
    assert client.post(reverse("seat-switch"), {"seat": cast.seats["northwind_manager"].pk}).status_code == 403


def test_beginning_and_end_are_in_the_vendors_audit_trail_alone(cast, browse):
    client = begin(browse, cast, "sales")
    assert client.post(reverse("view-as-leave"))["Location"] == reverse("desk:partner-detail", args=["brightpath"])
    assert kinds() == ["viewing.started", "viewing.ended"]
    events = Event.objects.filter(kind__startswith="viewing")
    assert {event.person_id for event in events} == {cast.people["northwind_manager"].pk}
    assert events.visible_to(cast.actor("northwind_executive")).count() == 2
    for persona in ("brightpath_administrator", "halden_manager", "kappel_administrator"):
        assert events.visible_to(cast.actor(persona)).count() == 0
    trail = client.get(reverse("console:event-list")).content.decode()
    assert "began to view the portal as Brightpath" in trail
    assert client.get(reverse("portal:home")).status_code == 403
    client.post(reverse("view-as-leave"))
    assert len(kinds()) == 2


def test_it_ends_by_itself_after_thirty_minutes(cast, browse):
    client = begin(browse, cast)
    viewing = PartnerViewing.objects.get()
    assert viewing.ends_at - viewing.started_at == timedelta(minutes=30)
    past = {"started_at": timezone.now() - timedelta(minutes=31), "ends_at": timezone.now() - timedelta(seconds=1)}
    PartnerViewing.objects.update(**past)
    assert client.get(reverse("portal:home"))["Location"] == "/"
    assert client.get(reverse("desk:queue")).status_code == 200
    viewing.refresh_from_db()
    assert (viewing.end, kinds()) == (ViewingEnd.TIME, ["viewing.started", "viewing.ended"])


def test_the_clock_ends_one_to_which_nobody_came_back(cast):
    viewing, running = start(cast), start(cast)
    past = {"started_at": timezone.now() - timedelta(minutes=31), "ends_at": timezone.now()}
    PartnerViewing.objects.filter(pk=viewing.pk).update(**past)
    assert services.end_overdue_viewings() == 1
    assert services.end_overdue_viewings() == 0
    viewing.refresh_from_db()
    running.refresh_from_db()
    assert (viewing.end, running.end) == (ViewingEnd.TIME, "")


def test_signing_out_ends_it(cast, browse):
    client = begin(browse, cast)
    client.post("/accounts/logout/")
    assert PartnerViewing.objects.get().end == ViewingEnd.SIGNED_OUT
    assert kinds() == ["viewing.started", "viewing.ended"]


@pytest.mark.parametrize("what", ["enrollment", "role", "seat"])
def test_it_ends_when_the_right_to_it_is_gone(cast, browse, what):
    client = begin(browse, cast)
    if what == "enrollment":
        enrollment = cast.enrollments["brightpath_northwind"]
        manager = cast.actor("northwind_manager")
        move_enrollment(actor=manager, enrollment=enrollment, transition="suspend", reason="Unpaid")
    else:
        change = {"role": Role.FINANCE} if what == "role" else {"is_active": False}
        Seat.objects.filter(pk=cast.seats["northwind_manager"].pk).update(**change)
    assert b"You view the portal as" not in client.get(reverse("portal:home"), follow=True).content
    assert VIEWING_KEY not in client.session


def test_who_may_not_view_begins_nothing(cast, browse):
    for persona in ("northwind_approver", "northwind_executive", "brightpath_administrator"):
        assert (
            browse(persona).post(reverse("desk:partner-view-as", args=["brightpath"]), {"role": "sales"}).status_code
            == 403
        )
    stranger = browse("halden_manager").post(reverse("desk:partner-view-as", args=["kappel"]), {"role": "sales"})
    assert stranger.status_code == 404
    for role in ("technical", "manager"):
        answer = browse("northwind_manager").post(reverse("desk:partner-view-as", args=["brightpath"]), {"role": role})
        assert answer.status_code == 422
    retired = browse("northwind_manager").post(reverse("desk:partner-view-as", args=["isle"]), {"role": "sales"})
    assert retired.status_code == 422
    with pytest.raises(RuleViolation):
        services.start_viewing(actor=cast.actor("northwind_manager"), partner=cast.isle, role=Role.SALES)
    assert Enrollment.objects.filter(partner=cast.isle, status=EnrollmentStatus.ACTIVE).exists()
    assert PartnerViewing.objects.count() == 0
    assert kinds() == []


def test_only_a_person_at_a_browser_views(cast):
    actor = cast.actor("northwind_manager")
    token = type(actor)(**{**{name: getattr(actor, name) for name in actor.__slots__}, "via": Via.TOKEN})
    with pytest.raises(Forbidden):
        services.start_viewing(actor=token, partner=cast.brightpath, role=Role.SALES)
    assert PartnerViewing.objects.count() == 0
