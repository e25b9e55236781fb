"""Importing partners: recognised among the vendor's own only, enrolled, changed, undone; administrators wait."""

from __future__ import annotations

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from activity.models import Event, Mail
from imports.registry import KINDS
from imports.services import import_rows, start_import, start_undo, upload_list
from jobs import queue
from jobs.services import start_job
from partners.jobs import SEND_HELD
from partners.models import Enrollment, Invitation, Partner, PartnerDomain, Program, Seat
from partners.services import send_held_invitation
from prm.kernel.actors import Role
from prm.kernel.errors import Conflict, Forbidden
from standing.models import Standing, TierSpan

HEADING = "name,country,domains,external id,manager,since,tier,admin email,admin name,industries,status,type\n"
NEW = (
    "Castor Robotics,DE,castor.example,P-1,manager@northwind.example,2021-05-01,Silver,ada@castor.example,Ada,"
    "food; retail,active,services\n"
)


def upload(cast, content, persona="northwind_manager"):
    file = SimpleUploadedFile("partners.csv", content.encode())
    run = upload_list(actor=cast.actor(persona), kind=KINDS["partners"], upload=file)
    queue.work_off()
    run.refresh_from_db()
    return run


def bring_in(cast, content, persona="northwind_manager"):
    run = start_import(actor=cast.actor(persona), run=upload(cast, content, persona))
    queue.work_off()
    run.refresh_from_db()
    return run


