"""What the vendor alone may know never reaches an event, mail or notification that the partner reads."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from activity.mailing import send_due
from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg.models import Conflict, Deal, Policy
from dealreg.registrations import LineInput
from dealreg.services import answer_request, approve_deal, ask_for_information, expire_protections, remind_expiring
from prm.kernel.errors import RuleViolation


def partner_reads(cast) -> str:
    actor = cast.actor("kappel_sales")
    rows = [
        *Event.objects.visible_to(actor).values("before", "after", "data", "kind"),
        *Notification.objects.visible_to(actor).values("facts"),
        *Mail.objects.visible_to(actor).values("subject", "text"),
    ]
    return str(rows)


def test_overtaking_and_matching_again_stay_with_the_vendor(cast):
    approver, seller = cast.actor("northwind_approver"), cast.actor("kappel_sales")
    first = cast.register()
    second = cast.register("kappel_sales", "kappel_northwind", customer_name="Castellan Food", customer_domain="")
    ask_for_information(actor=approver, deal=second, fields=["customer_domain"], message="Which website?")
    answer_request(actor=seller, deal=second, answers={"customer_domain": "castellan-foods.example"})
    second.refresh_from_db()
    assert (second.account, second.account_link) == (first.account, "exact")
    approve_deal(actor=approver, deal=second, overtake_reason="Brightpath agreed by phone.")
    drain()
    assert Event.objects.filter(kind__in=["deal.matched_again", "deal.overtook"]).count() == 2
    read = partner_reads(cast)
    assert "deal.approved" in read
    for secret in (
        first.reference,
        "Brightpath agreed",
        "account_id",
        "account_link",
        "exact",
        "overt",
        "matched_again",
    ):
        assert secret not in read


def test_same_partner_again_is_no_conflict(cast):
    cast.register()
    again = cast.register(title="Second plant")
    assert (again.status, Conflict.objects.count()) == ("submitted", 0)


def test_reminder_comes_once_by_the_version_the_deal_was_registered_under(cast):
    deal = approve_deal(actor=cast.actor("northwind_approver"), deal=cast.register())
    other = {"vendor": cast.northwind.vendor, "program": cast.northwind.program, "decision_hours": 24}
    Policy.objects.create(**other, reference="2026-4", valid_from="2026-01-01", reminder_days=100)
    Deal.objects.update(protected_until=timezone.now() + timedelta(days=50))
    assert remind_expiring() == 0
    Deal.objects.update(protected_until=timezone.now() + timedelta(days=10))
    assert (remind_expiring(), remind_expiring()) == (1, 0)
    Deal.objects.update(protected_until=timezone.now() - timedelta(seconds=1))
    assert (expire_protections(), expire_protections()) == (1, 0)
    deal.refresh_from_db()
    assert deal.status == "expired"
    drain()
    seller = cast.people["brightpath_sales"]
    assert list(Mail.objects.filter(person=seller).order_by("id").values_list("template", flat=True)) == [
        "deal_approved",
        "deal_expiring",
        "deal_expired",
    ]


def test_line_break_in_a_name_makes_no_second_mail_header(cast, settings):
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    cast.register(customer_name="Castellan\r\nBcc: everyone@example.com")
    drain()
    assert send_due() > 0
    assert "\n" not in Mail.objects.first().subject
    assert not Mail.objects.exclude(state="sent").exists()


@pytest.mark.parametrize("quantity", [0, -1, 2_000_000])
def test_quantity_out_of_range_is_refused(cast, quantity):

    with pytest.raises(RuleViolation) as refusal:
        cast.register(lines=(LineInput(cast.northwind.robot.pk, quantity),))
    assert refusal.value.field == "lines"
    assert not Deal.objects.exists()
