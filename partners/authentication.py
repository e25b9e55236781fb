"""Who is at the door: a session's person, or a token's seat."""

from __future__ import annotations

import hashlib
import hmac
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed, Throttled

from partners.models import AccessToken
from partners.seats import actor_at, people_with_seats, places_of
from people.authentication import PasswordBackend
from people.limits import Limit, network_of, take
from prm.kernel.actors import Via
from prm.kernel.composed import composed

if TYPE_CHECKING:
    from django.http import HttpRequest

    from people.models import Person

TOKEN_PREFIX = "prm_"  # noqa: S105  (marks our tokens for secret scanners)
SEEN_EVERY = timedelta(minutes=5)
BAD_TOKENS = Limit("api.bad-tokens", burst=60, per_hour=600)
TOKEN_COLUMNS = ("id", "seat_id", "name", "scopes", "expires_at", "last_used_at", "revoked_at")


class SeatBackend(PasswordBackend):
    """Loads the signed-in person together with all seats, in one query."""

    def get_user(self, user_id: int) -> Person | None:
        """Return the person of a session, or None when it may not sign in any more."""
        return next(iter(person_of_session(user_id)), None)


@composed
def person_of_session(person_id: int) -> QuerySet[Person]:
    """Return the active person with that id, with all seats; asked for with every page."""
    return people_with_seats().filter(pk=person_id, is_active=True)


@composed
def bearer(digest: str) -> QuerySet[Person]:
    """Return the active person whose token has that digest, with all seats and the token's columns."""
    found = people_with_seats().filter(is_active=True, seats__tokens__digest=digest)
    return found.annotate(**{f"token_{name}": F(f"seats__tokens__{name}") for name in TOKEN_COLUMNS})


def digest_of(token: str) -> str:
    """Return what is kept of a token: a keyed SHA-256, so that a copy of the table opens nothing."""
    return hmac.new(settings.SECRET_KEY.encode(), token.encode(), hashlib.sha256).hexdigest()


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer prm_…`: acts from the token's seat, with the token's scopes."""

    def authenticate(self, request: Any) -> tuple[Any, AccessToken] | None:
        """Return the person and the token, or None without such a header.

        Raises:
            AuthenticationFailed: unknown, ended or revoked; one answer for all. Throttled: too many of these.
        """
        words = get_authorization_header(request).decode("latin-1").split()
        if not words or words[0].casefold() != "bearer":
            return None
        person = self._bearer(words[1]) if len(words) == 2 else None
        token = self._token_of(person) if person else None
        place = next((place for place in places_of(person) if place.id == token.seat_id), None) if token else None
        if person is None or token is None or place is None:
            raise _refusal(request._request)  # noqa: SLF001
        request._request.actor = actor_at(  # noqa: SLF001  (the framework has no public way to Django's own request)
            place, person_id=person.pk, via=Via.TOKEN, scopes=frozenset(token.scopes)
        )
        return person, token

    def authenticate_header(self, request: Any) -> str:
        """Return the challenge, which makes a refusal 401."""
        return 'Bearer realm="api"'

    def _bearer(self, text: str) -> Any:
        return next(iter(bearer(digest_of(text))), None)

    def _token_of(self, person: Any) -> AccessToken | None:
        token = AccessToken(**{name: getattr(person, f"token_{name}") for name in TOKEN_COLUMNS})
        if not token.is_usable:
            return None
        now = timezone.now()
        if token.last_used_at is None or now - token.last_used_at > SEEN_EVERY:
            AccessToken.objects.filter(pk=token.pk).update(last_used_at=now)
        return token


def _refusal(request: HttpRequest) -> APIException:
    # Counted after the look-up: a good token pays nothing for it, and works from an address that bad ones came from.
    if take(BAD_TOKENS, network_of(request)):
        return AuthenticationFailed(_("This token isn't valid: unknown, expired or revoked."))
    message = _("Too many tokens that aren't valid came from your address.")
    return Throttled(wait=BAD_TOKENS.wait_seconds, detail=str(message))


class SeatSessionAuthentication(SessionAuthentication):
    """A signed-in browser, with its CSRF token."""
