"""Fixtures that every test may ask for."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from tests.cast import Cast, make_cast


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
