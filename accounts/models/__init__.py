"""End customers, the product catalogue, and what is known about sales, usage and satisfaction."""

from accounts.models.customers import (
    Account,
    AccountChange,
    AccountImport,
    MatchKey,
    Price,
    Product,
    ProductFamily,
    StagedRow,
    import_name,
)
from accounts.models.facts import SalesLine, SatisfactionAnswer, UsageMetric, UsageReading

__all__ = [
    "Account",
    "AccountChange",
    "AccountImport",
    "MatchKey",
    "Price",
    "Product",
    "ProductFamily",
    "SalesLine",
    "SatisfactionAnswer",
    "StagedRow",
    "UsageMetric",
    "UsageReading",
    "import_name",
]
