"""End customers, the product catalogue, and what is known about sales, usage and satisfaction."""

from accounts.models.crm import CrmConnection, Opportunity
from accounts.models.customers import (
    Account,
    MatchKey,
    Price,
    Product,
    ProductFamily,
)
from accounts.models.facts import SalesLine, SatisfactionAnswer, UsageMetric, UsageReading
from accounts.models.merges import AccountMerge
from accounts.models.pairs import AccountPair, CandidatePair
from accounts.models.thresholds import MatchThresholds

__all__ = [
    "Account",
    "AccountMerge",
    "AccountPair",
    "CandidatePair",
    "CrmConnection",
    "MatchKey",
    "MatchThresholds",
    "Opportunity",
    "Price",
    "Product",
    "ProductFamily",
    "SalesLine",
    "SatisfactionAnswer",
    "UsageMetric",
    "UsageReading",
]
