"""The work of webhook steps: a call signed after Standard Webhooks, under the step's key at every attempt.

The receiver answers 2xx with `{"status": "done"}`, which ends the step; with `{"status": "waiting"}`, and then answers
later to the address that the call names; or with `{"status": "failed", "message": "…"}`. All else is tried again.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import requests
from django.conf import settings as conf
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from standardwebhooks import Webhook

from onboarding.step_kinds import Outcome, Work
from onboarding.step_secrets import secret_of
from prm.kernel.errors import RuleViolation
from prm.kernel.outbound import GuardedSession, NotAllowed, check_address

if TYPE_CHECKING:
    from onboarding.models import Journey, JourneyStep

TYPE = "journey.step"
LONGEST_MESSAGE = 300
AGENT = "OpenPRM"


class CallFailed(Exception):
    """The receiver wasn't reached, or didn't answer as agreed."""


def check_settings(settings: Mapping[str, Any]) -> dict[str, str]:
    """Return what is wrong with a webhook step's settings."""
    try:
        check_address(str(settings["address"]))
    except NotAllowed:
        return {"address": _("Webhooks call https addresses, without a password in them.")}
    return {}


def call(work: Work) -> Outcome:
    """Call the receiver, and return what it answered.

    Raises:
        CallFailed: to be tried again. RuleViolation: the receiver says that it failed, or the step has no secret yet.
    """
    secret = secret_of(work.journey.version.template_id, work.step.slug)
    if secret is None:
        raise RuleViolation("no_secret", _("This step has no secret yet: make one where the journey is built."))
    body = json.dumps(payload(work.journey, work.step), ensure_ascii=False).encode()
    now = timezone.now()
    key = str(work.step.key)
    headers = {
        "Content-Type": "application/json",
        "User-Agent": AGENT,
        "webhook-id": key,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": Webhook(secret).sign(key, now, body.decode()),
    }
    try:
        with GuardedSession(conf.WEBHOOK_PRIVATE_NETWORKS) as session:
            response = session.post(str(work.settings["address"]), data=body, headers=headers)
    except requests.RequestException as error:
        raise CallFailed(_("The receiver could not be reached: %(error)s") % {"error": str(error)[:200]}) from error
    return _outcome(response)


def payload(journey: Journey, step: JourneyStep) -> dict[str, Any]:
    """Return what a call says: which step of whose journey, and where to answer."""
    enrollment = journey.enrollment
    partner = enrollment.partner
    return {
        "type": TYPE,
        "timestamp": timezone.now().isoformat(),
        "data": {
            "step": {"key": str(step.key), "slug": step.slug, "name": step.name},
            "journey": {"key": str(journey.key), "started_at": journey.started_at.isoformat()},
            "program": {"slug": enrollment.program.slug, "name": enrollment.program.name},
            "partner": {
                "slug": partner.slug,
                "name": partner.name,
                "legal_name": partner.legal_name,
                "type": partner.type,
                "country": str(partner.country),
                "website": partner.website,
            },
            "enrollment": {"id": enrollment.pk, "external_id": enrollment.external_id},
            "answer_url": f"{conf.SITE_URL}{reverse('api:journey-step-answer', args=[step.key])}",
        },
    }


def _outcome(response: requests.Response) -> Outcome:
    if not response.ok:
        raise CallFailed(_("The receiver answered %(status)s.") % {"status": response.status_code})
    try:
        said = response.json()
    except ValueError:
        said = None
    status = said.get("status") if isinstance(said, dict) else None
    if status == "failed":
        raise RuleViolation("receiver_failed", message_of(said))
    if status not in {"done", "waiting"}:
        raise CallFailed(
            _("The receiver answered %(status)s, but neither “done” nor “waiting”.") % {"status": response.status_code}
        )
    return Outcome({"answer": status, "answered_at": timezone.now().isoformat()}, waits=status == "waiting")


def message_of(said: Mapping[str, Any]) -> str:
    """Return the words with which a receiver says that it failed."""
    message = str(said.get("message") or "").strip()[:LONGEST_MESSAGE]
    return message or _("The receiver says that it failed, without saying why.")
