"""Links that stop a kind of mail without signing in.

The link is signed and names a person and a kind. A GET only shows a page with a button, because mail scanners and link
previews follow every link; the button's POST acts, and so does the POST of a mail program (RFC 8058).
"""

from __future__ import annotations

from django.core import signing
from django.urls import reverse

from activity.mailing.letters import Footer
from activity.preferences import may_be_stopped

SALT = "activity.stop"
DIGEST = "digest"
"""Stands for all that a person gets in digests."""


def token_for(person_id: int, kind: str) -> str:
    """Return what a link says: signed, so that nobody makes one for somebody else. It never expires."""
    return signing.dumps([person_id, kind], salt=SALT)


def read_token(token: str) -> tuple[int, str] | None:
    """Return the person's id and the kind that a link names, or None for what we didn't sign."""
    try:
        person_id, kind = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(person_id), str(kind)


def stop_path(person_id: int, kind: str) -> str:
    """Return the address, within this site, that stops a kind of mail for a person."""
    return reverse("mail-stop", args=[token_for(person_id, kind)])


def footer_for(person_id: int, kind: str) -> Footer:
    """Return the links under a mail about a kind: to the person's settings, and to stop it where it may be stopped."""
    stop = stop_path(person_id, kind) if kind == DIGEST or may_be_stopped(kind) else ""
    return Footer(preferences=reverse("settings-notifications"), stop=stop)
