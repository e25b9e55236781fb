"""A partner becomes another kind: who proposes and confirms, what follows, what others learn, and the way back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import Http404
from django.utils import timezone

from activity.models import Event, Mail
from activity.relay import drain
from partners.enums import EnrollmentStatus, TypeChangeState
from partners.models import Enrollment, Partner, Seat, TypeChange
from partners.services import confirm_type, decline_type, propose_type, undo_type, withdraw_type
from portal.type_changes import preview_of
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from standing.enums import SchemeState
from standing.models import Calculation, Scheme, Standing
from standing.services import activate_scheme

pytestmark = pytest.mark.django_db


def propose(cast, persona="northwind_manager", partner=None, after="services", reason="They sell projects.", ends=()):
    return propose_type(
        actor=cast.actor(persona), partner=partner or cast.brightpath, after=after, reason=reason, ends=ends
    )


def ladder(side, kind, *names):
    scheme = Scheme.objects.create(
        vendor=side.vendor,
        program=side.program,
        partner_type=kind,
        number=1,
        name=kind or "All",
        definition={"tiers": [{"slug": name.lower(), "name": name} for name in names]},
        state=SchemeState.PUBLISHED,
        valid_from=timezone.localdate() - timedelta(days=400),
        published_at=timezone.now(),
    )
    activate_scheme(actor=system(side.vendor.pk), scheme=scheme)
    return scheme


def kind_of(partner):
    return Partner.objects.get(pk=partner.pk).type


def test_a_confirmed_change_moves_ladder_profile_and_chosen_programs_at_once(cast):
    ladder(cast.northwind, "", "Silver")
    own = ladder(cast.northwind, "services", "Consultant")
    enrollment = cast.enrollments["brightpath_northwind"]
    change = propose(cast)
    assert kind_of(cast.brightpath) == "reseller", "nothing happens before the partner says yes"
    drain(100)
    assert Mail.objects.filter(template="type_proposed").count() == 1
    preview = preview_of(cast.actor("northwind_manager"), cast.brightpath, "reseller", "services")
    assert [row.enrollment.pk for row in preview.programs] == [enrollment.pk], "only what the vendor sees"
    assert preview.programs[0].fits
    both = preview_of(cast.actor("brightpath_administrator"), cast.brightpath, "reseller", "services")
    assert {row.enrollment.vendor_id for row in both.programs} == {cast.northwind.vendor.pk, cast.halden.vendor.pk}
    confirm_type(actor=cast.actor("brightpath_administrator"), change=change)
    assert kind_of(cast.brightpath) == "services"
    drain(100)
    assert Calculation.objects.get(enrollment=enrollment).scheme == own
    assert Standing.objects.get(enrollment=enrollment).tier.name == "Consultant"
    told = Event.objects.get(kind="profile.type")
    assert (told.vendor_id, told.before, told.after) == (None, {"type": "reseller"}, {"type": "services"})
    undo_type(actor=cast.actor("brightpath_administrator"), change=change)
    assert kind_of(cast.brightpath) == "reseller"
    drain(100)
    assert Standing.objects.get(enrollment=enrollment).tier.name == "Silver"


def test_programs_end_as_chosen_and_nothing_else_does(cast):
    ours, theirs = cast.enrollments["brightpath_northwind"], cast.enrollments["brightpath_halden"]
    with pytest.raises(RuleViolation, match="Choose among the programs"):
        propose(cast, ends=[theirs.pk])
    change = propose(cast, ends=[ours.pk])
    confirm_type(actor=cast.actor("brightpath_administrator"), change=change)
    assert Enrollment.objects.get(pk=ours.pk).status == EnrollmentStatus.RETIRED
    assert Enrollment.objects.get(pk=theirs.pk).status == theirs.status
    assert Event.objects.get(kind="enrollment.retired").enrollment_id == ours.pk


def test_where_nobody_works_the_vendors_word_is_enough_and_names_nobody_to_others(cast):
    Seat.objects.filter(partner=cast.kappel).update(is_active=False)
    change = propose(cast, partner=cast.kappel, after="agency")
    assert (change.state, kind_of(cast.kappel)) == (TypeChangeState.CHANGED, "agency")
    assert Event.objects.get(kind="profile.type").person_id is None
    assert Event.objects.get(kind="type.changed").person_id == cast.people["northwind_manager"].pk


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        ({"persona": "northwind_approver"}, Forbidden, "role"),
        ({"after": "reseller"}, RuleViolation, "already"),
        ({"after": "wizard"}, RuleViolation, "no such"),
        ({"reason": "  "}, RuleViolation, "Say why"),
        ({"reason": "x" * 501}, RuleViolation, "500"),
    ],
)
def test_a_proposal_that_cannot_be_is_refused_and_changes_nothing(cast, given, error, says):
    with pytest.raises(error, match=says):
        propose(cast, **given)
    assert not TypeChange.objects.exists()
    assert not Event.objects.filter(kind__startswith="type.").exists()


def test_decisions_are_the_own_administrators_and_made_once(cast):
    change = propose(cast)
    with pytest.raises(RuleViolation, match="already"):
        propose(cast, after="msp")
    for persona, error in (("brightpath_sales", Forbidden), ("kappel_administrator", Http404)):
        with pytest.raises(error):
            confirm_type(actor=cast.actor(persona), change=change)
    with pytest.raises(Http404):
        withdraw_type(actor=cast.actor("halden_manager"), change=change)
    declined = decline_type(actor=cast.actor("brightpath_administrator"), change=change)
    assert declined.decided_by == cast.people["brightpath_administrator"]
    with pytest.raises(Conflict):
        confirm_type(actor=cast.actor("brightpath_administrator"), change=change)
    theirs = propose(cast, persona="halden_manager", after="msp")
    ours = propose(cast, after="services")
    confirm_type(actor=cast.actor("brightpath_administrator"), change=theirs)
    with pytest.raises(Conflict, match="meanwhile"):
        confirm_type(actor=cast.actor("brightpath_administrator"), change=ours)
    withdraw_type(actor=cast.actor("northwind_manager"), change=ours)
    TypeChange.objects.filter(pk=theirs.pk).update(changed_at=timezone.now() - timedelta(days=31))
    with pytest.raises(RuleViolation, match="30 days"):
        undo_type(actor=cast.actor("brightpath_administrator"), change=theirs)
    assert kind_of(cast.brightpath) == "msp"


def test_pages_show_what_changes_and_keep_what_was_typed(cast, browse):
    desk, portal = browse("northwind_manager"), browse("brightpath_administrator")
    url = "/desk/partners/brightpath/type/"
    shown = desk.get(url, {"type": "referral"}).content.decode()
    assert "Refer a customer" in shown
    assert "Headcount" not in shown
    refused = desk.post(url, {"after": "referral", "reason": ""})
    assert refused.status_code == 422
    assert "Say why" in refused.content.decode()
    assert desk.post(url, {"after": "referral", "reason": "They introduce."}).status_code == 302
    change = TypeChange.objects.get()
    page = portal.get(f"/portal/profile/types/{change.key}/").content.decode()
    assert "They introduce." in page
    assert "proposes that you are another kind" in portal.get("/portal/profile/").content.decode()
    assert "Refer a customer" not in portal.get("/portal/").content.decode()
    portal.post(f"/portal/profile/types/{change.key}/confirm/")
    assert "Refer a customer" in portal.get("/portal/").content.decode(), "the portal follows with the next page"
