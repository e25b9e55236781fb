"""Who may sign, and what a signature takes. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _

from onboarding.enums import SignatureWay
from prm.kernel.actors import BY_HAND
from prm.kernel.errors import Forbidden, RuleViolation

if TYPE_CHECKING:
    from onboarding.models import Agreement
    from prm.kernel.actors import Actor

MOST_STROKES, MOST_POINTS, WIDTH, HEIGHT = 60, 3000, 600, 200
LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Signing:
    """What a person gives who signs: name, position, how, the two ticks, and where from.

    drawing: strokes of points in a field of 600 by 200. authority, consent: whether the sentences were agreed to.
    document_hash: of the document that was shown.
    """

    name: str
    position: str
    way: SignatureWay = SignatureWay.TYPED
    drawing: tuple[tuple[tuple[int, int], ...], ...] = ()
    authority: bool = False
    consent: bool = False
    document_hash: str = ""
    address: str = ""
    browser: str = ""


def by_hand(agreement: Agreement, actor: Actor, facts: Mapping[str, Any]) -> RuleViolation | None:
    """Refuse everyone but a person at a browser: no token, no task, nobody who only looks; and what is incomplete."""
    if actor.person_id is None or actor.via not in BY_HAND or actor.read_only:
        return Forbidden("by_hand_only", _("Only a person who is signed in at a browser can sign. Open the portal."))
    return refusal_of(facts["signing"], agreement) if "signing" in facts else None


def refusal_of(signing: Signing, agreement: Agreement) -> RuleViolation | None:
    """Return what is missing for a signature, or None."""
    if signing.document_hash != agreement.document_hash:
        return RuleViolation("other_document", _("The document isn’t the one that you were shown. Read it again."))
    wanted = (
        ("name", signing.name.strip(), _("Write your full name.")),
        ("position", signing.position.strip(), _("Write your position, such as managing director.")),
        (
            "drawing",
            signing.way != SignatureWay.DRAWN or signing.drawing,
            _("Draw your signature, or choose to type it."),
        ),
        ("authority", signing.authority, _("Confirm that you are entitled to sign.")),
        ("consent", signing.consent, _("Agree to sign electronically.")),
    )
    return next((RuleViolation("required", words, field) for field, given, words in wanted if not given), None)


def strokes_of(told: Any) -> tuple[tuple[tuple[int, int], ...], ...]:
    """Return a drawing as given by a browser: lists of points within the field.

    Raises:
        ValueError: it isn't one, or larger than 60 strokes or 3,000 points.
    """
    if not isinstance(told, list) or len(told) > MOST_STROKES:
        raise ValueError("no strokes")
    strokes = tuple(tuple(_point(point) for point in stroke) for stroke in told if isinstance(stroke, list))
    if sum(map(len, strokes)) > MOST_POINTS:
        raise ValueError("too many points")
    return tuple(stroke for stroke in strokes if len(stroke) > 1)


def _point(told: Any) -> tuple[int, int]:
    if not isinstance(told, list) or len(told) != 2 or not all(isinstance(each, int) for each in told):
        raise ValueError("no point")
    x, y = told
    return min(max(x, 0), WIDTH), min(max(y, 0), HEIGHT)


def document_of(reference: str, title: str, text: str) -> str:
    """Return the document as it is shown for signing and hashed: number, title and text."""
    return f"{title}\n{reference}\n\n{text}"


def hash_of(document: str | bytes) -> str:
    """Return the SHA-256 in hexadecimal."""
    return hashlib.sha256(document.encode() if isinstance(document, str) else document).hexdigest()
