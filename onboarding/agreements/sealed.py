"""Whether a file is a sealed agreement of this installation, told to whoever has the file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from onboarding.agreements.rules import hash_of
from onboarding.models import Agreement


@dataclass(frozen=True, slots=True)
class SignedBy:
    """A side that signed: who for whom, when."""

    party: str
    name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the document itself says: whoever has it may read it."""

    reference: str
    title: str
    vendor: str
    partner: str
    sides: tuple[SignedBy, ...]
    state: str
    sha256: str


def verdict_of(content: bytes) -> Verdict | None:
    """Return which agreement a file is the sealed PDF of, None where it is none, or changed by as much as a byte."""
    return _verdict(sealed_hash=hash_of(content))


def verdict_of_hash(reference: str, document_hash: str) -> Verdict | None:
    """Return the sealed agreement with this number and document hash, as both stand on its evidence page."""
    digits = document_hash.strip().lower().removeprefix("sha-256").strip()
    return _verdict(reference=reference.strip().upper(), document_hash=digits)


def _verdict(**conditions: str) -> Verdict | None:
    found = Agreement.objects.filter(**conditions).exclude(sealed_hash="")
    agreement = found.select_related("vendor", "partner").prefetch_related("signatures").first()
    if agreement is None:
        return None
    partner = agreement.partner.legal_name or agreement.partner.name
    sides = sorted(agreement.signatures.all(), key=lambda each: each.is_vendor)
    return Verdict(
        agreement.reference,
        agreement.title,
        agreement.vendor.name,
        partner,
        tuple(SignedBy(agreement.vendor.name if s.is_vendor else partner, s.name, s.signed_at) for s in sides),
        agreement.get_state_display(),
        agreement.sealed_hash,
    )
