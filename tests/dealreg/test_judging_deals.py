"""Rules of engagement at work: workers approve, decline and ask, and nobody is overtaken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from activity.models import Delivery, Event, Notification
from activity.relay import drain
from dealreg.engagement import Facts, judge, parse
from dealreg.enums import Status
from dealreg.models import Deal, DealDraft, Protection, Ruling
from dealreg.rulings import replayed
from dealreg.services import answer_request, approve_deal, decline_deal, take_deal
from dealreg.services.ruling import judge_deal
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation
from tests.api_client import Api, token_of
from tests.dealreg.engaged import DEFINITION, changed, engage
from tests.portal.test_partner_register import filled

PLAIN = changed("authorisations", [])
STATED = {"customer_industry": "retail", "customer_employees": "11-50"}
SMALL = {"lines": (), "value": 20_000, "contact_name": "Ines Roth", **STATED}


@pytest.fixture
def engaged(cast):
    """The cast, where Northwind's rules decide what they can."""
    engage(cast.northwind.policy, changed("automation.decline", ["territory", "size"], PLAIN))
    return cast


def settled() -> None:
    """Let workers do what there is."""
    drain()
    assert not Delivery.objects.dead().exists(), list(Delivery.objects.dead().values("error"))


def test_clean_registration_is_approved_by_rule_with_its_clause_and_protected(engaged):
    deal = engaged.register(**SMALL)
    settled()
    deal.refresh_from_db()
    assert (deal.status, deal.decided_by, deal.decision_clause) == (Status.APPROVED, None, "2.4")
    assert deal.ruling.outcome == "approve"
    assert deal.ruling.segment == "Everybody else"
    assert Protection.objects.live().get().deal == deal
    assert not Notification.objects.filter(person=engaged.people["northwind_approver"]).exists()
    assert Event.objects.filter(kind="deal.ruled").count() == 1
    assert all(each.is_equal for each in replayed())
    with pytest.raises(DatabaseError), transaction.atomic():
        Ruling.objects.update(clause="9.9")


def test_rule_never_overtakes_and_never_approves_beside_a_protected_one(engaged):
    large = engaged.register(**{**SMALL, "value": 200_000})
    small = engaged.register("kappel_sales", "kappel_northwind", **SMALL)
    settled()
    found = {each.pk: each for each in Deal.objects.all()}
    assert {each.status for each in found.values()} <= {Status.SUBMITTED, Status.IN_REVIEW}
    assert Ruling.objects.get(deal=small).sentence["code"] == "earlier"
    assert Ruling.objects.get(deal=large).sentence["code"] == "over"
    approve_deal(actor=engaged.actor("northwind_approver"), deal=large)
    third = engaged.register("kappel_sales", "kappel_northwind", **SMALL)
    settled()
    assert Ruling.objects.get(deal=third).sentence["code"] == "held"
    assert Protection.objects.live().get().deal == large


def test_missing_fields_are_asked_for_once_and_the_answer_is_judged(engaged):
    deal = engaged.register(**SMALL, customer_domain="")
    settled()
    deal.refresh_from_db()
    assert (deal.status, deal.asked_fields, deal.assignee) == (
        Status.INFORMATION_REQUESTED,
        ["customer_domain"],
        None,
    )
    seller = engaged.actor("brightpath_sales")
    answer_request(actor=seller, deal=deal, answers={"customer_domain": "castellan-foods.example"})
    settled()
    deal.refresh_from_db()
    assert deal.status == Status.APPROVED
    silent = engaged.register(**{**SMALL, "customer_name": "Otter Mills"}, customer_domain="")
    settled()
    answer_request(actor=seller, deal=silent, answers={}, message="They have none.")
    settled()
    silent.refresh_from_db()
    assert silent.status == Status.IN_REVIEW
    assert Ruling.objects.filter(deal=silent).latest("pk").sentence["code"] == "still_missing"


def test_what_a_person_took_up_a_person_decides(engaged):
    deal = engaged.register(**SMALL)
    take_deal(actor=engaged.actor("northwind_approver"), deal=deal)
    settled()
    deal.refresh_from_db()
    assert deal.status == Status.IN_REVIEW
    assert Ruling.objects.get().sentence["code"] == "taken"


def test_stated_facts_are_refused_at_the_door_with_the_clause(engaged):
    for changes, code, field, clause in (
        ({"value": 100}, "outside_size", "value", "5.1"),
        ({"customer_country": "BR"}, "outside_territory", "customer_country", "4.1"),
    ):
        with pytest.raises(RuleViolation) as refused:
            engaged.register(**{**SMALL, **changes})
        assert (refused.value.code, refused.value.field) == (code, field)
        assert clause in str(refused.value.message)
    assert not Deal.objects.exists()
    assert not Event.objects.filter(kind="deal.submitted").exists()


def test_what_slipped_in_before_the_rule_is_declined_by_it(cast):
    deal = cast.register(**{**SMALL, "value": 100})
    engage(cast.northwind.policy, PLAIN)
    judge_deal(actor=system(cast.northwind.vendor.pk), deal=deal)
    deal.refresh_from_db()
    assert (deal.status, deal.decline_reason, deal.decided_by) == (Status.DECLINED, "too_small", None)
    assert "5.1 Deals are worth 5,000 at least." in deal.decision_text


