"""Deals and what belongs to them."""

from dealreg.models.appeal import Appeal
from dealreg.models.deal import Deal, DealLine
from dealreg.models.draft import DealDraft
from dealreg.models.extension import Extension
from dealreg.models.forecast import AmountChange, FollowUp
from dealreg.models.leads import Lead, LeadDeal, LeadOffer, LeadPlan, LeadRules
from dealreg.models.milestone import DealMilestone
from dealreg.models.policy import Policy
from dealreg.models.policy_trial import PolicyTrial
from dealreg.models.protection import Conflict, Protection
from dealreg.models.protection_offer import ProtectionOffer
from dealreg.models.ruling import Ruling
from dealreg.models.special_price import PriceDecision, PriceRequest
from dealreg.models.taken_over import TakenOver
from dealreg.models.talk import Comment, DealFile
from dealreg.models.team import TeamShare, TeamVersion

__all__ = [
    "AmountChange",
    "Appeal",
    "Comment",
    "Conflict",
    "Deal",
    "DealDraft",
    "DealFile",
    "DealLine",
    "DealMilestone",
    "Extension",
    "FollowUp",
    "Lead",
    "LeadDeal",
    "LeadOffer",
    "LeadPlan",
    "LeadRules",
    "Policy",
    "PolicyTrial",
    "PriceDecision",
    "PriceRequest",
    "Protection",
    "ProtectionOffer",
    "Ruling",
    "TakenOver",
    "TeamShare",
    "TeamVersion",
]
