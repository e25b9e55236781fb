"""Moving in from another system: rehearsed without a trace, run with mails muted, reported, undone."""

from __future__ import annotations

import csv
import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from accounts.models import Account
from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.models import Deal, Protection, TakenOver
from dealreg.services.taking_over import welcome_owner
from jobs import queue
from partners.models import Enrollment, Invitation, Partner, Seat
from partners.services import Newcomer, accept_invitation, send_held_invitation
from portal.cutover.services import REHEARSE, RUN, UNDO, begin_cutover, end_cutover, start_step, take_list
from portal.models import Cutover
from prm.kernel.actors import ANONYMOUS, Role, system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

TODAY = timezone.localdate()
LATER, LONG_AGO, LATELY = TODAY + timedelta(days=60), TODAY - timedelta(days=40), TODAY - timedelta(days=30)
PARTNERS = "name,country,external id,tier,admin email\nCastor,DE,P-1,Silver,ada@castor.example\nPollux,FR,P-2,,\n"
PEOPLE = "email,name,partner,role\nsam@castor.example,Sam,P-1,sales\nlea@pollux.example,Lea,Pollux,administrator\n"
PEOPLE += "who@nowhere.example,Who,P-404,sales\n"
HEADING = "reference,partner,customer,country,value,close date,submitted,approved,protected until,owner\n"
DEALS = (
    HEADING
    + f"D-1,P-1,Castellan Foods GmbH,DE,48000,{LATER},{LONG_AGO},{LATELY},{LATER},sam@castor.example\n"
    + f"D-2,P-2,Orbit Logistics,FR,9000,{LATER},{LATELY},,,\n"
    + f"D-3,P-2,Castellan Foods GmbH,DE,7000,{LATER},{LONG_AGO},{LATELY},{LATER},\n"
    + f"D-4,P-404,Nobody AG,DE,7000,{LATER},{LATELY},,,\n"
    + f"D-5,P-2,Old Ltd,GB,7000,{LATER},{LONG_AGO},{LONG_AGO},{LATELY},\n"
)
LISTS = {"partners": PARTNERS, "cutover-people": PEOPLE, "cutover-deals": DEALS}


def manager(cast):
    return cast.actor("northwind_manager")


def begin(cast, lists=LISTS) -> Cutover:
    cutover = begin_cutover(actor=manager(cast))
    for kind, content in lists.items():
        file = SimpleUploadedFile(f"{kind}.csv", content.encode())
        take_list(actor=manager(cast), cutover=cutover, kind=kind, upload=file)
    queue.work_off()
    return cutover


def step(cast, cutover, kind) -> Cutover:
    start_step(actor=manager(cast), cutover=cutover, kind=kind)
    queue.work_off()
    cutover.refresh_from_db()
    assert cutover.job.state == "done", cutover.job.error
    return cutover


def move_in(cast) -> Cutover:
    return step(cast, step(cast, begin(cast), REHEARSE), RUN)


def everything():
    models = (Partner, Enrollment, Invitation, Deal, TakenOver, Protection, Account, Mail, Notification)
    return {model.__name__: model.objects.count() for model in models}


def test_rehearsal_tries_all_lists_together_and_leaves_no_trace(cast):
    before = everything()
    cutover = step(cast, begin(cast), REHEARSE)
    counts = {kind: found["counts"] for kind, found in cutover.rehearsal.items()}
    assert (counts["partners"]["new"], counts["partners"]["refused"]) == (2, 0)
    assert (counts["cutover-people"]["new"], counts["cutover-people"]["refused"]) == (2, 1)
    # The two that hang on partners of the first list are fine; a collision, an unknown partner and an ended one aren't.
    assert (counts["cutover-deals"]["new"], counts["cutover-deals"]["refused"]) == (2, 3)
    reasons = " ".join(reason for reason, _count in cutover.rehearsal["cutover-deals"]["reasons"])
    assert "is protected for this customer" in reasons
    assert "none of your partners" in reasons
    assert "protection has ended" in reasons
    assert everything() == before
    assert not Event.objects.filter(kind__in=["deal.taken_over", "partner.enrolled"]).exists()


def test_run_does_what_the_rehearsal_said_and_tells_nobody(cast):
    cutover = step(cast, begin(cast), REHEARSE)
    told = (Mail.objects.count(), Notification.objects.exclude(kind__startswith="job").count())
    step(cast, cutover, RUN)
    drain()
    runs = {each.kind: each.run for each in cutover.lists.select_related("run")}
    for kind, found in cutover.rehearsal.items():
        assert (runs[kind].created, runs[kind].refused) == (found["counts"]["new"], found["counts"]["refused"])
    deal = Deal.objects.get(taken_over__reference="D-1")
    assert (deal.status, timezone.localdate(deal.submitted_at)) == ("approved", LONG_AGO)
    assert timezone.localdate(deal.protected_until) == LATER
    assert Protection.objects.live().filter(deal=deal).count() == 1
    assert Deal.objects.get(taken_over__reference="D-2").status == "submitted"
    assert Event.objects.filter(kind="deal.taken_over").count() == 2
    assert (Mail.objects.count(), Notification.objects.exclude(kind__startswith="job").count()) == told
    assert set(Invitation.objects.held().values_list("email", "role")) == {
        ("ada@castor.example", "administrator"),
        ("sam@castor.example", "sales"),
        ("lea@pollux.example", "administrator"),
    }


