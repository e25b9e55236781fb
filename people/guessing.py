"""The gate before the password hasher: every check of a password, right or wrong, passes here.

At most 50 passwords per account are hashed in any sixty minutes, over all ways in. 20 of them are kept for browsers
that the person signed in with before (`people.browsers`). A right password gives its try back. Accounts that don't
exist are counted like those that do, by the address that was typed.

An address of the network has a limit of its own, against trying one password on many accounts. It binds neither known
browsers nor people who signed in from there lately, so that a guesser doesn't keep a whole office out.
"""

from __future__ import annotations

from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from allauth.core import context
from django.core.exceptions import ValidationError
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from people.browsers import is_known, was_here
from people.limits import Limit, give_back, network_of, take

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from people.models import Person

STRANGERS = Limit("password.strangers", burst=15, per_hour=15)
KNOWN = Limit("password.known", burst=10, per_hour=10)
NETWORK = Limit("password.network", burst=100, per_hour=200)
CODES = Limit("code.strangers", burst=10, per_hour=10)
CODES_KNOWN = Limit("code.known", burst=10, per_hour=10)
TOLD = Limit("code.told", burst=1, per_hour=1)
PASSKEYS = Limit("passkey.network", burst=60, per_hour=120)
MAILS = Limit("mail.recipient", burst=5, per_hour=5)
MAILS_NETWORK = Limit("mail.network", burst=60, per_hour=120)

Taken = list[tuple[Limit, Any]]
_open: ContextVar[bool] = ContextVar("people.guessing.open", default=False)


class TooManyGuesses(ValidationError):
    """The account's tries are used up; nothing was hashed. The words don't tell whether the account exists."""

    def __init__(self) -> None:
        super().__init__(
            _(
                "The address or the password is not correct, or there were too many attempts. Wait a few minutes, or "
                "set a new password with a link that we mail you."
            ),
            code="too_many_attempts",
        )


class NotThroughTheGate(RuntimeError):
    """A password was about to be checked past the limits: a mistake in the code, so that nothing was checked."""


def guess(check: Callable[[], bool], *, account: str, person: Person | None) -> bool:
    """Run a password check, if the account and the visitor's network have tries left; returns whether it was right.

    Args:
        check: compares hashes; called once at most.
        account: the mail address, as typed or the person's own; its case doesn't count.
        person: whose it is; None for an address that nobody signs in with.

    Raises:
        TooManyGuesses: no tries left.
    """
    request = context.request
    known = person is not None and is_known(request, person)
    taken: Taken = []
    if not _take_account(account.strip().lower(), known=known, taken=taken):
        raise TooManyGuesses
    if not known and not _take_network(person, taken=taken):
        _return(taken)
        raise TooManyGuesses
    opened = _open.set(True)
    try:
        right = check()
    finally:
        _open.reset(opened)
    if right:
        _return(taken)
    return right


@contextmanager
def code_try(person: Person) -> Iterator[None]:
    """Count a code of the second step, which the block checks; it gives its try back by ending without an error.

    Raises:
        ValidationError: no tries left; the person is told by mail, once an hour, since whoever guesses codes knows the
            password.
    """
    request = context.request
    limits = (CODES_KNOWN, CODES) if is_known(request, person) else (CODES,)
    limit = next((limit for limit in limits if take(limit, person.pk)), None)
    if limit is None:
        if take(TOLD, person.pk):
            import_string("people.security.note_change")("codes_guessed", person=person, request=request)
        raise ValidationError(_("Too many wrong codes. Wait a few minutes, then try again."), code="too_many_attempts")
    yield
    give_back(limit, person.pk)


@contextmanager
def passkey_try() -> Iterator[None]:
    """Count a passkey that the block checks, by the visitor's network; one that is right doesn't count.

    Nobody guesses a signature: this keeps a flood of wrong ones from costing more than it should.

    Raises:
        ValidationError: no tries left.
    """
    network = network_of(context.request)
    if not take(PASSKEYS, network):
        raise ValidationError(_("Too many attempts. Wait a few minutes, then try again."), code="too_many_attempts")
    yield
    give_back(PASSKEYS, network)


def may_mail(recipient: str, person: Person | None) -> bool:
    """Whether a link may be mailed to an address: a few an hour to each, and a bounded number from one network."""
    request = context.request
    if not take(MAILS, recipient.strip().lower()):
        return False
    if person is not None and is_known(request, person):
        return True
    network = network_of(request)
    return take(MAILS_NETWORK, network) or was_here(person, network)


def require_open_gate() -> None:
    """Refuse to go on outside `guess`; asked by the hashers.

    Raises:
        NotThroughTheGate: outside.
    """
    if not _open.get():
        raise NotThroughTheGate


def _take_account(account: str, *, known: bool, taken: Taken) -> bool:
    for limit in (KNOWN, STRANGERS) if known else (STRANGERS,):
        if take(limit, account):
            taken.append((limit, account))
            return True
    return False


def _take_network(person: Person | None, *, taken: Taken) -> bool:
    network = network_of(context.request)
    if take(NETWORK, network):
        taken.append((NETWORK, network))
        return True
    return was_here(person, network)


def _return(taken: Taken) -> None:
    for limit, owner in taken:
        give_back(limit, owner)