def undo(cast, run):
    run = start_undo(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    return run


def figures(run):
    return run.created, run.updated, run.unchanged, run.refused


def test_new_partner_is_enrolled_with_all_that_its_row_says_and_nobody_is_mailed(cast):
    mails = Mail.objects.count()
    run = bring_in(cast, HEADING + NEW)
    assert figures(run) == (1, 0, 0, 0), run.errors
    enrollment = Enrollment.objects.select_related("partner").get(external_id="P-1")
    partner = enrollment.partner
    assert (partner.name, partner.type, partner.industries) == ("Castor Robotics", "services", ["food", "retail"])
    assert enrollment.manager == cast.people["northwind_manager"]
    assert enrollment.enrolled_at.astimezone().date() in {date(2021, 4, 30), date(2021, 5, 1)}
    assert list(partner.domains.values_list("domain", "is_verified")) == [("castor.example", False)]
    standing = Standing.objects.get(enrollment=enrollment)
    assert (standing.tier.slug, standing.earned.slug, standing.why) == ("silver", "silver", "taken over by import")
    invitation = Invitation.objects.held().get()
    assert (invitation.email, invitation.name, invitation.role) == ("ada@castor.example", "Ada", Role.ADMINISTRATOR)
    assert Mail.objects.count() == mails
    assert Event.objects.filter(kind="partner.enrolled", enrollment_id=enrollment.pk).count() == 1


def test_check_says_exactly_what_the_import_does_and_writes_nothing(cast):
    bring_in(cast, HEADING + NEW)
    before = Partner.objects.count()
    listed = (
        HEADING
        + NEW
        + "Castor Robotics,DE,,P-1x,,,,,,,,\nCastor Robotics,DE,,P-1,,,,,,,,\nKappel,DE,,K-9,,,,,,,,\n"
        + "Nowhere,Narnia,,,,,,,,,,\nBoss,DE,,,boss@halden.example,,,,,,,\nGold,DE,,,,,Gold,,,,,\n"
        + "Gmail,DE,gmail.com,,,,,,,,,\n"
    )
    run = upload(cast, listed)
    # Another number is another partner, though its name is the same; the row with the same number is a twin.
    assert run.expected == {"new": 1, "changed": 1, "unchanged": 1, "refused": 5, "rows": 8}
    assert Partner.objects.count() == before
    run = start_import(actor=cast.actor("northwind_manager"), run=run)
    queue.work_off()
    run.refresh_from_db()
    assert figures(run) == (1, 1, 1, 5)
    assert cast.enrollments["kappel_northwind"].external_id == ""
    assert Enrollment.objects.get(pk=cast.enrollments["kappel_northwind"].pk).external_id == "K-9"
    reasons = " ".join(error["reason"] for error in run.errors)
    assert all(word in reasons for word in ("Narnia", "boss@halden.example", "Gold", "gmail.com"))


@pytest.mark.parametrize(
    "row", ["Kappel GmbH,DE,,,,,,,,,,", "KAPPEL,Germany,kappel.example,,,,,,,,,", "Whoever,DE,kappel.example,,,,,,,,,"]
)
def test_own_partner_is_known_by_domain_and_by_name_without_legal_form(cast, row):
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    run = bring_in(cast, HEADING + row + "\n")
    assert figures(run) == (0, 0, 1, 0), "somebody works there: its profile stays"
    cast.kappel.refresh_from_db()
    assert cast.kappel.name == "Kappel"


def test_partner_of_another_vendor_is_as_unknown_as_one_that_does_not_exist(cast):
    """The same list, once with such a partner at the other vendor and once without, has the same outcome."""
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example", is_verified=True)
    listed = HEADING + "Kappel,DE,kappel.example,K-1,,,,manager@kappel.example,Kim,,,\n"
    listed += "Unheard,DE,unheard.example,U-1,,,,manager@unheard.example,Uma,,,\n"
    run = bring_in(cast, listed, "halden_manager")
    assert figures(run) == (2, 0, 0, 0)
    assert not Enrollment.objects.filter(vendor=cast.halden.vendor, partner=cast.kappel).exists()
    made = Partner.objects.filter(enrollments__vendor=cast.halden.vendor, enrollments__external_id__in=["K-1", "U-1"])
    endings = [len(partner.slug.rpartition("-")[2]) for partner in made]
    assert endings == [6, 6], "an address that counts would tell that the name is taken"
    assert Partner.objects.get(pk=cast.kappel.pk).slug == "kappel"


def test_profile_changes_while_nobody_works_there_and_is_the_partners_own_afterwards(cast):
    bring_in(cast, HEADING + NEW)
    run = bring_in(cast, HEADING + NEW.replace("Castor Robotics", "Castor Automation"))
    assert figures(run) == (0, 1, 0, 0)
    partner = Partner.objects.get(name="Castor Automation")
    Seat.objects.create(person=cast.people["nobody"], partner=partner, role=Role.ADMINISTRATOR)
    run = bring_in(cast, HEADING + NEW)
    assert figures(run) == (0, 0, 1, 0)
    partner.refresh_from_db()
    assert partner.name == "Castor Automation"


def test_undo_removes_what_it_made_and_brings_back_what_it_changed(cast):
    enrollment = cast.enrollments["kappel_northwind"]
    before = (Partner.objects.count(), Enrollment.objects.count(), PartnerDomain.objects.count())
    run = undo(cast, bring_in(cast, HEADING + NEW + "Kappel,DE,,K-9,,,,,,,,\n"))
    assert run.state == "undone"
    assert (Partner.objects.count(), Enrollment.objects.count(), PartnerDomain.objects.count()) == before
    assert not Invitation.objects.exists()
    assert not TierSpan.objects.filter(why="taken over by import").exists()
    enrollment.refresh_from_db()
    assert enrollment.external_id == ""


def test_undo_leaves_a_partner_whose_administrator_was_invited_by_now(cast):
    run = bring_in(cast, HEADING + NEW)
    send_held_invitation(actor=cast.actor("northwind_manager"), invitation=Invitation.objects.get())
    run = undo(cast, run)
    assert Partner.objects.filter(name="Castor Robotics").exists()
    assert run.undo_job.figures["kept"] >= 1


def test_held_invitations_are_sent_by_a_job_once_and_only_the_vendors_own(cast):
    bring_in(cast, HEADING + NEW)
    bring_in(cast, HEADING + NEW.replace("manager@northwind.example", "").replace("Silver", ""), "halden_manager")
    start_job(actor=cast.actor("northwind_manager"), kind=SEND_HELD, title="Send")
    queue.work_off()
    assert Invitation.objects.held().get().issuer == cast.halden.vendor
    sent = Invitation.objects.get(issuer=cast.northwind.vendor)
    assert (sent.sendings, sent.mail.to, sent.is_open) == (1, "ada@castor.example", True)
    with pytest.raises(Conflict):
        send_held_invitation(actor=cast.actor("northwind_manager"), invitation=sent)


def test_held_invitation_is_not_sent_once_somebody_works_there(cast):
    bring_in(cast, HEADING + NEW)
    held = Invitation.objects.get()
    Seat.objects.create(person=cast.people["nobody"], partner=held.partner, role=Role.ADMINISTRATOR)
    mails = Mail.objects.count()
    with pytest.raises(Conflict):
        send_held_invitation(actor=cast.actor("northwind_manager"), invitation=held)
    assert Mail.objects.count() == mails
    assert Invitation.objects.held().get() == held


def test_partner_in_two_programs_is_one_record_with_two_enrollments(cast):
    vendor = cast.northwind.vendor
    Program.objects.create(vendor=vendor, name="Alliances", slug="alliances")
    heading = "name,country,external id,program\n"
    run = bring_in(cast, heading + "Pollux,FR,P-7,partners\nPollux,FR,P-7,Alliances\nRhea,FR,,\n")
    assert figures(run) == (2, 0, 0, 1)
    assert "Say in which program" in run.errors[0]["reason"]
    partner = Partner.objects.get(name="Pollux")
    assert sorted(partner.enrollments.values_list("external_id", flat=True)) == ["", "P-7"]
    assert figures(bring_in(cast, heading + "Pollux,FR,P-7,partners\nPollux,FR,P-7,Alliances\n")) == (0, 0, 2, 0)


def test_rows_by_the_api_are_taken_as_a_list_is(cast):
    rows = [{"name": "Vega", "country": "NO", "external_id": "V-1"}, {"name": "Vega", "country": "NO"}]
    first, second = import_rows(actor=cast.actor("northwind_manager"), kind=KINDS["partners"], rows=rows)
    assert (first.outcome, second.outcome) == ("new", "refused")
    assert Enrollment.objects.get(pk=first.object_id).partner.name == "Vega"


@pytest.mark.parametrize("persona", ["northwind_approver", "northwind_executive", "brightpath_administrator"])
def test_who_does_not_import_partners_is_refused_and_nothing_changes(cast, persona):
    before = Partner.objects.count()
    with pytest.raises(Forbidden):
        upload_list(
            actor=cast.actor(persona),
            kind=KINDS["partners"],
            upload=SimpleUploadedFile("partners.csv", (HEADING + NEW).encode()),
        )
    assert Partner.objects.count() == before
