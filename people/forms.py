"""allauth's forms, behind our limits and over our people. Named in the settings."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from allauth.account.forms import ResetPasswordForm
from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from people.guessing import code_try, may_mail, passkey_try
from people.models import Person
from people.reports import person_at
from people.security import note_change

NAME_LENGTH = 60


class ResetForm(ResetPasswordForm):
    """Asks for a link to set a new password. The answer is the same for every address."""

    def clean_email(self) -> str:
        """Look the address up among people's own: allauth's table of further addresses gets no link."""
        email: str = self.cleaned_data["email"]
        person = person_at(email)
        self.users = [person] if person is not None and person.is_active else []
        return email

    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """Mail the link, or that nobody signs in with the address; over the limits nothing, and nobody learns it."""
        email: str = self.cleaned_data["email"]
        if may_mail(email, self.users[0] if self.users else None):
            super().save(request, **kwargs)
        return email


class _Counted:
    """A form with a code of the second step."""

    user: Person
    authenticator: Any
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].label = _("Code")
        self.fields["code"].widget.attrs.update({"inputmode": "numeric"})
        self.fields["code"].widget.attrs.pop("placeholder", None)

    def clean_code(self) -> str:
        """Check the code, counted; a recovery code that was used is told by mail.

        Raises:
            ValidationError: wrong, or no tries left.
        """
        inner: Any = super()
        with code_try(self.user):
            code: str = inner.clean_code()
        if self.authenticator.type == self.authenticator.Type.RECOVERY_CODES:
            note_change("code_used", person=self.user, request=None)
        return code


class CodeForm(_Counted, AuthenticateForm):
    """The second step of signing in."""


class CodeAgainForm(_Counted, ReauthenticateForm):
    """The code, to prove again who one is."""


class _CountedPasskey:
    """A form with a passkey's signature."""

    def clean_credential(self) -> Any:
        """Check the signature, counted.

        Raises:
            ValidationError: not right, or no tries left.
        """
        inner: Any = super()
        with passkey_try(), in_our_words():
            return inner.clean_credential()


class PasskeyForm(_CountedPasskey, AuthenticateWebAuthnForm):
    """A passkey as second step."""


class PasskeyAgainForm(_CountedPasskey, ReauthenticateWebAuthnForm):
    """A passkey, to prove again who one is."""


class PasskeySignInForm(_CountedPasskey, LoginWebAuthnForm):
    """A passkey instead of address and password."""


@contextmanager
def in_our_words() -> Iterator[None]:
    """Refuse a passkey that isn't right, or is none at all: the library falls over what lacks a part."""
    try:
        yield
    except (ValidationError, KeyError, TypeError, ValueError, AttributeError) as error:
        message = _("This passkey was not accepted. Try again, or choose another way.")
        raise ValidationError(message, code="wrong_passkey") from error


class AddPasskeyForm(AddWebAuthnForm):
    """A new passkey with its name. It always verifies its holder, so that it can stand for password and code both."""

    name = forms.CharField(
        label=_("Name"), max_length=NAME_LENGTH, required=False, help_text=_("Where it is kept, such as “My phone”.")
    )
    passwordless = forms.BooleanField(required=False, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        """Check what the browser made.

        Raises:
            ValidationError: not for this sign-in, or its holder wasn't verified.
        """
        with in_our_words():
            return super().clean()

    def clean_passwordless(self) -> bool:
        """Insist: a key that verifies nobody would be worth less than its name says."""
        return True


class NamePasskeyForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=NAME_LENGTH)
