"""Whether a protection can be extended, what speaks for it, and what the desk suggests: rules that say why."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from activity.models import Event
from dealreg import events
from dealreg.enums import Outcome, Status
from dealreg.rules import Advice, Suggestion, competes
from prm.kernel.actors import PARTNER_ROLES
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from dealreg.models import Deal, Policy

MOST_SHOWN = 5
FIGURES = ("extension_days", "extensions_most", "evidence_days", "extends_by_rule")
PROVES = ("stage", "next_step", "next_step_on")


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """How much longer a deal can stay protected, by the policy that it was registered under.

    days: per extension, at most; most, granted: extensions per deal; evidence_days: of activity that count as proof, 0
    where none is asked for; by_rule: whether a rule may grant it.
    """

    policy: str
    days: int
    most: int
    granted: int
    evidence_days: int
    by_rule: bool

    @property
    def left(self) -> int:
        """How many extensions are left."""
        return max(self.most - self.granted, 0)


@dataclass(frozen=True, slots=True)
class Sign:
    """Something that shows that a deal is alive: the event's kind, the fields that changed, and when."""

    kind: str
    at: datetime
    fields: tuple[str, ...] = field(default=())

    def as_data(self) -> dict[str, Any]:
        """Return it as JSON takes it."""
        return {"kind": self.kind, "at": self.at.isoformat(), "fields": list(self.fields)}

    @property
    def sentence(self) -> str:
        """It in words."""
        day = date_format(timezone.localtime(self.at), "DATE_FORMAT")
        if self.kind == events.COMMENTED.name:
            return _("Comment on %(day)s") % {"day": day}
        if self.kind == events.FILE_ADDED.name:
            return _("File on %(day)s") % {"day": day}
        if "stage" in self.fields:
            return _("New sales stage on %(day)s") % {"day": day}
        return _("Next step on %(day)s") % {"day": day}


def signs_from(data: Sequence[dict[str, Any]]) -> tuple[Sign, ...]:
    """Return the signs that an extension keeps."""
    return tuple(Sign(each["kind"], datetime.fromisoformat(each["at"]), tuple(each["fields"])) for each in data)


def figures_of(policy: Policy | None) -> dict[str, Any]:
    """Return what a policy says of extensions, as `room_of` takes it."""
    return {} if policy is None else {name: getattr(policy, name) for name in FIGURES}


def room_of(deal: Deal, figures: Mapping[str, Any] | None, granted: int) -> Room:
    """Return a deal's room, by its policy's figures; none without a policy."""
    found = figures or dict.fromkeys(FIGURES, 0)
    return Room(
        policy=deal.policy_reference,
        days=found["extension_days"],
        most=found["extensions_most"],
        granted=granted,
        evidence_days=found["evidence_days"],
        by_rule=bool(found["extends_by_rule"]),
    )


def activity_of(deal: Deal, days: int, now: datetime) -> tuple[Sign, ...]:
    """Return what the partner did with a deal in the last days, newest first. One query; none where no days count."""
    if not days:
        return ()
    changed = Q(kind=events.CHANGED.name) & Q(after__has_any_keys=list(PROVES))
    said = Q(kind__in=[events.COMMENTED.name, events.FILE_ADDED.name])
    found = Event.objects.about(deal).filter(
        changed | said, role__in=list(PARTNER_ROLES), occurred_at__gte=now - timedelta(days=days)
    )
    rows = found.values_list("kind", "occurred_at", "after")[:MOST_SHOWN]
    return tuple(
        Sign(kind, at, tuple(name for name in PROVES if name in after) if kind == events.CHANGED.name else ())
        for kind, at, after in rows
    )


