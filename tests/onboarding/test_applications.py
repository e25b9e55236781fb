"""From the public form to a decision: what works, and what is refused without a trace."""

from __future__ import annotations

from activity.models import Event, Mail
from onboarding.enums import ApplicationState
from onboarding.models import Application
from onboarding.services import applications
from partners.enums import EnrollmentStatus
from partners.models import Enrollment, Invitation, Partner, PartnerDomain
from tests.onboarding.applying import address_of, apply, link_in, open_form, send


def test_from_the_form_to_a_partner(cast, client):
    form = open_form(cast.northwind)
    assert client.get(address_of(form)).status_code == 200
    assert send(client, form)["Location"] == "/apply/sent/"
    row = Application.objects.get()
    assert (row.state, row.submitted_at, row.domain) == (ApplicationState.UNCONFIRMED, None, "castellan.example")
    assert not Application.objects.visible_to(cast.actor("northwind_manager")).exists()
    link = link_in()
    assert "Confirm and send" in client.get(link).content.decode()
    row.refresh_from_db()
    assert row.state == ApplicationState.UNCONFIRMED
    client.post(f"{link}confirm/")
    client.post(f"{link}confirm/")
    row.refresh_from_db()
    assert row.state == ApplicationState.SUBMITTED
    assert Event.objects.filter(kind="application.submitted").count() == 1
    assert "Northwind Robotics has your application" in client.get(link).content.decode()
    applications.approve_application(actor=cast.actor("northwind_approver"), application=row, message="Welcome!")
    row.refresh_from_db()
    assert (row.state, row.decided_by) == (ApplicationState.APPROVED, cast.people["northwind_approver"])
    partner = Partner.objects.get(name="Castellan Automation")
    assert (row.partner, partner.type, partner.industries) == (partner, "services", ["food", "logistics"])
    assert PartnerDomain.objects.get(partner=partner).is_verified
    assert Enrollment.objects.get(partner=partner).status == EnrollmentStatus.ACTIVE
    invitation = Invitation.objects.get(partner=partner)
    assert (invitation.email, invitation.role) == ("ines@castellan.example", "administrator")
    assert Mail.objects.filter(template="invitation", to="ines@castellan.example").count() == 1
    assert "Welcome!" in client.get(link).content.decode()


def test_by_services(cast):
    row = apply(open_form(cast.northwind))
    assert row.state == ApplicationState.SUBMITTED
