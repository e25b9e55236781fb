"""What happens to leads, and to offers of them.

A lead's own events name the company and are the vendor's alone: a lead belongs to no partner. An offer's events are
shared with its partner, and say nothing of what an offer hides until it is accepted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from activity.registry import event
from prm.kernel.recording import Audience, EventKind

if TYPE_CHECKING:
    from django.utils.functional import Promise


def _lead(
    name: str, sentence: str | Promise, alone: str | Promise = "", icon: str = "lead", tone: str = ""
) -> EventKind:
    return event(f"lead.{name}", sentence, alone=alone, icon=icon, tone=tone, audience=Audience.VENDOR)


ARRIVED = _lead("arrived", _("entered the lead"), _("The lead came in: {source}"), icon="lead")
CHANGED = _lead("changed", _("changed {fields}"), icon="pen")
OFFERED = _lead("offered", _("offered it to {partners}"), _("Offered to {partners}"), icon="out")
ACCEPTED = _lead("accepted", _("accepted it for {partners}"), icon="ok", tone="good")
WORKED = _lead("contacted", _("made first contact"), icon="ask")
GIVEN_BACK = _lead("returned", _("gave it back: {reason}"), icon="undo", tone="warn")
RECALLED = _lead(
    "recalled", _("recalled it from {partners}: {reason}"), _("Recalled from {partners}: {reason}"), icon="undo"
)
CAME_BACK = _lead("came_back", _("brought it back"), _("Nobody whom it was offered to took it"), icon="undo")
EXHAUSTED = _lead(
    "exhausted", _("found nobody left"), _("Nobody is left to offer it to: {reason}"), icon="warn", tone="warn"
)
DISQUALIFIED = _lead("disqualified", _("disqualified it: {reason}"), icon="no", tone="bad")
REOPENED = _lead("reopened", _("took it up again"), icon="undo")
CONVERTED = _lead("converted", _("made it a deal"), _("It became the deal {deal}"), icon="deal", tone="good")

OFFER_MADE = event("lead_offer.made", _("offered a lead"), alone=_("A lead was offered"), icon="lead")
OFFER_ACCEPTED = event("lead_offer.accepted", _("accepted the lead"), icon="ok", tone="good")
OFFER_DECLINED = event("lead_offer.declined", _("declined the lead: {reason}"), icon="no")
OFFER_LAPSED = event(
    "lead_offer.lapsed", _("let it lapse"), alone=_("The lead wasn’t answered in time and went on"), icon="clock"
)
OFFER_RECALLED = event(
    "lead_offer.recalled", _("recalled the lead: {reason}"), alone=_("The lead was recalled: {reason}"), icon="undo"
)
OFFER_LOST = event("lead_offer.lost", _("took it"), alone=_("Another partner was quicker"), icon="clock")
OFFER_RETURNED = event("lead_offer.returned", _("gave the lead back: {reason}"), icon="undo")
OFFER_CONTACTED = event("lead_offer.contacted", _("made first contact"), icon="ask", tone="good")
OFFER_REMINDED = event(
    "lead_offer.reminded",
    _("was reminded"),
    alone=_("Reminder: the first contact was due"),
    icon="clock",
    tone="warn",
)
OFFER_CONVERTED = event(
    "lead_offer.converted", _("registered the deal {deal}"), alone=_("It became the deal {deal}"), icon="deal"
)
