"""More time under protection: who may ask, when, with which proof, what granting moves, and what ends a request."""

from __future__ import annotations

from datetime import timedelta

import pytest
import time_machine
from django.db import IntegrityError, transaction
from django.http import Http404
from django.utils import timezone

from activity.models import Event, Mail, Notification
from activity.relay import drain
from dealreg import services
from dealreg.enums import ExtensionState, Status
from dealreg.models import Deal, Extension, Policy, Protection
from dealreg.registrations import LineInput
from prm.kernel.errors import Conflict, Forbidden, RuleViolation

SELLER, APPROVER = "brightpath_sales", "northwind_approver"
ENDINGS = {
    "withdraw": lambda cast, deal: services.withdraw_deal(actor=cast.actor(SELLER), deal=deal),
    "lose": lambda cast, deal: services.lose_deal(
        actor=cast.actor(SELLER), deal=deal, reason="price", closed_on=timezone.localdate()
    ),
    "win": lambda cast, deal: services.win_deal(
        actor=cast.actor(SELLER), deal=deal, value=1, closed_on=timezone.localdate()
    ),
    "expire": lambda cast, deal: (
        Deal.objects.filter(pk=deal.pk).update(protected_until=timezone.now()),
        services.expire_protections(),
    ),
}


def protected(cast, days=10, **changes):
    """A protected deal with something on record, whose protection ends in some days."""
    deal = cast.register(**changes)
    services.approve_deal(actor=cast.actor(APPROVER), deal=deal, days=days)
    services.add_comment(actor=cast.actor(SELLER), deal=deal, text="They asked for a second visit.")
    drain()
    deal.refresh_from_db()
    return deal


def ask(cast, deal, persona=SELLER, **changes):
    request = services.Request(**{"days": 20, "reason": "The board meets on the 14th.", **changes})
    return services.ask_extension(actor=cast.actor(persona), deal=deal, request=request)


def rules(cast, **figures):
    Policy.objects.filter(pk=cast.northwind.policy.pk).update(**figures)


def everything():
    rows = [list(model.objects.order_by("pk").values()) for model in (Deal, Protection, Extension)]
    return rows, Event.objects.count()


def refused(call):
    """Call what must be refused, without a trace; returns the refusal."""
    before = everything()
    with pytest.raises(RuleViolation) as refusal, transaction.atomic():
        call()
    assert everything() == before
    return refusal.value


def test_granting_moves_the_deals_day_and_every_protection_and_the_partner_is_told(cast):
    side = cast.northwind
    deal = protected(cast, lines=(LineInput(side.robot.pk, 2), LineInput(side.sensor.pk, 2)))
    until = deal.protected_until
    asked = ask(cast, deal)
    drain()
    assert [each["kind"] for each in asked.activity] == ["deal.commented"]
    assert Mail.objects.filter(person=cast.people[APPROVER], template="deal_extension_asked").count() == 1
    granted = services.grant_extension(actor=cast.actor(APPROVER), extension=asked, message="Good luck.")
    drain()
    deal.refresh_from_db()
    assert (granted.state, granted.until, deal.protected_until) == ("granted", *[until + timedelta(days=20)] * 2)
    ends = list(Protection.objects.live().filter(deal=deal).values_list("ends_at", flat=True))
    assert ends == [deal.protected_until] * 2
    mail = Mail.objects.get(person=cast.people[SELLER], template="deal_extended")
    assert "Good luck." in mail.text
    kinds = list(Event.objects.about(deal).values_list("kind", flat=True)[:2])
    assert kinds == ["deal.extended", "deal.extension_asked"]
    again = refused(lambda: services.grant_extension(actor=cast.actor(APPROVER), extension=asked))
    assert (again.code, again.status) == ("state_changed", 409)


def test_refusing_needs_a_reason_which_the_partner_reads_and_leaves_the_clock_alone(cast):
    deal = protected(cast)
    asked = ask(cast, deal)
    actor = cast.actor(APPROVER)
    none = refused(lambda: services.refuse_extension(actor=actor, extension=asked, message=" "))
    assert (none.code, none.field) == ("required", "message")
    services.refuse_extension(actor=actor, extension=asked, message="Show us an offer first.")
    drain()
    assert Deal.objects.get(pk=deal.pk).protected_until == deal.protected_until
    told = Mail.objects.get(person=cast.people[SELLER], template="deal_extension_refused")
    assert "Show us an offer first." in told.text
    # It doesn't count: with better proof it may be asked again.
    assert ask(cast, deal).state == ExtensionState.REQUESTED


def test_who_may_not_and_who_does_not_see_it(cast):
    deal = protected(cast)
    asked = ask(cast, deal)
    services.withdraw_extension(actor=cast.actor("brightpath_administrator"), extension=asked)
    before = everything()
    for persona, error in (("kappel_sales", Http404), ("halden_manager", Http404), ("brightpath_marketing", Forbidden)):
        with pytest.raises(error):
            ask(cast, deal, persona)
    waiting = ask(cast, deal)
    assert Extension.objects.visible_to(cast.actor("kappel_sales")).count() == 0
    for persona, error in (("northwind_finance", Forbidden), (SELLER, Forbidden), ("halden_approver", Http404)):
        with pytest.raises(error):
            services.grant_extension(actor=cast.actor(persona), extension=waiting)
    assert everything()[0][:2] == before[0][:2]


