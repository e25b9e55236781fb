"""Browsers that a person signed in with before: known by a signed cookie, after OWASP's device cookies.

A guesser who uses up an account's tries must not keep its owner out: some of the tries are kept for known browsers. The
cookie opens nothing by itself. A new password makes every other browser unknown, so that who had the old one keeps
nothing of it.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from django.conf import settings
from django.core import signing
from django.db import connection
from django.utils.crypto import constant_time_compare, salted_hmac

if TYPE_CHECKING:
    from django.http import HttpRequest, HttpResponse

    from people.models import Person

COOKIE = "known"
SALT = "people.browsers"
LASTS = timedelta(days=365)
MOST_PEOPLE = 8
WAS_HERE = "SELECT EXISTS (SELECT FROM people_session WHERE person_id = %s AND address <<= %s::inet)"


def is_known(request: HttpRequest | None, person: Person) -> bool:
    """Whether the person signed in with this browser since the password was last changed. No query."""
    if request is None:
        return False
    mark = _mark(person)
    return any(constant_time_compare(mark, other) for other in _marks(request))


def remember(request: HttpRequest, response: HttpResponse, person: Person) -> None:
    """Let the browser be known as the person's from now on; up to eight people share one."""
    mark = _mark(person)
    others = [other for other in _marks(request) if other != mark]
    response.set_cookie(
        COOKIE,
        signing.dumps([mark, *others][:MOST_PEOPLE], salt=SALT),
        max_age=LASTS,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def was_here(person: Person | None, network: str) -> bool:
    """Whether the person is signed in from an address in this network. One query, also for nobody."""
    with connection.cursor() as cursor:
        cursor.execute(WAS_HERE, [person.pk if person is not None else None, network or None])
        (found,) = cursor.fetchone()
    return bool(found)


def _marks(request: HttpRequest) -> list[str]:
    try:
        marks = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT, max_age=LASTS)
    except signing.BadSignature:
        return []
    return [mark for mark in marks if isinstance(mark, str)]


def _mark(person: Person) -> str:
    return salted_hmac(SALT, f"{person.pk}|{person.password}", algorithm="sha256").hexdigest()[:32]
