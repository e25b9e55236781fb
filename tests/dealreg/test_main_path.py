"""The main path through services and workers: register, review, decide, tell."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from activity.mailing import send_due
from activity.models import Delivery, Event, Mail, Notification
from activity.relay import drain
from dealreg.enums import Status
from dealreg.models import Deal, Protection
from dealreg.services import (
    answer_request,
    approve_deal,
    ask_for_information,
    decline_deal,
    register_deal,
    separate_customer,
    withdraw_deal,
)
from prm.kernel.errors import RuleViolation


def test_registration_that_is_clean_is_approved_and_everyone_is_told(cast):
    deal = cast.register()
    assert deal.status == Status.SUBMITTED
    assert deal.value == 162_000
    assert deal.discount == 18
    drain()
    assert Notification.objects.filter(person=cast.people["northwind_approver"]).count() == 1
    deal = approve_deal(actor=cast.actor("northwind_approver"), deal=deal)
    assert deal.status == Status.APPROVED
    assert deal.protected_until - deal.protected_from == timedelta(days=120)
    assert Protection.objects.live().get().deal == deal
    drain()
    assert not Delivery.objects.dead().exists(), Delivery.objects.dead().values("error")
    assert not Delivery.objects.due(timezone.now() + timedelta(days=1)).exists()
    mail = Mail.objects.get(person=cast.people["brightpath_sales"])
    assert mail.template == "deal_approved"
    assert "Castellan Foods GmbH" in mail.text
    assert "Castellan Foods GmbH" in mail.html
    assert send_due() > 0
    with deal.files.get().content.open() as letter:
        assert letter.read(5) == b"%PDF-"


def test_second_partner_with_another_spelling_waits_in_line_and_cannot_be_protected(cast):
    first = cast.register()
    second = cast.register(
        "kappel_sales", "kappel_northwind", customer_name="CASTELLAN-FOODS", customer_domain="", customer_country="DE"
    )
    assert second.status == Status.IN_REVIEW
    assert second.account == first.account
    approver = cast.actor("northwind_approver")
    with pytest.raises(RuleViolation) as early:
        approve_deal(actor=approver, deal=second)
    assert early.value.code == "earlier_in_line"
    approve_deal(actor=approver, deal=first)
    with pytest.raises(RuleViolation) as taken:
        approve_deal(actor=approver, deal=second)
    assert taken.value.code == "protected_already"
    second.refresh_from_db()
    assert second.status == Status.IN_REVIEW
    assert Event.objects.filter(kind="deal.approved").count() == 1
    withdraw_deal(actor=cast.actor("brightpath_sales"), deal=first)
    assert approve_deal(actor=approver, deal=second).status == Status.APPROVED


def test_customer_that_only_looks_alike_can_be_set_apart(cast):
    approver = cast.actor("northwind_approver")
    first = cast.register()
    approve_deal(actor=approver, deal=first)
    second = cast.register(
        "kappel_sales",
        "kappel_northwind",
        customer_name="Castellan Food Ltd",
        customer_domain="",
        customer_country="GB",
    )
    assert second.status == Status.IN_REVIEW
    assert second.account_link == "likely"
    separate_customer(actor=approver, deal=second, reason="Another company, in Leeds.")
    assert approve_deal(actor=approver, deal=second).status == Status.APPROVED


def test_all_families_exclude_each_one(cast):
    approver = cast.actor("northwind_approver")
    everything = cast.register(lines=(), value=1000)
    approve_deal(actor=approver, deal=everything)
    one = cast.register("kappel_sales", "kappel_northwind")
    with pytest.raises(RuleViolation):
        approve_deal(actor=approver, deal=one)


def test_question_stops_the_clock_and_answer_starts_it(cast):
    approver, seller = cast.actor("northwind_approver"), cast.actor("brightpath_sales")
    deal = cast.register()
    deal = ask_for_information(actor=approver, deal=deal, fields=["title"], message="Which plant?")
    assert deal.clock_left == pytest.approx(48, abs=0.1)
    with pytest.raises(RuleViolation):
        answer_request(actor=seller, deal=deal, answers={"value": 3})
    deal = answer_request(actor=seller, deal=deal, answers={"title": "Kassel plant"})
    assert (deal.status, deal.title, deal.asked_fields) == (Status.IN_REVIEW, "Kassel plant", [])
    declined = decline_deal(actor=approver, deal=deal, reason="too_small", message="Below 20,000.")
    assert declined.status == Status.DECLINED


def test_submitting_twice_makes_one_deal(cast):
    registration = cast.registration()
    seller = cast.actor("brightpath_sales")
    first, second = (register_deal(actor=seller, registration=registration) for _ in range(2))
    assert first.pk == second.pk
    assert Deal.objects.count() == 1
    assert Event.objects.filter(kind="deal.submitted").count() == 1