def extension_refusal(deal: Deal, room: Room, now: datetime) -> RuleViolation | None:
    """Return why no more time can be asked for a deal, whatever is asked; None where it can."""
    if deal.outcome != Outcome.OPEN:
        return RuleViolation("deal_closed", _("The deal is closed. Open it again first."))
    until = deal.protected_until
    if not competes(deal.part) or until is None or deal.status not in {Status.APPROVED, Status.EXPIRED}:
        return RuleViolation("not_protected", _("This deal isn’t protected: there is nothing to extend."))
    if deal.status == Status.EXPIRED or until <= now:
        return RuleViolation("protection_ended", _ended_words(until, now))
    if not room.most:
        text = _("Rules of engagement %(policy)s give no extensions.") % {"policy": room.policy}
        return RuleViolation("no_extensions", text)
    if not room.left:
        text = ngettext(
            "It was extended once, the most that rules of engagement %(policy)s give.",
            "It was extended %(count)d times, the most that rules of engagement %(policy)s give.",
            room.granted,
        )
        return RuleViolation("extended_enough", text % {"count": room.granted, "policy": room.policy})
    return None


def _ended_words(until: datetime, now: datetime) -> str:
    if until > now:  # it was released before its day
        return _("Its protection has ended. Register the deal again.")
    day = date_format(timezone.localtime(until), "DATE_FORMAT")
    return _("Its protection ended on %(day)s. Register the deal again.") % {"day": day}


def check_request(room: Room, days: int, *, proof: bool) -> None:
    """Refuse days that the rules don't give, and a request without the proof that they ask for.

    Raises:
        RuleViolation: so it is; `field` names what is off.
    """
    if not 1 <= days <= room.days:
        text = _("Between 1 and %(days)d days, by rules of engagement %(policy)s.")
        raise RuleViolation("days_out_of_range", text % {"days": room.days, "policy": room.policy}, "days")
    if room.evidence_days and not proof:
        text = _(
            "Nothing happened with this deal in the last %(days)d days: no comment, file, stage or next step. "
            "Say what shows that it is alive, or add a file."
        )
        raise RuleViolation("proof_needed", text % {"days": room.evidence_days}, "evidence")


def granted_by_rule(room: Room, signs: Sequence[Sign], waiting: int) -> str:
    """Return why a rule extends it at once, "" where a person decides.

    Said to the partner too, so it speaks of the partner's own activity only: that nobody waits stays unsaid.
    """
    if not room.by_rule or not room.evidence_days or not signs or waiting:
        return ""
    text = _("Rules of engagement %(policy)s: active within the last %(days)d days. %(sign)s.")
    return text % {"policy": room.policy, "days": room.evidence_days, "sign": signs[0].sentence}


def suggest_extension(room: Room, days: int, signs: Sequence[Sign], waiting: int) -> Suggestion:
    """Return what the desk suggests for a request. For the vendor only: it says whether others wait."""
    spent = _("Extension %(number)d of %(most)d.") % {"number": room.granted + 1, "most": room.most}
    if waiting and not signs:
        text = ngettext(
            "%(count)d other registration waits for this customer, and nothing is on record since %(days)d days.",
            "%(count)d other registrations wait for this customer, and nothing is on record since %(days)d days.",
            waiting,
        )
        why = text % {"count": waiting, "days": room.evidence_days}
        return Suggestion(Advice.DECLINE, _("Don’t extend: others wait, and nothing happened."), f"{why} {spent}", "")
    if waiting:
        text = ngettext(
            "The deal is alive, but %(count)d other registration waits for this customer.",
            "The deal is alive, but %(count)d other registrations wait for this customer.",
            waiting,
        )
        why = text % {"count": waiting}
        return Suggestion(Advice.COMPARE, _("Weigh it: the deal is alive, and others wait."), f"{why} {spent}", "")
    if not signs:
        why = _("Nobody waits for this customer. Nothing is on record: read the partner’s own words.")
        return Suggestion(Advice.COMPARE, _("Read the proof first."), f"{why} {spent}", "")
    why = _("%(sign)s, and nobody waits for this customer.") % {"sign": signs[0].sentence}
    head = ngettext("Extend by %(days)d day.", "Extend by %(days)d days.", days) % {"days": days}
    return Suggestion(Advice.APPROVE, head, f"{why} {spent}", "")