def test_limits_on_open_registrations_and_resubmissions_hold(engaged):
    engage(engaged.northwind.policy, changed("limits.open", 1, PLAIN))
    first = engaged.register(**SMALL)
    with pytest.raises(RuleViolation) as full:
        engaged.register(**{**SMALL, "customer_name": "Otter Mills", "customer_domain": ""})
    assert full.value.code == "too_many_open"
    approver = engaged.actor("northwind_approver")
    decline_deal(actor=approver, deal=first, reason="not_enough", message="Say more.")
    second = engaged.register(**SMALL)
    decline_deal(actor=approver, deal=second, reason="not_enough", message="Say more.")
    with pytest.raises(RuleViolation) as again:
        engaged.register(**SMALL)
    assert again.value.code == "resubmitted"
    assert Deal.objects.count() == 2


def test_routes_set_the_hours_leave_out_holidays_and_name_who_decides(engaged):
    manager = engaged.people["northwind_manager"]
    engaged.enrollments["brightpath_northwind"].manager = manager
    engaged.enrollments["brightpath_northwind"].save()
    today = timezone.localdate()
    ahead = [(today + timedelta(days=day)).isoformat() for day in range(1, 9)]
    engage(engaged.northwind.policy, changed("holidays", ahead, PLAIN))
    deal = engaged.register(**{**SMALL, "value": 200_000})
    assert deal.due_at.date() > today + timedelta(days=8) or deal.due_at.date() == today
    settled()
    deal.refresh_from_db()
    assert deal.assignee == manager


def test_facts_replay_after_a_round_trip():
    facts = replace(Facts(value="20000.00", currency="EUR"), families=("robots",), ranks={"silver": 1})
    shape = parse(DEFINITION)
    assert judge(shape, Facts.from_data(facts.as_data())) == judge(shape, facts)


def test_page_refuses_with_the_clause_and_loses_nothing_that_was_typed(engaged, browse):
    client = browse("kappel_sales")
    page = client.get(reverse("portal:deal-register")).content.decode()
    assert "id_customer_industry" in page
    enrollment = engaged.enrollments["kappel_northwind"]
    while_typing = {"enrollment": enrollment.pk, "customer_name": "Otter", "customer_country": "BR"}
    assert "Clause 4.1: Brazil" in client.post(reverse("portal:deal-check"), while_typing).content.decode()
    typed = filled(engaged, enrollment=enrollment.pk, value="100", customer_industry="retail")
    refused = client.post(reverse("portal:deal-register"), typed)
    assert refused.status_code == 422
    shown = refused.content.decode()
    assert "Clause 5.1: Its value, " in shown
    assert 'value="retail" selected' in shown
    assert DealDraft.objects.get().content["value"] == "100"
    assert not Deal.objects.exists()


def test_rules_judging_and_rulings_over_the_api(engaged):
    program = engaged.northwind.program.pk
    partner, vendor = (Api(token_of(engaged, persona)) for persona in ("kappel_sales", "northwind_approver"))
    rules = partner.get(f"programs/{program}/rules/").json()
    assert rules["definition"]["size"]["least"] == "5000.00"
    asked = {"customer_country": "DE", "value": "100", "customer_industry": "retail"}
    small = partner.post(f"programs/{program}/judge/", asked).json()
    assert (small["outcome"], small["clause"]) == ("decline", "5.1")
    clean = partner.post(f"programs/{program}/judge/", {**asked, "value": "20000"}).json()
    assert (clean["outcome"], clean["segment"]) == ("approve", "Everybody else")
    vendor.post(f"programs/{program}/judge/", asked, 403)
    deal = engaged.register("kappel_sales", "kappel_northwind", **SMALL)
    settled()
    found = vendor.get(f"deals/{deal.reference}/rulings/").json()["results"]
    assert [(each["outcome"], each["facts"]["value"]) for each in found] == [("approve", "20000.00")]
    partner.get(f"deals/{deal.reference}/rulings/", 403)
    read = partner.get(f"deals/{deal.reference}/").json()
    assert (read["decision_clause"], read["is_decided_by_rule"]) == ("2.4", True)


def test_why_names_product_family_and_tier_as_the_vendor_calls_them(cast, browse):
    needed = [{"family": "robots", "tier": "silver", "clause": "3.1"}]
    engage(cast.northwind.policy, changed("automation.decline", [], changed("authorisations", needed)))
    deal = cast.register("kappel_sales", "kappel_northwind", **STATED)
    settled()
    assert Ruling.objects.get(deal=deal).sentence["code"] == "tier_needed"
    page = browse("northwind_approver").get(deal.get_desk_url()).content.decode()
    assert "Robots takes the tier Silver." in page
    why = Api(token_of(cast, "northwind_approver")).get(f"deals/{deal.reference}/rulings/").json()["results"][0]["why"]
    assert why == "Robots takes the tier Silver."
