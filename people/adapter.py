"""How allauth behaves here: nobody signs up unasked, and its mails go through our own queue."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.module_loading import import_string
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from people.agents import system_of
from people.models import Session
from people.security import note_change
from prm.kernel.sealing import seal, unseal

if TYPE_CHECKING:
    from people.models import Person

PRODUCT = "Open PRM"
CODE_SECRETS = "people.second-step"
# allauth's names of what it would mail, and ours.
CHANGES = {
    "account/email/password_changed": "password_changed",
    "account/email/password_reset": "password_changed",
    "account/email/password_set": "password_changed",
    "mfa/email/totp_activated": "totp_added",
    "mfa/email/totp_deactivated": "totp_removed",
    "mfa/email/webauthn_added": "passkey_added",
    "mfa/email/webauthn_removed": "passkey_removed",
    "mfa/email/recovery_codes_generated": "codes_made",
}
WAYS = {
    "account_reauthenticate": _("Use your password"),
    "mfa_reauthenticate": _("Use a code"),
    "mfa_reauthenticate_webauthn": _("Use a passkey"),
}


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up; mails become rows like every other mail; refusals say what to do."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The address or the password is not correct. Check both; upper and lower case count in passwords."
        ),
        "enter_current_password": _("This is not your current password."),
        "incorrect_password": _("This is not your password."),
        "incorrect_code": _("This code is not correct, or was used already. Wait for the next one."),
        "too_many_login_attempts": _("Too many wrong codes. Wait a few minutes, then try again."),
        "rate_limited": _("Too many wrong codes. Wait a few minutes, then try again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: people come by invitation."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's mail as a row: those that we word ourselves in the product's look, others as plain text."""
        # `activity` stands above this app; the queue is reached by name.
        queue_to_address = import_string("activity.mailing.queue_to_address")
        if template_prefix == "account/email/password_reset_key":
            path = urlsplit(context["password_reset_url"]).path
            queue_to_address(to=email, template="password_reset", facts={"path": path})
            return
        if template_prefix == "account/email/unknown_account":
            queue_to_address(to=email, template="unknown_address", facts={"email": email})
            return
        message = self.render_mail(template_prefix, email, context)
        queue_plain_mail = import_string("activity.mailing.queue_plain_mail")
        queue_plain_mail(to=email, subject=message.subject, text=message.body, template=template_prefix)

    def send_notification_mail(self, template_prefix: str, user: Any, context: Any = None, email: Any = None) -> None:
        """Record a change of the person's sign-in and mail it. `context` and `email` are allauth's, and not needed."""
        note_change(CHANGES[template_prefix], person=user, request=self.request)

    def set_password(self, user: Any, password: str) -> None:
        """Set a password; the person's other sessions end, and this browser stays known."""
        user.set_password(password)
        user.save(update_fields=["password"])
        Session.objects.filter(person=user).exclude(pk=self.request.session.session_key).delete()
        self.request.proved_person = user

    def post_login(self, request: Any, user: Any, **details: Any) -> HttpResponse:
        """Let the browser be known from now on, unless a company's provider vouched for the person."""
        response: HttpResponse = super().post_login(request, user, **details)
        if all(step["method"] != "socialaccount" for step in get_authentication_records(request, user)):
            request.proved_person = user
        return response

    def reauthenticate(self, user: Person, password: str) -> bool:
        """Whether the password is the signed-in person's own; allauth would look for an account by address."""
        return user.check_password(password)

    def get_reauthentication_methods(self, user: Any) -> list[dict[str, Any]]:
        """Return the ways to prove again who one is, in our words."""
        methods = super().get_reauthentication_methods(user)
        words = {reverse(name): label for name, label in WAYS.items()}
        return [{**method, "description": words[method["url"]]} for method in methods]

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        """Return the page that shows what else can be done."""
        return reverse("settings-security")


class SecondStepAdapter(DefaultMFAAdapter):
    """Secrets are sealed; keys and codes are called what people call them."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
        "cannot_generate_recovery_codes": _("Add an authenticator app or a passkey first."),
    }

    def get_totp_issuer(self) -> str:
        """Return what the authenticator app calls the entry."""
        return PRODUCT

    def encrypt(self, text: str) -> str:
        """Seal a secret for the database."""
        return seal(text, purpose=CODE_SECRETS)

    def decrypt(self, encrypted_text: str) -> str:
        """Open it again."""
        return unseal(encrypted_text, purpose=CODE_SECRETS)

    def generate_authenticator_name(self, user: Any, type: Any) -> str:
        """Return what a passkey is called whose owner didn't name it: the device at hand."""
        system = system_of(self.request.headers.get("User-Agent", ""))
        return gettext("Passkey on %(system)s") % {"system": system} if system else gettext("Passkey")

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Return whom passkeys are for: this host, by the product's name."""
        return {**super().get_public_key_credential_rp_entity(), "name": PRODUCT}
