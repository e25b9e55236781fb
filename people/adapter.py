"""How allauth behaves here: nobody signs up unasked, and its mails go through our own queue."""

from __future__ import annotations

from typing import Any, ClassVar
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up; mails become rows like every other mail; refusals say what to do."""

    error_messages: ClassVar[dict[str, Any]] = {
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": _(
            "The address or the password is not correct. Check both; upper and lower case count in passwords."
        ),
        "too_many_login_attempts": _(
            "Too many wrong passwords. Wait five minutes, then try again, or set a new password."
        ),
        "enter_current_password": _("This is not your current password."),
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
