"""How a mail address and a password become a person."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.hashers import make_password

from people.guessing import guess
from people.models import Person

if TYPE_CHECKING:
    from django.http import HttpRequest


class PasswordBackend(AuthenticationBackend):
    """Looks at people's own addresses only: allauth's table of further ones opens nothing.

    Known and unknown addresses cost the same statements and one hash each.
    """

    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> Person | None:
        """Return the person, or None; one that may not sign in is kept aside, for allauth's page that says so.

        Raises:
            TooManyGuesses: the account's tries are used up.
        """
        email, password = credentials.get("email") or credentials.get("username"), credentials.get("password")
        if not email or not password:
            return None
        person: Person | None = Person.objects.at_address(email).first()
        if person is None:
            guess(lambda: not make_password(password), account=email, person=None)
            return None
        if not person.check_password(password):
            return None
        if not self.user_can_authenticate(person):
            self._stash_user(person)
            return None
        return person
