"""Every write to deals, by subject."""

from dealreg.services.absences import deciders_of, end_absence, escalate_uncovered, plan_absence
from dealreg.services.appeals import (
    appeal_decision,
    escalate_appeals,
    hold_appealed,
    overturn_decision,
    settle_appeal,
    uphold_decision,
    withdraw_appeal,
)
from dealreg.services.closing import Order, lose_deal, reopen_deal, win_deal
from dealreg.services.decisions import (
    Grounds,
    approve_deal,
    ask_for_information,
    confirm_customer,
    decline_deal,
    separate_customer,
    take_deal,
)
from dealreg.services.drafts import clear_discarded, discard_draft, restore_draft, save_draft
from dealreg.services.extensions import (
    Request,
    ask_extension,
    grant_extension,
    judge_extension,
    refuse_extension,
    withdraw_extension,
)
from dealreg.services.files import add_file, remove_draft_file
from dealreg.services.following import begin_follow_up
from dealreg.services.handing_over import Handed, drafts_of, hand_over_deals, open_deals_of, successors_of
from dealreg.services.inbound import make_address, receive_mail
from dealreg.services.lead_clock import keep_leads
from dealreg.services.nudging import mark_stalled, remind_of_terms
from dealreg.services.off_boarding import release_open_deals, shorten_protections
from dealreg.services.offers import accept_offer, lapse_offers, offer_next, refuse_offer
from dealreg.services.own_answers import fill_in_answers
from dealreg.services.pipeline import add_comment, change_deal, stage_rules
from dealreg.services.policies import begin_policy, change_policy, discard_policy, publish_policy, write_policy
from dealreg.services.policy_trials import try_policy
from dealreg.services.protection import expire_protections, relinquish_protection, remind_expiring
from dealreg.services.reassigning import reassign_deal
from dealreg.services.redress import override_protection
from dealreg.services.registration import answer_request, register_deal, withdraw_deal
from dealreg.services.ruling import judge_deal
from dealreg.services.service_level import escalate_overdue
from dealreg.services.special_prices import ask_special_price, grant_special_price, refuse_special_price
from dealreg.services.teams import Member, answer_share, leave_team, propose_team, withdraw_team

__all__ = [
    "Grounds",
    "Handed",
    "Member",
    "Order",
    "Request",
    "accept_offer",
    "add_comment",
    "add_file",
    "answer_request",
    "answer_share",
    "appeal_decision",
    "approve_deal",
    "ask_extension",
    "ask_for_information",
    "ask_special_price",
    "begin_follow_up",
    "begin_policy",
    "change_deal",
    "change_policy",
    "clear_discarded",
    "confirm_customer",
    "deciders_of",
    "decline_deal",
    "discard_draft",
    "discard_policy",
    "drafts_of",
    "end_absence",
    "escalate_appeals",
    "escalate_overdue",
    "escalate_uncovered",
    "expire_protections",
    "fill_in_answers",
    "grant_extension",
    "grant_special_price",
    "hand_over_deals",
    "hold_appealed",
    "judge_deal",
    "judge_extension",
    "keep_leads",
    "lapse_offers",
    "leave_team",
    "lose_deal",
    "make_address",
    "mark_stalled",
    "offer_next",
    "open_deals_of",
    "override_protection",
    "overturn_decision",
    "plan_absence",
    "propose_team",
    "publish_policy",
    "reassign_deal",
    "receive_mail",
    "refuse_extension",
    "refuse_offer",
    "refuse_special_price",
    "register_deal",
    "release_open_deals",
    "relinquish_protection",
    "remind_expiring",
    "remind_of_terms",
    "remove_draft_file",
    "reopen_deal",
    "restore_draft",
    "save_draft",
    "separate_customer",
    "settle_appeal",
    "shorten_protections",
    "stage_rules",
    "successors_of",
    "take_deal",
    "try_policy",
    "uphold_decision",
    "win_deal",
    "withdraw_appeal",
    "withdraw_deal",
    "withdraw_extension",
    "withdraw_team",
    "write_policy",
]
