"""What a partner registers, parsed and typed: the input of `services.register_deal`."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from accounts.identities import IDENTITY_COLUMNS, Identity
from dealreg.enums import Part, Stage

if TYPE_CHECKING:
    from datetime import date
    from decimal import Decimal


ADDRESS = (
    "customer_street",
    "customer_postcode",
    "customer_phone",
    "customer_registry_number",
    "customer_vat_number",
)
"""What few know of a customer, and what tells it surely."""


@dataclass(frozen=True, slots=True)
class LineInput:
    """A product and how many of it."""

    product_id: int
    quantity: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """A registration as a form or the API hands it over.

    value: in `currency`; None where the lines' list prices are to be added up. submission: names this attempt, so
    that sending it twice makes one deal, and the draft it was typed in; None where there is neither. answers: to the
    program's own fields, by slug, raw.
    """

    enrollment_id: int
    customer_name: str
    customer_country: str
    customer_domain: str = ""
    customer_city: str = ""
    customer_street: str = ""
    customer_postcode: str = ""
    customer_phone: str = ""
    customer_registry_number: str = ""
    customer_vat_number: str = ""
    customer_industry: str = ""
    customer_employees: str = ""
    contact_name: str = ""
    contact_email: str = ""
    title: str = ""
    lines: tuple[LineInput, ...] = ()
    value: Decimal | None = None
    currency: str = ""
    close_date: date
    stage: str = Stage.QUALIFIED
    part: str = Part.SELL
    notes: str = ""
    answers: Mapping[str, Any] = field(default_factory=dict)
    submission: uuid.UUID | None = field(default_factory=uuid.uuid4)

    @property
    def customer(self) -> Identity:
        """The customer as the matcher takes it."""
        return customer_of(self)


def customer_of(row: Any) -> Identity:
    """Return the customer of a registration or a deal, as typed, as the matcher takes it."""
    return Identity(*(str(getattr(row, f"customer_{column}")) for column in IDENTITY_COLUMNS))
