"""Random walks over registrations: whatever partners, approvers and time do, the promises of protection hold.

40 walks of 30 steps in every run; `make soak` takes 2,000 of 50, in parts that its processes share.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar

import pytest
import time_machine
from django.db import transaction
from django.http import Http404
from django.utils import timezone
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from accounts.models import Account
from activity.models import Event
from dealreg import events, services
from dealreg.enums import Outcome, Status
from dealreg.models import Deal, Extension, Protection
from dealreg.registrations import LineInput
from dealreg.reports import line_for
from prm.kernel.errors import RuleViolation
from tests.cast import Cast

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SELLERS = {"brightpath_sales": "brightpath_northwind", "kappel_sales": "kappel_northwind"}
APPROVER = "northwind_approver"
CUSTOMERS = (
    {"customer_name": "Castellan Foods GmbH", "customer_domain": "castellan-foods.example"},
    {"customer_name": "CASTELLAN-FOODS", "customer_domain": ""},
    {"customer_name": "Castellan Food Ltd", "customer_domain": "", "customer_country": "GB"},
    {"customer_name": "Orbis Logistik AG", "customer_domain": "orbis.example"},
)
PRODUCTS = ((), ("robot",), ("sensor",), ("robot", "sensor"))
MOST_EXTENSIONS, LONGEST_EXTENSION = 2, 30
SOAK_WALKS, SOAK_PARTS = 2_000, 20
UNDECIDED = {Status.SUBMITTED, Status.IN_REVIEW, Status.INFORMATION_REQUESTED}
STRANGERS = ("halden_approver", "halden_manager", "isle_sales", "brightpath_marketing", "northwind_finance", "operator")


@dataclass
class Known:
    """What this test knows of a deal, kept apart from the code under test."""

    persona: str
    status: str
    sells: bool
    outcome: str = Outcome.OPEN
    until: datetime | None = None
    holds: bool = False
    asked: int = 0
    extended: int = 0

    def ends_request(self) -> int:
        """Let a request for more time lapse with the protection; returns how many events that is."""
        lapsed, self.asked = bool(self.asked), 0
        return int(lapsed)

    @property
    def waits(self) -> bool:
        """Whether it keeps a place in line: undecided, and not lost."""
        return self.status in UNDECIDED and self.outcome != Outcome.LOST


class Registrations(RuleBasedStateMachine):
    """Partners register under several spellings, an approver decides, time passes."""

    cast: ClassVar[Cast]
    actors: ClassVar[dict[str, Any]]
    deals = Bundle("deals")

    def __init__(self) -> None:
        super().__init__()
        self.undo = transaction.atomic()
        self.undo.__enter__()
        self.clock = time_machine.travel(START, tick=False)
        self.now = self.clock.start()
        self.known: dict[int, Known] = {}
        self.events = Event.objects.count()
        self.touched: int | None = None
        self.matched = 0

    def teardown(self) -> None:
        """Check every place in line once more, then leave the database as it was."""
        try:
            for pk in self.known:
                self.check_place(pk)
        finally:
            self.clock.stop()
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    # -- What the test expects

    def rivals(self, deal: Deal) -> list[tuple[Deal, Known]]:
        """Return the other sellers' deals for the same account and overlapping families."""
        everything = self.cast.northwind.everything.pk
        mine = set(deal.families)
        return [
            (other, self.known[other.pk])
            for other in Deal.objects.filter(account_id=deal.account_id).exclude(pk=deal.pk)
            if self.known[other.pk].sells and (mine & set(other.families) or everything in mine | set(other.families))
        ]

    def someone_is_before(self, deal: Deal) -> bool:
        """Whether a rival that waits registered earlier."""
        place = (deal.submitted_at, deal.pk)
        return any(known.waits and (row.submitted_at, row.pk) < place for row, known in self.rivals(deal))

    def refusal_of_approval(self, deal: Deal, *, overtaking: bool) -> str:
        """Return the code with which an approval must be refused, or nothing."""
        known = self.known[deal.pk]
        if known.status not in UNDECIDED:
            return "state_changed"
        if known.outcome == Outcome.LOST:
            return "deal_lost"
        if not known.sells:
            return ""
        if not overtaking and self.someone_is_before(deal):
            return "earlier_in_line"
        held = [other for _row, other in self.rivals(deal) if other.holds and other.until > timezone.now()]
        return "protected_already" if held else ""

    def attempt(self, call: Callable[[], Any], *, refusal: str | None = None, adds: int = 1) -> Any:
        """Call a service; where it refuses, for the expected reason, nothing may have changed.

        refusal: the code expected, "" where it must succeed, None where either may happen. Returns False on refusal.
        """
        before = self.everything()
        try:
            with transaction.atomic():
                done = call()
        except (RuleViolation, Http404) as error:
            code = getattr(error, "code", "out_of_sight")
            assert refusal is None or code == refusal, f"refused with {code}, expected {refusal or 'success'}"
            assert self.everything() == before
            return False
        assert not refusal, f"accepted, expected {refusal}"
        self.events += adds
        return done

    @staticmethod
    def everything() -> tuple[Any, ...]:
        """Return all rows that a refusal must leave alone."""
        return (
            list(Deal.objects.order_by("pk").values()),
            list(Protection.objects.order_by("pk").values()),
            list(Extension.objects.order_by("pk").values()),
            Event.objects.count(),
            Account.objects.count(),
        )

    def deal(self, pk: int) -> Deal:
        """Return the deal, stale on purpose never: services lock and read it again."""
        self.touched = pk
        return Deal.objects.get(pk=pk)

    # -- What people do

    @initialize(target=deals)
    def rivals_are_there_from_the_start(self):
        return multiple(
            self.submit("brightpath_sales", CUSTOMERS[0], (), "sell"),
            self.submit("kappel_sales", CUSTOMERS[1], ("robot",), "sell"),
        )

    @rule(
        target=deals,
        persona=st.sampled_from(sorted(SELLERS)),
        customer=st.sampled_from(CUSTOMERS),
        products=st.sampled_from(PRODUCTS),
        part=st.sampled_from(("sell", "sell", "sell", "refer")),
    )
    def register(self, persona, customer, products, part):
        return self.submit(persona, customer, products, part)

    def submit(self, persona: str, customer: dict[str, str], products: tuple[str, ...], part: str) -> int:
        """Register a deal, which must succeed; returns its id."""
        lines = tuple(LineInput(getattr(self.cast.northwind, name).pk, 2) for name in products)
        registration = self.cast.registration(SELLERS[persona], lines=lines, value=5000, part=part, **customer)
        made = self.attempt(
            lambda: services.register_deal(actor=self.actors[persona], registration=registration), refusal=""
        )
        self.known[made.pk] = Known(persona, made.status, part == "sell")
        assert made.status in {Status.SUBMITTED, Status.IN_REVIEW}
        self.touched = made.pk
        return made.pk

    @rule(pk=deals, overtaking=st.booleans(), days=st.sampled_from((None, 1, 30)))
    def approve(self, pk, overtaking, days):
        deal = self.deal(pk)
        # Who lets one go before another says so in an event of its own.
        overtakes = overtaking and self.known[pk].sells and self.someone_is_before(deal)
        done = self.attempt(
            lambda: services.approve_deal(
                actor=self.actors[APPROVER],
                deal=deal,
                days=days,
                overtake_reason="They were there first." if overtaking else "",
            ),
            refusal=self.refusal_of_approval(deal, overtaking=overtaking),
            adds=1 + overtakes,
        )
        if done:
            known = self.known[pk]
            known.status, known.until, known.holds = Status.APPROVED, done.protected_until, known.sells

    @rule(pk=deals)
    def decline(self, pk):
        self.decide(pk, services.decline_deal, Status.DECLINED, UNDECIDED, reason="other", message="No.")

    @rule(pk=deals)
    def take(self, pk):
        known = self.known[pk]
        refusal = "" if known.status in {Status.SUBMITTED, Status.IN_REVIEW} else "state_changed"
        mine = self.deal(pk).assignee_id == self.actors[APPROVER].person_id
        if known.status == Status.IN_REVIEW and mine:
            refusal = "yours_already"
        if self.attempt(lambda: services.take_deal(actor=self.actors[APPROVER], deal=self.deal(pk)), refusal=refusal):
            known.status = Status.IN_REVIEW

    @rule(pk=deals)
    def ask(self, pk):
        sources = {Status.SUBMITTED, Status.IN_REVIEW}
        asked = {"fields": ["title", "customer_domain"], "message": "Which plant?"}
        self.decide(pk, services.ask_for_information, Status.INFORMATION_REQUESTED, sources, **asked)

    def decide(self, pk: int, service: Any, target: str, sources: set[str], **facts: Any) -> None:
        """Let the approver move a deal; it must work from `sources` and nowhere else."""
        known = self.known[pk]
        refusal = "" if known.status in sources else "state_changed"
        if self.attempt(lambda: service(actor=self.actors[APPROVER], deal=self.deal(pk), **facts), refusal=refusal):
            known.status = target

    @rule(pk=deals, domain=st.sampled_from(("castellan-foods.example", "orbis.example", None)))
    def answer(self, pk, domain):
        known = self.known[pk]
        answers = {"title": "Kassel plant"} if domain is None else {"customer_domain": domain}
        refusal = "" if known.status == Status.INFORMATION_REQUESTED else "state_changed"
        actor, account = self.actors[known.persona], self.deal(pk).account_id
        if self.attempt(
            lambda: services.answer_request(actor=actor, deal=self.deal(pk), answers=answers), refusal=refusal
        ):
            known.status = Status.IN_REVIEW
            # That it is matched with another account is an event of its own, for the vendor only.
            matched = Event.objects.filter(kind=events.MATCHED.name).count()
            self.events += matched - self.matched
            assert (matched > self.matched) >= (self.deal(pk).account_id != account)
            self.matched = matched

    @rule(pk=deals)
    def withdraw(self, pk):
        known = self.known[pk]
        refusal = "" if known.status in UNDECIDED | {Status.APPROVED} else "state_changed"
        if not refusal and known.outcome != Outcome.OPEN:
            refusal = "deal_closed"
        if self.attempt(
            lambda: services.withdraw_deal(actor=self.actors[known.persona], deal=self.deal(pk)), refusal=refusal
        ):
            known.status, known.holds = Status.WITHDRAWN, False
            self.events += known.ends_request()

    @rule(pk=deals, won=st.booleans())
    def win_or_lose(self, pk, won):
        if won:
            self.close(pk, services.win_deal, Outcome.WON, value=Decimal(4000))
        elif self.close(pk, services.lose_deal, Outcome.LOST, reason="price"):
            known = self.known[pk]
            known.holds = False
            if known.status == Status.APPROVED:
                known.until = min(known.until, timezone.now())

    def close(self, pk: int, service: Any, outcome: str, **facts: Any) -> bool:
        """Let the partner close a deal; it must work while it is open and not withdrawn."""
        known = self.known[pk]
        refusal = "state_changed" if known.outcome != Outcome.OPEN else ""
        if not refusal and known.status == Status.WITHDRAWN:
            refusal = "deal_withdrawn"
        actor, day = self.actors[known.persona], timezone.localdate()
        done = self.attempt(lambda: service(actor=actor, deal=self.deal(pk), closed_on=day, **facts), refusal=refusal)
        if done:
            known.outcome = outcome
            self.events += known.ends_request()
        return bool(done)

    # -- More time

    def refusal_of_more(self, known: Known) -> str:
        """Return the code with which more time is refused to a deal, or nothing."""
        if known.outcome != Outcome.OPEN:
            return "deal_closed"
        if not known.sells or known.status not in {Status.APPROVED, Status.EXPIRED}:
            return "not_protected"
        if known.status == Status.EXPIRED or known.until <= timezone.now():
            return "protection_ended"
        return "extended_enough" if known.extended >= MOST_EXTENSIONS else ""

    def rather(self, pk: int, wanted: Callable[[Known], Any]) -> int:
        """Return a deal of which something is true, where there is one: chance alone comes by too seldom."""
        fitting = sorted(each for each, known in self.known.items() if wanted(known))
        return fitting[pk % len(fitting)] if fitting else pk

    @rule(pk=deals, days=st.sampled_from((1, 30, 30, 31)), aimed=st.sampled_from((True, True, False)))
    def ask_for_more(self, pk, days, aimed):
        pk = self.rather(pk, lambda known: known.holds) if aimed else pk
        known = self.known[pk]
        refusal = self.refusal_of_more(known) or ("asked_already" if known.asked else "")
        refusal = refusal or ("days_out_of_range" if days > LONGEST_EXTENSION else "")
        request = services.Request(days=days, reason="They decide late.", evidence="Offer 4711.")
        actor = self.actors[known.persona]
        if self.attempt(
            lambda: services.ask_extension(actor=actor, deal=self.deal(pk), request=request), refusal=refusal
        ):
            known.asked = days

    @rule(pk=deals, how=st.sampled_from(("grant", "grant", "grant", "refuse", "withdraw")))
    def answer_more(self, pk, how):
        pk = self.rather(pk, lambda known: known.asked)
        known, extension = self.known[pk], Extension.objects.filter(deal=pk).order_by("-pk").first()
        if extension is None:
            return
        approver, seller = self.actors[APPROVER], self.actors[known.persona]
        ways = {
            "grant": lambda: services.grant_extension(actor=approver, extension=extension),
            "refuse": lambda: services.refuse_extension(actor=approver, extension=extension, message="No."),
            "withdraw": lambda: services.withdraw_extension(actor=seller, extension=extension),
        }
        refusal = "" if known.asked else "state_changed"
        if not refusal and how == "grant":
            refusal = self.refusal_of_more(known)
        if self.attempt(ways[how], refusal=refusal):
            if how == "grant":
                known.until, known.extended = known.until + timedelta(days=known.asked), known.extended + 1
            known.asked = 0

    @rule(pk=deals)
    def reopen(self, pk):
        known = self.known[pk]
        refusal = "state_changed" if known.outcome == Outcome.OPEN else ""
        if self.attempt(
            lambda: services.reopen_deal(actor=self.actors[known.persona], deal=self.deal(pk)), refusal=refusal
        ):
            known.outcome = Outcome.OPEN

    @rule(pk=deals)
    def separate(self, pk):
        refusal = None if self.known[pk].status in UNDECIDED else "state_changed"
        self.attempt(
            lambda: services.separate_customer(actor=self.actors[APPROVER], deal=self.deal(pk), reason="In Leeds."),
            refusal=refusal,
        )

    @rule(pk=deals, other=deals)
    def confirm(self, pk, other):
        account = self.deal(other).account
        self.attempt(
            lambda: services.confirm_customer(actor=self.actors[APPROVER], deal=self.deal(pk), account=account),
            refusal="" if self.known[pk].status in UNDECIDED else "state_changed",
        )

    @rule(pk=deals, persona=st.sampled_from(STRANGERS), decides=st.booleans())
    def stranger(self, pk, persona, decides):
        act = services.take_deal if decides else services.withdraw_deal
        before = self.everything()
        with pytest.raises((RuleViolation, Http404)):
            act(actor=self.actors[persona], deal=self.deal(pk))
        assert self.everything() == before

    # -- What time does

    @rule(hours=st.sampled_from((1, 30, 24 * 8, 24 * 100, 24 * 130)))
    def pass_time(self, hours):
        self.now.shift(timedelta(hours=hours))

    @rule()
    def workers_run(self):
        ended = [
            known
            for known in self.known.values()
            if known.status == Status.APPROVED
            and known.outcome == Outcome.OPEN
            and (known.until or timezone.now()) <= timezone.now()
        ]
        assert services.expire_protections() == len(ended)
        self.events += len(ended)
        for known in ended:
            known.status, known.holds = Status.EXPIRED, False
            self.events += known.ends_request()

        self.events += services.escalate_overdue() + services.remind_expiring()
        assert services.escalate_overdue() + services.remind_expiring() == 0

    # -- What always holds

    @invariant()
    def rows_are_as_known(self):
        rows = Deal.objects.values_list("pk", "status", "outcome", "clock_left", "protected_until")
        for pk, status, outcome, clock_left, until in rows:
            known = self.known[pk]
            assert (status, outcome) == (known.status, known.outcome)
            assert (clock_left is not None) == (status == Status.INFORMATION_REQUESTED)
            # Who loses gives its protection up at once; nothing may look as if it still ran.
            running = status == Status.APPROVED and until is not None and until > timezone.now()
            assert not known.sells or running == (known.holds and known.until > timezone.now())
        assert len(rows) == len(self.known)

    @invariant()
    def every_accepted_step_left_one_event(self):
        assert Event.objects.count() == self.events

    @invariant()
    def nobody_is_protected_beside_another(self):
        everything = self.cast.northwind.everything.pk
        held: dict[int, dict[int, int]] = {}
        live = Protection.objects.live().select_related("deal")
        for protection in live:
            deal, known = protection.deal, self.known[protection.deal_id]
            assert deal.status == Status.APPROVED
            assert known.holds
            assert (protection.account_id, protection.ends_at) == (deal.account_id, known.until)
            owners = held.setdefault(protection.account_id, {})
            assert protection.family_id not in owners
            owners[protection.family_id] = protection.deal_id
        for owners in held.values():
            assert everything not in owners or set(owners.values()) == {owners[everything]}
        for pk, known in self.known.items():
            if known.holds and known.until > timezone.now():
                assert any(protection.deal_id == pk for protection in live), "approved without protection"

    @invariant()
    def who_asked_is_protected_or_was_until_a_moment_ago(self):
        waiting = dict(Extension.objects.all().waiting().values_list("deal", "days"))
        assert waiting == {pk: known.asked for pk, known in self.known.items() if known.asked}
        assert all(self.known[pk].holds for pk in waiting)
        granted = Extension.objects.all().granted().count()
        assert granted == sum(known.extended for known in self.known.values())

    @invariant()
    def who_is_undecided_has_a_place(self):
        if self.touched is not None:
            self.check_place(self.touched)

    def check_place(self, pk: int) -> None:
        """A seller that waits has its place in line, from 1; nobody else has one."""
        known = self.known[pk]
        place = line_for(Deal.objects.get(pk=pk)).place_of(Deal(pk=pk))
        assert (place is not None) == (known.waits and known.sells)


def walk(cast: Cast, **options: Any) -> None:
    """Run the walks on a cast."""
    Registrations.cast = cast
    Registrations.actors = {persona: cast.actor(persona) for persona in (*SELLERS, APPROVER, *STRANGERS)}
    checks = settings(
        deadline=None,
        database=None,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        **options,
    )
    run_state_machine_as_test(Registrations, settings=checks)


def test_protection_holds_on_every_walk(cast):
    # Without shrinking: it takes minutes against a database. The soak shrinks.
    walk(cast, max_examples=40, stateful_step_count=30, derandomize=True, phases=(Phase.generate,))


@pytest.mark.soak
@pytest.mark.skipif(not os.environ.get("PRM_SOAK"), reason="takes long: `make soak`")
@pytest.mark.parametrize("part", range(SOAK_PARTS))
def test_protection_holds_on_many_long_walks(cast, part):
    walk(cast, max_examples=SOAK_WALKS // SOAK_PARTS, stateful_step_count=50)
