"""Prospects: adding, duplicates, states, the invitation's link, and who sees them."""

from __future__ import annotations

import pytest
from django.http import Http404

from activity.models import Event, Mail
from onboarding.enums import ProspectState
from onboarding.invitations import prospect_of, token_of
from onboarding.models import Prospect
from onboarding.services.prospects import (
    assign_prospect,
    change_prospect,
    contact_prospect,
    drop_prospect,
    invite_prospect,
    note_applied,
    reopen_prospect,
)
from partners.models import PartnerDomain
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from tests.cast import Cast
from tests.onboarding.recruits import open_form, prospect, publish

pytestmark = pytest.mark.django_db

MAIL = {"contact_email": "ines@castellan.example", "contact_name": "Ines Rothmann"}


def test_a_prospect_is_scored_with_its_reasons(cast: Cast) -> None:
    publish(cast)
    found = prospect(cast, website="www.castellan.example")
    assert (found.score, found.domain, found.state) == (100, "castellan.example", ProspectState.FOUND)
    assert [reason["criterion"] for reason in found.reasons] == ["kind", "where", "web"]
    changed = change_prospect(
        actor=cast.actor("northwind_manager"), prospect=found, details={"country": "FR"}, revision=0
    )
    assert changed.score == 70
    event = Event.objects.get(kind="prospect.changed")
    assert (event.before, event.after) == ({"country": "DE"}, {"country": "FR"})


def test_one_domain_once_per_program(cast: Cast) -> None:
    prospect(cast, website="castellan.example")
    with pytest.raises(RuleViolation, match="is on the list already") as refused:
        prospect(cast, "Castellan Again", website="https://shop.castellan.example/x")
    assert (refused.value.field, Prospect.objects.count()) == ("website", 1)
    other = prospect(cast, "Other", website="other.example")
    with pytest.raises(RuleViolation, match="is on the list already"):
        change_prospect(
            actor=cast.actor("northwind_manager"), prospect=other, details={"website": "castellan.example"}, revision=0
        )
    other.refresh_from_db()
    assert other.domain == "other.example"


def test_a_partner_of_the_own_program_is_no_prospect_and_one_elsewhere_is_not_told(cast: Cast) -> None:
    PartnerDomain.objects.create(partner=cast.kappel, domain="kappel.example")
    with pytest.raises(RuleViolation, match="Kappel uses the domain"):
        prospect(cast, "Kappel", website="kappel.example")
    # Isle works with Halden alone by now: Northwind must not learn of it.
    from_elsewhere = cast.enrollments["isle_northwind"]
    from_elsewhere.delete()
    PartnerDomain.objects.create(partner=cast.isle, domain="isle.example")
    assert prospect(cast, "Isle", website="isle.example").pk


@pytest.mark.parametrize(
    ("details", "field"),
    [
        ({"name": " "}, "name"),
        ({"country": "XX"}, "country"),
        ({"type": "wizard"}, "type"),
        ({"industries": ["gardening"]}, "industries"),
        ({"contact_email": "nobody"}, "contact_email"),
        ({"website": "not a site"}, "website"),
        ({"state": "applied"}, "state"),
        ({"note": "x" * 2001}, "note"),
    ],
)
def test_what_is_not_possible_is_refused_at_its_field(cast: Cast, details: dict[str, object], field: str) -> None:
    before = Event.objects.count()
    with pytest.raises(RuleViolation) as refused:
        prospect(cast, **{"name": "Castellan", **details})
    assert refused.value.field == field
    assert (Prospect.objects.count(), Event.objects.count()) == (0, before)


def test_the_invitation_leads_to_the_prospect_as_long_as_it_is_invited(cast: Cast) -> None:
    open_form(cast)
    found, actor = prospect(cast, **MAIL), cast.actor("northwind_manager")
    assert prospect_of(token_of(found)) is None
    invited = invite_prospect(actor=actor, prospect=found, words="We met in Lyon.")
    mail = Mail.objects.get(template="prospect_invited")
    token = token_of(invited)
    assert mail.to == "ines@castellan.example"
    assert "We met in Lyon." in mail.text
    assert "/apply/northwind/partners/?invitation=" in mail.text
    assert prospect_of(token) == invited
    assert prospect_of(token[:-1]) is None
    assert prospect_of("") is None
    drop_prospect(actor=actor, prospect=invited)
    assert prospect_of(token) is None


def test_no_invitation_without_an_address_or_while_the_form_is_closed(cast: Cast) -> None:
    actor, found = cast.actor("northwind_manager"), prospect(cast, **MAIL)
    with pytest.raises(RuleViolation, match="takes no applications"):
        invite_prospect(actor=actor, prospect=found)
    open_form(cast)
    without = prospect(cast, "Nobody There")
    with pytest.raises(RuleViolation, match="no contact’s e-mail"):
        invite_prospect(actor=actor, prospect=without)
    assert not Mail.objects.exists()
    assert set(Prospect.objects.values_list("state", flat=True)) == {ProspectState.FOUND}


def test_the_way_of_a_prospect(cast: Cast) -> None:
    actor, found = cast.actor("northwind_manager"), prospect(cast)
    assert contact_prospect(actor=actor, prospect=found).state == ProspectState.CONTACTED
    with pytest.raises(Conflict):
        contact_prospect(actor=actor, prospect=found)
    drop_prospect(actor=actor, prospect=found)
    assert reopen_prospect(actor=actor, prospect=found).state == ProspectState.FOUND
    owner = cast.people["northwind_approver"]
    assert assign_prospect(actor=actor, prospect=found, owner=owner).owner == owner
    with pytest.raises(RuleViolation, match="your own people"):
        assign_prospect(actor=actor, prospect=found, owner=cast.people["halden_manager"])


def test_an_application_finds_its_prospect_by_link_or_domain(cast: Cast) -> None:
    task, program = system(cast.northwind.vendor.pk), cast.northwind.program
    by_domain, by_link = prospect(cast, website="castellan.example"), prospect(cast, "Mail Only")
    assert note_applied(actor=task, program=program, domain="unknown.example") is None
    assert note_applied(actor=task, program=program, domain="castellan.example") == by_domain
    assert note_applied(actor=task, program=program, domain="elsewhere.example", prospect=by_link) == by_link
    assert set(Prospect.objects.values_list("state", flat=True)) == {ProspectState.APPLIED}
    again = Event.objects.filter(kind="prospect.applied").count()
    note_applied(actor=task, program=program, domain="castellan.example")
    assert Event.objects.filter(kind="prospect.applied").count() == again == 2


def test_an_application_to_another_vendor_touches_nothing_here(cast: Cast) -> None:
    found = prospect(cast, website="castellan.example")
    halden = system(cast.halden.vendor.pk)
    assert note_applied(actor=halden, program=cast.halden.program, domain="castellan.example", prospect=found) is None
    found.refresh_from_db()
    assert found.state == ProspectState.FOUND


def test_who_may_not_work_on_prospects(cast: Cast) -> None:
    found = prospect(cast)
    with pytest.raises(Forbidden):
        contact_prospect(actor=cast.actor("northwind_approver"), prospect=found)
    for stranger in ("halden_manager", "brightpath_administrator", "operator"):
        with pytest.raises(Http404):
            contact_prospect(actor=cast.actor(stranger), prospect=found)
    found.refresh_from_db()
    assert found.state == ProspectState.FOUND
