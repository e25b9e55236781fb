"""The state machines of a lead, and of its offers to partners."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from dealreg.leads import events
from dealreg.leads.enums import FREE, HELD, LeadState, OfferState
from dealreg.leads.permissions import ASSIGN_LEADS, KEEP_LEADS, WORK_LEADS
from prm.kernel.workflow import Machine, Transition

LEAD = Machine(
    name="lead",
    model="dealreg.Lead",
    field="state",
    initial=frozenset({LeadState.NEW}),
    transitions=(
        Transition(
            name="offer",
            label=_("Offer"),
            sources=frozenset(FREE),
            target=LeadState.OFFERED,
            permission=ASSIGN_LEADS,
            event=events.OFFERED,
            tone="primary",
        ),
        Transition(
            name="accept",
            label=_("Accept"),
            sources=frozenset({LeadState.OFFERED}),
            target=LeadState.ACCEPTED,
            permission=WORK_LEADS,
            event=events.ACCEPTED,
        ),
        Transition(
            name="contact",
            label=_("Note the first contact"),
            sources=frozenset({LeadState.ACCEPTED}),
            target=LeadState.WORKING,
            permission=WORK_LEADS,
            event=events.WORKED,
        ),
        Transition(
            name="give_back",
            label=_("Give back"),
            sources=frozenset(HELD),
            target=LeadState.RETURNED,
            permission=WORK_LEADS,
            event=events.GIVEN_BACK,
            required=("reason",),
        ),
        Transition(
            name="recall",
            label=_("Recall"),
            sources=frozenset({LeadState.OFFERED, *HELD}),
            target=LeadState.NEW,
            permission=ASSIGN_LEADS,
            event=events.RECALLED,
            required=("reason",),
        ),
        Transition(
            name="come_back",
            label=_("Come back"),
            sources=frozenset({LeadState.OFFERED}),
            target=LeadState.NEW,
            permission=KEEP_LEADS,
            event=events.CAME_BACK,
        ),
        Transition(
            name="exhaust",
            label=_("Find nobody left"),
            sources=frozenset({LeadState.NEW, LeadState.RETURNED}),
            target=LeadState.EXHAUSTED,
            permission=KEEP_LEADS,
            event=events.EXHAUSTED,
        ),
        Transition(
            name="disqualify",
            label=_("Disqualify"),
            sources=frozenset({*FREE, *HELD, LeadState.OFFERED}),
            target=LeadState.DISQUALIFIED,
            permission=ASSIGN_LEADS,
            event=events.DISQUALIFIED,
            required=("reason",),
            tone="danger",
        ),
        Transition(
            name="reopen",
            label=_("Take up again"),
            sources=frozenset({LeadState.DISQUALIFIED}),
            target=LeadState.NEW,
            permission=ASSIGN_LEADS,
            event=events.REOPENED,
        ),
        Transition(
            name="convert",
            label=_("Become a deal"),
            sources=frozenset(HELD),
            target=LeadState.CONVERTED,
            permission=KEEP_LEADS,
            event=events.CONVERTED,
        ),
    ),
)
OFFER = Machine(
    name="lead offer",
    model="dealreg.LeadOffer",
    field="state",
    initial=frozenset({OfferState.OPEN}),
    transitions=(
        Transition(
            name="accept",
            label=_("Accept"),
            sources=frozenset({OfferState.OPEN}),
            target=OfferState.ACCEPTED,
            permission=WORK_LEADS,
            event=events.OFFER_ACCEPTED,
            tone="primary",
        ),
        Transition(
            name="decline",
            label=_("Decline"),
            sources=frozenset({OfferState.OPEN}),
            target=OfferState.DECLINED,
            permission=WORK_LEADS,
            event=events.OFFER_DECLINED,
            required=("reason",),
        ),
        Transition(
            name="lapse",
            label=_("Lapse"),
            sources=frozenset({OfferState.OPEN}),
            target=OfferState.LAPSED,
            permission=KEEP_LEADS,
            event=events.OFFER_LAPSED,
        ),
        Transition(
            name="lose",
            label=_("Be taken"),
            sources=frozenset({OfferState.OPEN}),
            target=OfferState.LOST,
            permission=KEEP_LEADS,
            event=events.OFFER_LOST,
        ),
        Transition(
            name="recall",
            label=_("Recall"),
            sources=frozenset({OfferState.OPEN, OfferState.ACCEPTED}),
            target=OfferState.RECALLED,
            permission=ASSIGN_LEADS,
            event=events.OFFER_RECALLED,
            required=("reason",),
        ),
        Transition(
            name="give_back",
            label=_("Give back"),
            sources=frozenset({OfferState.ACCEPTED}),
            target=OfferState.RETURNED,
            permission=WORK_LEADS,
            event=events.OFFER_RETURNED,
            required=("reason",),
        ),
    ),
)
MACHINES = (LEAD, OFFER)
