"""Changes of how a person signs in: each is an event, and a mail that says what to do if it wasn't you."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from people.agents import browser_words
from people.events import SIGN_IN_CHANGED
from people.limits import address_of
from prm.kernel.actors import ANONYMOUS, Via
from prm.kernel.errors import Forbidden
from prm.kernel.recording import record

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.functional import Promise

    from people.models import Person
    from prm.kernel.actors import Actor


@dataclass(frozen=True, slots=True)
class Change:
    """A kind of change: the mail's title, and what it means."""

    title: str | Promise
    meaning: str | Promise


CHANGES: dict[str, Change] = {
    "password_changed": Change(
        _("Your password was changed"), _("Other browsers were signed out. The old password opens nothing any more.")
    ),
    "totp_added": Change(
        _("An authenticator app was added"), _("From now on signing in takes a code from the app beside the password.")
    ),
    "totp_removed": Change(
        _("The authenticator app was removed"), _("Signing in doesn't ask for a code of the app any more.")
    ),
    "passkey_added": Change(_("A passkey was added"), _("Whoever holds it can sign in as you.")),
    "passkey_removed": Change(_("A passkey was removed"), _("It opens nothing any more.")),
    "codes_made": Change(_("New recovery codes were made"), _("The old ones open nothing any more.")),
    "code_used": Change(
        _("A recovery code was used"), _("Someone signed in, or confirmed who they are, with one of your codes.")
    ),
    "codes_guessed": Change(
        _("Someone enters wrong codes"),
        _("The password was right, the code was not, many times. If it isn't you, someone knows your password."),
    ),
    "steps_removed": Change(
        _("Your second step was removed"),
        _("Whoever runs this installation removed your authenticator app, passkeys and recovery codes."),
    ),
}


def note_change(change: str, *, person: Person, request: HttpRequest | None) -> None:
    """Record a change and mail it to its person, in one transaction. Mails go out even where other mails are off."""
    facts = {
        "change": change,
        "at": timezone.now().isoformat(timespec="seconds"),
        "address": address_of(request),
        "browser": browser_words(request.headers.get("User-Agent", "") if request is not None else ""),
    }
    # `activity` stands above this app; the queue is reached by name.
    queue_to_address = import_string("activity.mailing.queue_to_address")
    with transaction.atomic():
        record(SIGN_IN_CHANGED, actor=actor_of(request), subject=person, data={"change": change})
        queue_to_address(to=person.email, template="sign_in_changed", facts=facts)


def actor_of(request: Any) -> Actor:
    """Return who asks; nobody outside a request."""
    actor: Actor = getattr(request, "actor", ANONYMOUS)
    return actor


def require_own_session(actor: Actor) -> None:
    """Refuse who didn't prove to be the person itself.

    A vendor's identity provider speaks for that vendor only. In a session that it opened, nothing changes that holds
    for the person's other seats too; nor with a token.

    Raises:
        Forbidden: nobody is signed in, or by other means than the person's own.
    """
    if actor.via is Via.COMPANY:
        raise Forbidden(
            "company_session",
            _(
                "You signed in with your company's sign-in, which speaks for that company only. To change how you sign "
                "in yourself, sign out, then sign in with your own password or passkey."
            ),
        )
    if actor.person_id is None or actor.via is not Via.SESSION:
        raise Forbidden("not_allowed", _("Sign in to change your settings."))
