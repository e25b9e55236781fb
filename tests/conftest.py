"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from tests.cast import ZONE, Cast, make_cast
from tests.database import other_sessions, others_have_left, sessions, template


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix, django_db_blocker) -> None:
    """Let the test database be a copy of the template."""
    with django_db_blocker.unblock():
        connection.settings_dict["TEST"]["TEMPLATE"] = template()


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> Iterator[None]:
    """End whoever still has a session in the test database before it is dropped."""
    yield
    with django_db_blocker.unblock():
        other_sessions(end=True)


@pytest.fixture(autouse=True)
def no_session_left(request) -> Iterator[None]:
    """Fail the test whose threads keep a session: it would hold tables that others empty, or drop.

    A live server's threads outlast its last answer: journeys are let off, and what they left isn't others' fault.
    """
    marker = request.node.get_closest_marker("django_db")
    watched = marker and marker.kwargs.get("transaction") and "live_server" not in request.fixturenames
    if not watched:
        yield
        return
    request.getfixturevalue("transactional_db")
    known = sessions()
    yield
    assert others_have_left(known), "a thread of this test has not closed its database connection"


@pytest.fixture(scope="session", autouse=True)
def the_casts_day() -> Iterator[None]:
    """Let `timezone.localdate()` in a test be the day on the pages of the cast, also when it is another one in UTC."""
    with timezone.override(ZONE):
        yield


@pytest.fixture(autouse=True)
def fast_and_kept_apart(settings, tmp_path):
    """Hash passwords quickly, keep uploads in the test's own folder, and ring no bell."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    settings.MEDIA_ROOT = tmp_path / "media"


@pytest.fixture
def cast(db) -> Cast:
    """The fixed cast."""
    return make_cast()


@pytest.fixture
def browse(cast: Cast) -> Callable[[str], Client]:
    """Return a function that gives a signed-in client for a persona."""

    def signed_in(persona: str) -> Client:
        client = Client()
        client.force_login(cast.people[persona], backend="partners.authentication.SeatBackend")
        return client

    return signed_in
