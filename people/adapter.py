"""How allauth behaves here: nobody signs up unasked, and its mails go through our own queue."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.utils.module_loading import import_string


class AccountAdapter(DefaultAccountAdapter):
    """Closed sign-up; mails become rows like every other mail."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Refuse: people come by invitation."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue allauth's mail (password reset and the like) as a row."""
        message = self.render_mail(template_prefix, email, context)
        # `activity` stands above this app; the queue is reached by name.
        queue_plain_mail = import_string("activity.mailing.queue_plain_mail")
        queue_plain_mail(to=email, subject=message.subject, text=message.body, template=template_prefix)