def test_other_vendor_is_told_as_ever_and_ours_again_after_the_end(cast):
    cutover = begin(cast, {})
    cast.register()
    drain()
    assert not Notification.objects.filter(event__vendor_id=cast.northwind.vendor.pk).exists()
    cast.register(enrollment="brightpath_halden", lines=(), value=1000)
    drain()
    assert Notification.objects.filter(event__vendor_id=cast.halden.vendor.pk).exists()
    end_cutover(actor=manager(cast), cutover=cutover)
    cast.register(customer_name="Somebody Else AG", customer_domain="")
    drain()
    assert Notification.objects.filter(event__vendor_id=cast.northwind.vendor.pk).exists()


def test_invitations_wait_for_the_end_of_the_cut_over(cast):
    cutover = move_in(cast)
    held = Invitation.objects.get(email="sam@castor.example")
    with pytest.raises(Conflict):
        send_held_invitation(actor=manager(cast), invitation=held)
    assert Invitation.objects.held().count() == 3
    end_cutover(actor=manager(cast), cutover=cutover)
    assert send_held_invitation(actor=manager(cast), invitation=held).is_open


def test_people_of_a_list_join_one_after_the_other_and_get_their_deals(cast):
    end_cutover(actor=manager(cast), cutover=move_in(cast))
    for held in Invitation.objects.held().filter(partner__name="Castor"):
        send_held_invitation(actor=manager(cast), invitation=held)
    for sent in Invitation.objects.filter(partner__name="Castor").select_related("mail").order_by("email"):
        token = re.search(r"/invitations/([\w-]+)/", sent.mail.text)[1]
        newcomer = Newcomer(name=sent.email, password="a-long-enough-Pass-1")
        accept_invitation(actor=ANONYMOUS, token=token, newcomer=newcomer)
    drain()
    assert Seat.objects.filter(partner__name="Castor").count() == 2
    assert Deal.objects.get(taken_over__reference="D-1").owner.email == "sam@castor.example"


def test_deals_go_to_their_owner_who_arrives(cast):
    move_in(cast)
    deal = Deal.objects.get(taken_over__reference="D-1")
    assert deal.owner == cast.people["northwind_manager"], "a stand-in until the owner is here"
    person = cast.people["nobody"]
    person.email = "sam@castor.example"
    person.save()
    seat = Seat.objects.create(person=person, partner=deal.partner, role=Role.SALES)
    assert welcome_owner(actor=system(None), person=person, seat=seat) == 1
    deal.refresh_from_db()
    assert deal.owner == person
    assert welcome_owner(actor=system(None), person=person, seat=seat) == 0


def test_undo_brings_back_exactly_what_was_there(cast):
    before = everything()
    step(cast, move_in(cast), UNDO)
    assert everything() == before


def test_undo_leaves_what_something_newer_refers_to(cast):
    cutover = move_in(cast)
    partner = Deal.objects.get(taken_over__reference="D-2").partner
    Seat.objects.create(person=cast.people["nobody"], partner=partner, role=Role.ADMINISTRATOR)
    step(cast, cutover, UNDO)
    assert Partner.objects.filter(pk=partner.pk).exists()
    assert not Partner.objects.filter(name="Castor").exists()
    assert cutover.job.figures["kept"] >= 1


def test_report_says_what_became_of_each_row(cast, browse):
    move_in(cast)
    response = browse("northwind_manager").get(reverse("console:cutover-report"))
    text = b"".join(response.streaming_content) if response.streaming else response.content
    rows = list(csv.reader(StringIO(text.decode("utf-8-sig"))))
    assert len(rows) == 1 + 2 + 3 + 5
    outcomes = [row[3] for row in rows[1:]]
    assert (outcomes.count("New"), outcomes.count("Refused")) == (6, 4)


def test_page_leads_through_the_steps(cast, browse):
    client = browse("northwind_manager")
    page = client.get(reverse("console:cutover"))
    assert b"Begin a cut-over" in page.content
    client.post(reverse("console:cutover-begin"))
    file = SimpleUploadedFile("partners.csv", PARTNERS.encode())
    assert client.post(reverse("console:cutover-list", args=["partners"]), {"file": file}).status_code == 302
    queue.work_off()
    client.post(reverse("console:cutover-rehearse"))
    queue.work_off()
    page = client.get(reverse("console:cutover")).content.decode()
    assert "Import it all" in page
    client.post(reverse("console:cutover-run"))
    queue.work_off()
    client.post(reverse("console:cutover-end"))
    assert Enrollment.objects.filter(external_id="P-1").exists()
    assert Cutover.objects.get().ended_at is not None


def test_what_was_not_rehearsed_is_not_run(cast):
    cutover = begin(cast)
    with pytest.raises(RuleViolation, match="Rehearse it first"):
        start_step(actor=manager(cast), cutover=cutover, kind=RUN)


def test_one_at_a_time_and_only_by_partner_managers(cast):
    begin(cast, {})
    with pytest.raises(Conflict):
        begin_cutover(actor=manager(cast))
    for persona in ("northwind_approver", "brightpath_administrator", "operator"):
        with pytest.raises(Forbidden):
            begin_cutover(actor=cast.actor(persona))
    assert Cutover.objects.count() == 1
