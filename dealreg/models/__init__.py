"""Deals and what belongs to them."""

from dealreg.models.absence import Absence
from dealreg.models.appeal import Appeal
from dealreg.models.deal import Deal, DealLine
from dealreg.models.draft import DealDraft
from dealreg.models.extension import Extension
from dealreg.models.forecast import AmountChange, FollowUp
from dealreg.models.inbound import InboundMail, MailAddress
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
from dealreg.models.win_chance import WinChance, WinModel

__all__ = [
    "Absence",
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
    "InboundMail",
    "Lead",
    "LeadDeal",
    "LeadOffer",
    "LeadPlan",
    "LeadRules",
    "MailAddress",
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
    "WinChance",
    "WinModel",
]
