"""References that people read out on the phone: random, so that nobody counts others' records by two of their own."""

from __future__ import annotations

import secrets

ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""No 0/O, 1/I/L, U."""


def new_reference(*prefix: str, groups: tuple[int, ...] = (4, 4)) -> str:
    """Return a fresh reference such as NW-4K7Q-2M9P: the prefix, then groups of so many letters.

    With 30^8 of them, two alike among a million records are met once in 650,000 registrations; the unique constraint
    of whoever keeps it refuses the second.
    """
    letters = ("".join(secrets.choice(ALPHABET) for _letter in range(length)) for length in groups)
    return "-".join((*prefix, *letters))
