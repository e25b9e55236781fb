"""Reads about people."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from allauth.mfa import app_settings as steps
from allauth.mfa.models import Authenticator
from django.db.models import BooleanField, ExpressionWrapper, Q
from django.utils import timezone
from django.utils.crypto import salted_hmac

from people.agents import browser_words
from people.models import EmailChange, Person, Session

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

MOST_SHOWN = 20


def is_deserted() -> bool:
    """Whether nobody can sign in yet: the installation is new. One query."""
    return not Person.objects.exists()


def person_at(email: str) -> Person | None:
    """Return who signs in with an address, for whoever runs the installation. One query."""
    found: Person | None = Person.objects.at_address(email).first()
    return found


def has_second_step(person: Person) -> bool:
    """Whether a person's password alone isn't enough. One query."""
    return Authenticator.objects.filter(user=person).exists()


@dataclass(frozen=True, slots=True)
class Passkey:
    """A passkey of a person."""

    id: int
    name: str
    added_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SessionLine:
    """A browser that a person is signed in with. `handle` names it on pages: its key would open it."""

    handle: str
    browser: str
    address: str
    started_at: datetime
    seen_at: datetime
    is_current: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """How a person signs in, and where it is signed in now. codes_left: None where codes were never made."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int | None
    codes_made: int
    sessions: tuple[SessionLine, ...]
    has_more_sessions: bool
    waiting_email: str

    @property
    def has_second_step(self) -> bool:
        """Whether the password alone isn't enough."""
        return self.app_since is not None or bool(self.passkeys)


def sign_in_of(actor: Actor, *, current: str) -> SignIn:
    """Return the overview of the actor's own sign-in, with the session whose key is `current` first. Three queries."""
    found = list(Authenticator.objects.filter(user_id=actor.person_id).order_by("id"))
    by_type = {authenticator.type: authenticator for authenticator in found}
    app, codes = by_type.get(Authenticator.Type.TOTP), by_type.get(Authenticator.Type.RECOVERY_CODES)
    keys = [row for row in found if row.type == Authenticator.Type.WEBAUTHN]
    now = timezone.now()
    is_current = ExpressionWrapper(Q(pk=current), output_field=BooleanField())
    rows = list(
        Session.objects.visible_to(actor).running(now).order_by(is_current.desc(), "-seen_at")[: MOST_SHOWN + 1]
    )
    change = EmailChange.objects.visible_to(actor).filter(expires_at__gt=now).first()
    return SignIn(
        app_since=app.created_at if app else None,
        passkeys=tuple(Passkey(row.pk, row.data["name"], row.created_at, row.last_used_at) for row in keys),
        codes_left=steps.RECOVERY_CODE_COUNT - codes.data["used_mask"].bit_count() if codes else None,
        codes_made=steps.RECOVERY_CODE_COUNT,
        sessions=tuple(_line(row, current) for row in rows[:MOST_SHOWN]),
        has_more_sessions=len(rows) > MOST_SHOWN,
        waiting_email=change.email if change else "",
    )


def handle_of(row: Session) -> str:
    """Return what a session is called on pages."""
    return salted_hmac("people.session", row.session_key, algorithm="sha256").hexdigest()[:24]


def _line(row: Session, current: str) -> SessionLine:
    return SessionLine(
        handle=handle_of(row),
        browser=browser_words(row.browser),
        address=row.address or "",
        started_at=row.started_at,
        seen_at=row.seen_at,
        is_current=row.session_key == current,
    )
