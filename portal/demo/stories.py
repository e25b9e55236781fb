"""One deal's life, told in the order of time: each verb leaves what the service of the same name would have left."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from dealreg import events
from dealreg.enums import CommentAudience, DeclineReason, LostReason, Outcome, ProtectionState, Status
from dealreg.models import Comment, Conflict, Deal, DealFile, DealLine, Protection, Ruling
from dealreg.rules import competes, overlap
from portal.demo.world import REMINDER_DAYS
from prm.kernel.clocks import add_working_hours, working_hours_between
from prm.kernel.money import shown

if TYPE_CHECKING:
    from accounts.models import Account
    from partners.models import Seat
    from portal.demo.world import Member
    from prm.kernel.recording import EventKind


CHANGEABLE = {field.name: field.verbose_name for field in Deal._meta.fields}


@dataclass(slots=True)
class Happening:
    """An event to be written.

    link: a row, yet without a key, that its data refers to. apart: a person whom nobody tells of it.
    """

    at: datetime
    kind: EventKind
    deal: Deal
    seat: Seat | None
    before: dict[str, Any] = field(default_factory=dict)
    after: dict[str, Any] = field(default_factory=dict)
    data: dict[str, Any] = field(default_factory=dict)
    link: Comment | DealFile | None = None
    apart: int | None = None


class Impossible(Exception):
    """The story breaks a rule that the services hold; the demo's content is wrong."""


