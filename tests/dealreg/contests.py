"""What the walks over registrations do about protection that is released, offered, moved and appealed for."""

from __future__ import annotations

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, invariant, rule

from activity.models import Event
from dealreg import events, services
from dealreg.enums import Outcome, Status
from dealreg.models import Appeal, Deal, Extension, Protection, ProtectionOffer

FIRST, OTHER = "northwind_approver", "northwind_manager"
SETTLED = (events.OFFER_ENDED.name, events.APPEAL_LAPSED.name)


def settled() -> int:
    """Return how often an offer or an appeal ended with something else, as events of their own."""
    return Event.objects.filter(kind__in=SETTLED).count()


def letter() -> SimpleUploadedFile:
    return SimpleUploadedFile("letter.pdf", b"%PDF-1.4 with them", content_type="application/pdf")


class Contests:
    """Rules that are mixed into the walks. What an outcome leaves is read from the rows, and must fit together."""

    deals = Bundle("deals")
    actors: dict[str, Any]
    known: dict[int, Any]
    frozen: dict[int, set[int]]
    """For each open appeal, who was protected when it was made."""

    def contested(self: Any, deal: Deal) -> bool:
        """Whether somebody else's appeal about the customer is open."""
        return Appeal.objects.filter(deal__in=[row.pk for row, _known in self.rivals(deal)]).open().exists()

    def follow(self: Any) -> None:
        """Take over what the rows say, where they fit together."""
        self.events = Event.objects.count()
        live: dict[int, int] = {}
        for deal_id in Protection.objects.live().values_list("deal", flat=True):
            live[deal_id] = live.get(deal_id, 0) + 1
        waiting = dict(Extension.objects.all().waiting().values_list("deal", "days"))
        for deal in Deal.objects.order_by("pk"):
            known = self.known[deal.pk]
            if deal.is_protected and deal.outcome == Outcome.OPEN:
                assert live.get(deal.pk) == len(deal.families), "protected without protection"
            if deal.status != Status.APPROVED:
                assert deal.pk not in live, "protection without approval"
            known.status, known.until, known.holds = deal.status, deal.protected_until, deal.pk in live
            known.asked = waiting.get(deal.pk, 0)

    @rule(pk=deals)
    def relinquish(self: Any, pk: int) -> None:
        pk = self.rather(pk, lambda known: known.holds)
        known = self.known[pk]
        refusal = "" if known.status == Status.APPROVED else "state_changed"
        refusal = refusal or ("deal_closed" if known.outcome != Outcome.OPEN else "")
        refusal = refusal or ("" if known.holds and known.until > timezone.now() else "not_protected")
        actor, deal = self.actors[known.persona], self.deal(pk)
        give_up = services.relinquish_protection
        if self.attempt(lambda: give_up(actor=actor, deal=deal, reason="No budget."), refusal=refusal):
            self.follow()
            assert (known.status, known.holds) == (Status.EXPIRED, False)

    @rule(pk=deals, refusing=st.booleans())
    def appeal(self: Any, pk: int, refusing: bool) -> None:
        if refusing:  # chance alone comes by a refused extension too seldom
            pk = self.rather(pk, lambda known: known.asked)
            waiting = Extension.objects.filter(deal=pk).waiting().first()
            first = self.actors[FIRST]
            if waiting and self.attempt(
                lambda: services.refuse_extension(actor=first, extension=waiting, message="No."), refusal=""
            ):
                self.known[pk].asked = 0
        else:
            pk = self.rather(pk, lambda known: known.status == Status.DECLINED)
        deal = self.deal(pk)
        holders = {row.pk for row, known in self.rivals(deal) if known.holds}
        actor = self.actors[self.known[pk].persona]
        made = self.attempt(lambda: services.appeal_decision(actor=actor, deal=deal, reason="Look again."))
        if made:
            self.frozen[made.pk] = holders
            self.follow()

    @rule(pk=deals, how=st.sampled_from(("overturn", "overturn", "settle", "uphold", "withdraw", "own")))
    def answer_appeal(self: Any, pk: int, how: str) -> None:
        found = list(Appeal.objects.all().open().order_by("pk"))
        if not found:
            return
        appeal = found[pk % len(found)]
        other, known = self.actors[OTHER], self.known[appeal.deal_id]
        said = {"appeal": appeal, "message": "Looked at it."}
        days = 1 if appeal.extension_id else None
        ways = {
            "overturn": lambda: services.overturn_decision(actor=other, **said),
            "settle": lambda: services.settle_appeal(actor=other, days=days, **said),
            "uphold": lambda: services.uphold_decision(actor=other, **said),
            "withdraw": lambda: services.withdraw_appeal(actor=self.actors[known.persona], appeal=appeal),
            "own": lambda: services.uphold_decision(actor=self.actors[FIRST], **said),
        }
        before = known.status
        refusal = "own_decision" if how == "own" and appeal.first_decider_id == self.actors[FIRST].person_id else None
        if self.attempt(ways[how], refusal=refusal):
            self.follow()
            self.touched = appeal.deal_id
            if how == "overturn":
                assert known.status == Status.APPROVED
            elif how in {"uphold", "withdraw"}:
                assert known.status == before
            if how in {"uphold", "withdraw"} and before == Status.APPROVED and appeal.clock_left:
                assert known.until == timezone.now() + appeal.clock_left

    @rule(pk=deals)
    def override(self: Any, pk: int) -> None:
        pk = self.rather(pk, lambda known: known.waits and known.sells)
        deal = self.deal(pk)
        how = {"deal": deal, "upload": letter(), "reason": "Their letter of 3 May."}
        done = self.attempt(lambda: services.override_protection(actor=self.actors[FIRST], **how))
        if done:
            self.follow()
            assert self.known[pk].holds

    @rule(pk=deals, how=st.sampled_from(("accept", "refuse", "leave")))
    def offer(self: Any, pk: int, how: str) -> None:
        self.attempt(lambda: services.offer_next(self.deal(pk)) or True)
        self.follow()
        offer = ProtectionOffer.objects.all().open().order_by("pk").first()
        if offer is None or how == "leave":
            return
        actor = self.actors[self.known[offer.deal_id].persona]
        answer = services.accept_offer if how == "accept" else services.refuse_offer
        if self.attempt(lambda: answer(actor=actor, offer=offer)):
            self.follow()

    @invariant()
    def nobody_is_protected_while_somebody_appeals(self: Any) -> None:
        if not self.frozen:
            return
        for appeal in Appeal.objects.filter(pk__in=self.frozen).open().select_related("deal"):
            now = {row.pk for row, known in self.rivals(appeal.deal) if known.holds and appeal.deal.part == "sell"}
            assert now <= self.frozen[appeal.pk], "somebody else got the protection meanwhile"

    @invariant()
    def an_offer_is_open_for_who_waits_and_an_appeal_is_decided_by_another(self: Any) -> None:
        for deal_id in ProtectionOffer.objects.all().open().values_list("deal", flat=True):
            assert self.known[deal_id].status in {"submitted", "in_review", "information_requested"}
        for first, decider in Appeal.objects.all().decided().values_list("first_decider", "decided_by"):
            assert decider is not None
            assert first != decider