@pytest.mark.parametrize(
    ("figures", "request_", "code", "field"),
    [
        ({}, {"days": 31}, "days_out_of_range", "days"),
        ({}, {"days": 0}, "days_out_of_range", "days"),
        ({}, {"reason": "  "}, "required", "reason"),
        ({}, {"evidence": "x" * 2001}, "too_long", "evidence"),
        ({"extensions_most": 0}, {}, "no_extensions", ""),
    ],
)
def test_what_the_rules_do_not_give_is_refused(cast, figures, request_, code, field):
    deal = protected(cast)
    rules(cast, **figures)
    refusal = refused(lambda: ask(cast, deal, **request_))
    assert (refusal.code, refusal.field) == (code, field)


def test_one_waits_and_no_more_are_granted_than_the_rules_give(cast):
    deal = protected(cast)
    first = ask(cast, deal)
    second = refused(lambda: ask(cast, deal))
    assert (second.code, second.status) == ("asked_already", 409)
    with pytest.raises(IntegrityError), transaction.atomic():
        Extension.objects.create(
            deal=deal, vendor_id=deal.vendor_id, partner_id=deal.partner_id, enrollment_id=deal.enrollment_id,
            days=1, reason="Again", asked_by=cast.people[SELLER],
        )  # fmt: skip
    for asked in (first, None):
        services.grant_extension(actor=cast.actor(APPROVER), extension=asked or ask(cast, deal))
    third = refused(lambda: ask(cast, deal))
    assert third.code == "extended_enough"
    assert "2 times" in str(third.message)


def test_after_the_end_it_is_refused_with_the_day_whether_workers_came_or_not(cast):
    deal = protected(cast, days=10)
    day = timezone.localtime(deal.protected_until)
    with time_machine.travel(deal.protected_until + timedelta(minutes=1), tick=False):
        early = refused(lambda: ask(cast, deal))
        assert services.expire_protections() == 1
        late = refused(lambda: ask(cast, deal))
    assert early.code == late.code == "protection_ended"
    assert early.message == late.message
    assert str(day.year) in str(late.message)
    assert "Register the deal again" in str(late.message)


def test_a_request_that_waits_at_the_end_cannot_be_granted_any_more(cast):
    deal = protected(cast, days=10)
    asked = ask(cast, deal)
    with time_machine.travel(deal.protected_until + timedelta(minutes=1), tick=False):
        late = refused(lambda: services.grant_extension(actor=cast.actor(APPROVER), extension=asked))
    assert (late.code, late.status) == ("protection_ended", 409)


@pytest.mark.parametrize("ending", ENDINGS)
def test_whatever_ends_the_protection_ends_the_request(cast, ending):
    deal = protected(cast)
    asked = ask(cast, deal)
    ENDINGS[ending](cast, deal)
    asked.refresh_from_db()
    assert asked.state == ExtensionState.LAPSED
    assert Event.objects.about(deal).filter(kind="deal.extension_lapsed").count() == 1


def test_without_activity_proof_is_asked_for_and_only_the_partners_own_counts(cast):
    deal = cast.register()
    services.approve_deal(actor=cast.actor(APPROVER), deal=deal)
    services.add_comment(actor=cast.actor(APPROVER), deal=deal, text="How does it stand?")
    bare = refused(lambda: ask(cast, deal))
    assert (bare.code, bare.field) == ("proof_needed", "evidence")
    assert ask(cast, deal, evidence="Offer 4711 of Monday.").activity == []
    services.withdraw_extension(actor=cast.actor(SELLER), extension=Extension.objects.get())
    deal.refresh_from_db()
    change = {"stage": "proposal"}
    services.change_deal(actor=cast.actor(SELLER), deal=deal, changes=change, revision=deal.revision)
    assert [each["fields"] for each in ask(cast, deal).activity] == [["stage"]]


@pytest.mark.parametrize(
    ("by_rule", "evidence_days", "rival", "granted"),
    [(True, 30, False, True), (False, 30, False, False), (True, 0, False, False), (True, 30, True, False)],
)
def test_a_rule_extends_what_is_alive_where_it_may_and_nobody_waits(cast, by_rule, evidence_days, rival, granted):
    rules(cast, extends_by_rule=by_rule, evidence_days=evidence_days)
    deal = protected(cast)
    if rival:
        cast.register("kappel_sales", "kappel_northwind")
    asked = ask(cast, deal)
    drain()
    drain()
    asked.refresh_from_db()
    assert (asked.state == ExtensionState.GRANTED, asked.by_rule, asked.decided_by) == (granted, granted, None)
    told = Notification.objects.filter(kind="deal.extension_asked").count()
    assert bool(told) is not granted
    if granted:
        assert "2026-3" in asked.decision_text
        assert "Comment on" in Mail.objects.get(person=cast.people[SELLER], template="deal_extended").text


def test_the_holder_learns_nothing_of_who_waits(cast):
    rules(cast, extends_by_rule=True)
    deal = protected(cast)
    rival = cast.register("kappel_sales", "kappel_northwind")
    refuse = ask(cast, deal)
    drain()
    services.refuse_extension(actor=cast.actor(APPROVER), extension=refuse, message="Not now.")
    drain()
    actor = cast.actor(SELLER)
    read = str(
        [
            *Event.objects.visible_to(actor).values("before", "after", "data", "kind"),
            *Notification.objects.visible_to(actor).values("facts"),
            *Mail.objects.visible_to(actor).values("subject", "text"),
            *Extension.objects.visible_to(actor).values(),
        ]
    )
    assert "Not now." in read
    for secret in (rival.reference, "Kappel", "kappel"):
        assert secret not in read
    assert Status(Deal.objects.get(pk=rival.pk).status) == Status.IN_REVIEW


def test_conflict_carries_the_deal(cast):
    deal = protected(cast)
    ask(cast, deal)
    with pytest.raises(Conflict) as conflict:
        ask(cast, deal)
    assert conflict.value.fresh == deal
