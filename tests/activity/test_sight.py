"""A mail never describes a row that its reader may not open: at once and in digests, whatever changed in between."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from activity.enums import Cadence, MailState, Withheld
from activity.mailing import send_due
from activity.mailing.digests import queue_digests
from activity.mailing.queueing import queue_mail
from activity.models import DigestLine, Mail, Notification, Suppression
from activity.services import change_preferences
from activity.sight import Concern, reasons_to_withhold
from dealreg.emails import COMMENTED, SUBMITTED, WITHDRAWN
from dealreg.models import Deal
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Seat
from people.models import Person
from prm.kernel.actors import Reach, Role
from prm.kernel.recording import Audience
from tests.activity.telling import FACTS, happened, tell
from tests.cast import make_person


def end_seat(cast, persona):
    Seat.objects.filter(pk=cast.seats[persona].pk).update(is_active=False)


def move_seat(cast, persona):
    Seat.objects.filter(pk=cast.seats[persona].pk).update(partner=cast.kappel)


def disable(cast, persona):
    Person.objects.filter(pk=cast.people[persona].pk).update(is_active=False)


def reach_own(cast, persona):
    Seat.objects.filter(pk=cast.seats[persona].pk).update(reach=Reach.OWN)


def suspend(cast, persona):
    Enrollment.objects.filter(partner=cast.brightpath).update(status=EnrollmentStatus.SUSPENDED)


def hand_over(cast, persona):
    Deal.objects.update(owner=cast.people["brightpath_administrator"])
    reach_own(cast, persona)


def bounce(cast, persona):
    Suppression.objects.create(address=cast.people[persona].email, reason="bounced")


def switch_off(cast, persona):
    change_preferences(actor=cast.actor(persona), cadences={"deal.commented": Cadence.OFF}, hour=8)


def make_finance(cast, persona):
    Seat.objects.filter(pk=cast.seats[persona].pk).update(role=Role.FINANCE)


AT_PARTNER = [
    (end_seat, Withheld.SEAT),
    (disable, Withheld.PERSON),
    (suspend, Withheld.SIGHT),
    (move_seat, Withheld.SIGHT),
    (hand_over, Withheld.SIGHT),
    (bounce, Withheld.ADDRESS),
    (switch_off, Withheld.OFF),
]


@pytest.mark.parametrize(("change", "reason"), AT_PARTNER)
def test_mail_at_once_is_withheld_right_before_sending(cast, mailoutbox, change, reason):
    deal = cast.register()
    tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    change(cast, "brightpath_sales")
    assert send_due() == 0
    assert mailoutbox == []
    mail = Mail.objects.get(kind="deal.commented")
    assert (mail.state, mail.withheld) == (MailState.WITHHELD, reason)


@pytest.mark.parametrize(("change", "reason"), AT_PARTNER)
def test_line_is_withheld_when_its_digest_is_written(cast, mailoutbox, change, reason):
    deal = cast.register()
    change_preferences(actor=cast.actor("brightpath_sales"), cadences={"deal.commented": Cadence.DAILY}, hour=8)
    tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    change(cast, "brightpath_sales")
    assert queue_digests(timezone.now() + timedelta(days=2)) == 0
    assert not Mail.objects.exists()
    assert DigestLine.objects.get().withheld == reason


@pytest.mark.parametrize(("change", "reason"), [(end_seat, Withheld.SEAT), (suspend, Withheld.SIGHT)])
def test_digest_that_was_written_is_withheld_right_before_sending(cast, mailoutbox, change, reason):
    deal = cast.register()
    change_preferences(actor=cast.actor("brightpath_sales"), cadences={"deal.commented": Cadence.DAILY}, hour=8)
    tell(cast, happened(deal), COMMENTED, "brightpath_sales")
    assert queue_digests(timezone.now() + timedelta(days=2)) == 1
    change(cast, "brightpath_sales")
    assert send_due() == 0
    assert mailoutbox == []
    assert Mail.objects.get().withheld == reason
    assert DigestLine.objects.get().mail is None


def test_digest_loses_only_the_lines_that_its_reader_may_not_open(cast, mailoutbox):
    northwind, halden = cast.register(), cast.register(enrollment="brightpath_halden")
    change_preferences(actor=cast.actor("brightpath_sales"), cadences={"deal.commented": Cadence.DAILY}, hour=8)
    tell(cast, happened(northwind), COMMENTED, "brightpath_sales", customer="Secret of Northwind")
    tell(cast, happened(halden), COMMENTED, "brightpath_sales", customer="Known at Halden")
    assert queue_digests(timezone.now() + timedelta(days=2)) == 1
    assert "Secret of Northwind" in Mail.objects.get().text
    Enrollment.objects.filter(pk=cast.enrollments["brightpath_northwind"].pk).update(status=EnrollmentStatus.SUSPENDED)
    assert send_due() == 1
    body = str(mailoutbox[0].message()) + mailoutbox[0].body
    assert "Known at Halden" in body
    assert "Secret of Northwind" not in body
    assert "Secret of Northwind" not in Mail.objects.get().html


def test_role_that_it_no_longer_concerns_is_not_mailed(cast, mailoutbox):
    deal = cast.register()
    tell(cast, happened(deal, "deal.submitted"), SUBMITTED, "northwind_approver")
    make_finance(cast, "northwind_approver")
    assert send_due() == 0
    assert Mail.objects.get().withheld == Withheld.ROLE
    tell(cast, happened(deal, "deal.withdrawn"), WITHDRAWN, "northwind_approver")
    assert not DigestLine.objects.exists()


def test_internal_notes_never_reach_partners(cast, mailoutbox):
    deal = cast.register()
    note = happened(deal, "deal.noted", audience=Audience.VENDOR)
    tell(cast, note, COMMENTED, "brightpath_sales", "northwind_approver", message="Between us")
    change_preferences(actor=cast.actor("brightpath_sales"), cadences={"deal.commented": Cadence.DAILY}, hour=8)
    tell(cast, happened(deal, "deal.noted", audience=Audience.VENDOR), COMMENTED, "brightpath_sales")
    send_due()
    assert [mail.to for mail in mailoutbox] == [["approver@northwind.example"]]
    assert not DigestLine.objects.exists()


def test_mail_without_a_seat_goes_to_whoever_sees_the_subject_from_any_seat(cast, mailoutbox):
    deal = cast.register()
    event = happened(deal)
    people = [cast.people[name] for name in ("brightpath_sales", "kappel_sales", "halden_approver", "operator")]
    queue_mail(event=event, template="deal_commented", people=people, facts=FACTS)
    assert send_due() == 1
    assert mailoutbox[0].to == ["sales@brightpath.example"]


def test_row_that_is_gone_is_not_told(cast):
    event = happened(cast.register())
    event.subject_id = 10**9
    concern = Concern(cast.people["brightpath_sales"].pk, cast.seats["brightpath_sales"].pk, "deal.commented", event)
    assert reasons_to_withhold([concern]) == [Withheld.SIGHT]


def test_questions_cost_the_same_for_one_and_for_fifty_recipients(cast):
    deal = cast.register()

    def concerns(number):
        found = []
        for count in range(number):
            person = make_person(f"p{count}-{number}@brightpath.example", f"P {count}")
            seat = Seat.objects.create(person=person, partner=cast.brightpath, role="sales")
            found.append(Concern(person.pk, seat.pk, "deal.commented", happened(deal)))
        return found

    costs = []
    for number in (1, 50):
        asked = concerns(number)
        with CaptureQueriesContext(connection) as taken:
            assert reasons_to_withhold(asked) == [None] * number
        costs.append(len(taken))
    assert costs[0] == costs[1] <= 6


def test_bell_hides_the_words_of_what_one_may_no_longer_open(cast, browse):
    deal = cast.register()
    tell(cast, happened(deal), COMMENTED, "brightpath_sales", customer="Castellan Secret")
    client = browse("brightpath_sales")
    assert "Castellan Secret" in client.get("/notifications/").content.decode()
    Enrollment.objects.filter(partner=cast.brightpath).update(status=EnrollmentStatus.SUSPENDED)
    page = client.get("/notifications/").content.decode()
    assert "Castellan Secret" not in page
    assert "You can no longer open what this was about" in page
    assert Notification.objects.count() == 1