@dataclass(slots=True)
class Story:
    """A deal with every row that belongs to it."""

    member: Member
    deal: Deal
    owner: Seat
    account: Account
    blocked: bool = False
    earlier: int = 0
    held: bool = False
    by_rule: Ruling | None = None
    free_from: datetime | None = None
    lines: list[DealLine] = field(default_factory=list)
    conflicts: list[Conflict] = field(default_factory=list)
    protections: list[Protection] = field(default_factory=list)
    rulings: list[Ruling] = field(default_factory=list)
    comments: list[Comment] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)

    # --- what the line for a customer needs to know

    def contends_at(self, at: datetime) -> bool:
        """Whether it is in line for, or holds, protection at a moment."""
        return (
            competes(self.deal.part)
            and self.deal.submitted_at <= at
            and (self.free_from is None or self.free_from > at)
        )

    def meets(self, families: list[int]) -> bool:
        """Whether it is for one of the product families."""
        return overlap(self.deal.families, families, self.member.side.everything.pk)

    # --- the vendor's verbs

    def take(self, at: datetime, seat: Seat) -> None:
        """Take up the review."""
        self._move(events.TAKEN, at, seat, status=Status.IN_REVIEW, assignee_id=seat.person_id)
        self.deal.assignee = seat.person

    def ask(self, at: datetime, seat: Seat, fields: list[str], message: str) -> None:
        """Ask for named fields; the clock stops."""
        left = working_hours_between(at, self.deal.due_at, self.deal.vendor.time_zone)
        facts = {"fields": fields, "message": message}
        changes = {"asked_fields": fields, "asked_text": message, "clock_left": left, "assignee_id": seat.person_id}
        self._move(events.ASKED, at, seat, facts, status=Status.INFORMATION_REQUESTED, **changes)

    def approve(self, at: datetime, seat: Seat, message: str = "") -> None:
        """Approve, and protect whoever sells."""
        deal = self.deal
        until = at + timedelta(days=deal.protection_days)
        self._move(
            events.APPROVED,
            at,
            seat,
            {"message": message, "overtook": ""},
            status=Status.APPROVED,
            decided_at=at,
            decided_by_id=seat.person_id,
            decision_text=message,
            protected_from=at,
            protected_until=until,
            **_nothing_asked(),
        )
        deal.decided_by = seat.person
        if competes(deal.part):
            self.protections = [
                Protection(
                    deal=deal,
                    vendor=deal.vendor,
                    partner=deal.partner,
                    enrollment=deal.enrollment,
                    account=deal.account,
                    family_id=family,
                    starts_at=at,
                    ends_at=until,
                )
                for family in deal.families
            ]

    def decline(self, at: datetime, seat: Seat, reason: str, message: str) -> None:
        """Decline with a reason."""
        facts = {"reason": str(DeclineReason(reason).label), "message": message}
        self._move(
            events.DECLINED,
            at,
            seat,
            facts,
            status=Status.DECLINED,
            decided_at=at,
            decided_by_id=seat.person_id,
            decline_reason=reason,
            decision_text=message,
            **_nothing_asked(),
        )
        self.deal.decided_by = seat.person
        self.free_from = at

    def note(self, at: datetime, seat: Seat, text: str) -> None:
        """Write a note for the vendor only."""
        self._say(at, seat, text, CommentAudience.VENDOR, events.NOTED)

    # --- the partner's verbs

    def answer(self, at: datetime, message: str, **answers: Any) -> None:
        """Answer; the clock runs on."""
        due = add_working_hours(at, max(self.deal.clock_left or 0, 1), self.deal.vendor.time_zone)
        changes = {**answers, "due_at": due, "clock_left": None, "asked_fields": [], "asked_text": ""}
        self._move(
            events.ANSWERED,
            at,
            self.owner,
            {"message": message, "fields": sorted(answers)},
            status=Status.IN_REVIEW,
            **changes,
        )

    def withdraw(self, at: datetime, message: str = "") -> None:
        """Withdraw; place in line and protection are free."""
        self._move(events.WITHDRAWN, at, self.owner, {"message": message}, status=Status.WITHDRAWN)
        self._release(at)

    def win(self, at: datetime, value: Decimal, remark: str = "") -> None:
        """Win at a value."""
        facts = {"value": shown(value, self.deal.currency), "remark": remark}
        self._move(
            events.WON,
            at,
            self.owner,
            facts,
            outcome=Outcome.WON,
            closed_value=value,
            closed_on=at.date(),
            outcome_text=remark,
        )
        # A won deal keeps its protection until it ends.
        self.free_from = self.free_from or max([at, *(protection.ends_at for protection in self.protections)])

    def lose(self, at: datetime, reason: str, remark: str = "") -> None:
        """Lose; protection is free."""
        deal = self.deal
        facts = {"reason": str(LostReason(reason).label), "remark": remark}
        held = deal.status == Status.APPROVED and deal.protected_until is not None and deal.protected_until > at
        self._move(
            events.LOST,
            at,
            self.owner,
            facts,
            outcome=Outcome.LOST,
            lost_reason=reason,
            closed_on=at.date(),
            outcome_text=remark,
            protected_until=at if held else deal.protected_until,
        )
        self._release(at)

    def change(self, at: datetime, **changes: Any) -> None:
        """Change what the partner may change."""
        self.pass_time(at)
        before = {name: getattr(self.deal, name) for name in changes}
        labels = ", ".join(str(CHANGEABLE[name]) for name in changes)
        self._write(changes)
        self.happenings.append(
            Happening(at, events.CHANGED, self.deal, self.owner, before, dict(changes), {"fields": labels})
        )

    def comment(self, at: datetime, seat: Seat, text: str) -> None:
        """Write what both sides read."""
        self._say(at, seat, text, CommentAudience.SHARED, events.COMMENTED)

    # --- what happens by itself

    def pass_time(self, at: datetime) -> None:
        """Let happen what workers did until a moment: late clocks, reminders, ends of protection."""
        deal = self.deal
        waits = deal.status in {Status.SUBMITTED, Status.IN_REVIEW}
        if waits and deal.due_at + timedelta(seconds=40) <= at and deal.escalated_at is None:
            deal.escalated_at = deal.due_at + timedelta(seconds=40)
            self._happen(events.OVERDUE, deal.escalated_at)
        if deal.status != Status.APPROVED or deal.outcome != Outcome.OPEN or deal.protected_until is None:
            return
        remind = deal.protected_until - timedelta(days=REMINDER_DAYS)
        if remind <= at and deal.reminded_at is None:
            deal.reminded_at = remind
            self._happen(events.EXPIRING, remind, days=REMINDER_DAYS)
        if deal.protected_until + timedelta(seconds=30) <= at:
            ended = deal.protected_until + timedelta(seconds=30)
            self._transition(events.EXPIRED, ended, None, {}, {"status": Status.EXPIRED})
            self.free_from = ended
            self._end(ProtectionState.EXPIRED)

    def settle(self, now: datetime) -> None:
        """Let time pass until now, and retire what has ended."""
        self.pass_time(now)
        for protection in self.protections:
            if protection.state == ProtectionState.LIVE and protection.ends_at <= now:
                protection.state = ProtectionState.EXPIRED

    # --- writing it down

    def _move(
        self, kind: EventKind, at: datetime, seat: Seat | None, data: dict[str, Any] | None = None, /, **changes: Any
    ) -> None:
        self.pass_time(at)
        self._transition(kind, at, seat, data or {}, changes)

    def _transition(
        self, kind: EventKind, at: datetime, seat: Seat | None, data: dict[str, Any], changes: dict[str, Any]
    ) -> None:
        if self.happenings and at < self.happenings[-1].at:
            raise Impossible(f"{self.deal} {kind.name}: {at} is before {self.happenings[-1].kind.name}")
        before = {name: getattr(self.deal, name) for name in changes}
        self._write(changes)
        self.happenings.append(Happening(at, kind, self.deal, seat, before, dict(changes), data))

    def _write(self, changes: dict[str, Any]) -> None:
        for name, value in changes.items():
            setattr(self.deal, name, value)
        self.deal.revision += 1

    def _happen(self, kind: EventKind, at: datetime, **data: Any) -> None:
        facts = {**data, "reference": self.deal.reference, "customer": self.deal.customer_name}
        self.happenings.append(Happening(at, kind, self.deal, None, data=facts))

    def _say(self, at: datetime, seat: Seat, text: str, audience: str, kind: EventKind) -> None:
        self.pass_time(at)
        deal = self.deal
        said = Comment(
            deal=deal,
            vendor=deal.vendor,
            partner=deal.partner,
            enrollment=deal.enrollment,
            person=seat.person,
            audience=audience,
            text=text,
            created_at=at,
        )
        self.comments.append(said)
        facts = {"reference": deal.reference, "customer": deal.customer_name}
        self.happenings.append(Happening(at, kind, deal, seat, data=facts, link=said))

    def _release(self, at: datetime) -> None:
        self.free_from = min(self.free_from, at) if self.free_from else at
        self._end(ProtectionState.RELEASED)

    def _end(self, state: str) -> None:
        for protection in self.protections:
            if protection.state == ProtectionState.LIVE:
                protection.state = state


@dataclass(slots=True)
class Shelf:
    """A vendor's stories so far, and those about each account."""

    stories: list[Story] = field(default_factory=list)
    _about: dict[int, list[Story]] = field(default_factory=lambda: defaultdict(list))

    def add(self, story: Story) -> None:
        """Put a story at the end."""
        self.stories.append(story)
        self._about[id(story.account)].append(story)

    def contending(self, account: Account, at: datetime) -> list[Story]:
        """Return the stories that are in line for, or hold, protection of an account at a moment."""
        return [story for story in self._about.get(id(account), ()) if story.contends_at(at)]


def _nothing_asked() -> dict[str, Any]:
    return {"asked_fields": [], "asked_text": "", "clock_left": None}
