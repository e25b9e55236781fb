"""Webhook steps: their secrets, and what their receivers answer."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook, WebhookVerificationError

from onboarding import events
from onboarding.calling import message_of
from onboarding.enums import JourneyState, StepState
from onboarding.journeys.under_way import UnderWay, lock_journeys, steps_by_slug
from onboarding.models import JourneyStep, JourneyTemplate, StepSecret
from onboarding.permissions import EDIT_JOURNEYS
from onboarding.step_secrets import fresh_secret, sealed_secret, secret_of
from prm.kernel.actors import system
from prm.kernel.errors import Conflict, Forbidden, RuleViolation
from prm.kernel.recording import record
from prm.kernel.workflow import locked

if TYPE_CHECKING:
    from prm.kernel.actors import Actor

ANSWERS = ("done", "waiting", "failed")
HEADERS = ("webhook-id", "webhook-timestamp", "webhook-signature")


@transaction.atomic
def open_step_secret(*, actor: Actor, template: JourneyTemplate, slug: str, renew: bool = False) -> str:
    """Return the secret of a template's webhook step, made where there is none, and anew on `renew`.

    Records `journey.secret` or `journey.secret_renewed`.

    Raises:
        Http404: out of sight. Forbidden: the right is missing.
    """
    fresh = locked(template, actor)
    if not actor.may(EDIT_JOURNEYS):
        raise Forbidden("not_allowed", _("Your role doesn't allow this."))
    secret = secret_of(fresh.pk, slug)
    made = secret is None or renew
    if secret is None or renew:
        secret = fresh_secret()
        StepSecret.objects.update_or_create(
            template=fresh,
            slug=slug,
            defaults={"vendor_id": fresh.vendor_id, "sealed": sealed_secret(secret), "created_at": timezone.now()},
        )
    kind = events.STEP_SECRET_RENEWED if made else events.STEP_SECRET_SHOWN
    record(kind, actor=actor, subject=fresh, data={"step": slug, "name": str(fresh)})
    return secret


@transaction.atomic
def answer_step(*, key: UUID, body: bytes, headers: Mapping[str, str]) -> JourneyStep:
    """Take the later answer of a webhook step's receiver, signed with the step's secret. Records `step.answered`.

    The same answer a second time changes nothing. The body names the step, so that an answer for one is none for
    another; the signature's time, five minutes at most, keeps old ones out.

    Raises:
        Http404: no such step. Forbidden: not signed with its secret, or too old. Conflict: it isn't waiting for one.
        RuleViolation: the body isn't an answer for this step.
    """
    found = JourneyStep.objects.filter(key=key, kind="webhook").select_related("journey__version").first()
    if found is None:
        raise Http404
    said = _verified(found, body, headers)
    (journey,) = lock_journeys([found.journey_id])
    under_way = UnderWay(journey, steps_by_slug(journey), system(journey.vendor_id))
    step = next(each for each in under_way.steps.values() if each.pk == found.pk)
    if step.state == StepState.DONE and said["status"] == "done":
        return step
    if step.result.get("answer_id") == headers.get("webhook-id"):
        return step
    if journey.state != JourneyState.RUNNING or step.state not in {StepState.RUNNING, StepState.FAILED}:
        words = _("This step isn’t waiting for an answer: it is “%(state)s”.") % {"state": step.get_state_display()}
        raise Conflict("not_waiting", words, fresh=step)
    _apply(under_way, step, said, str(headers.get("webhook-id", "")))
    return step


def _verified(step: JourneyStep, body: bytes, headers: Mapping[str, str]) -> Mapping[str, Any]:
    secret = secret_of(step.journey.version.template_id, step.slug)
    given = {name: headers.get(name, "") for name in HEADERS}
    try:
        if secret is None:
            raise WebhookVerificationError("no secret")
        Webhook(secret).verify(body, given, json_parse=False)
        said = json.loads(body)
    except WebhookVerificationError:
        raise Forbidden("bad_signature", _("The signature isn’t this step’s, or it is too old.")) from None
    except ValueError:
        raise RuleViolation("not_json", _("The body isn’t JSON.")) from None
    if not isinstance(said, dict) or said.get("step") != str(step.key):
        raise RuleViolation("another_step", _("The body has to name the step: “step” is its key."), "step")
    if said.get("status") not in ANSWERS:
        raise RuleViolation("no_status", _("“status” is one of done, waiting and failed."), "status")
    return said


def _apply(under_way: UnderWay, step: JourneyStep, said: Mapping[str, Any], answer_id: str) -> None:
    # Kept, so that an answer that is sent again, by its receiver or by whoever caught it, isn't taken twice.
    step.result = {**step.result, "answer_id": answer_id}
    under_way.note(events.STEP_ANSWERED, step, {"status": said["status"]})
    if said["status"] == "failed":
        under_way.failed(step, message_of(said))
    elif said["status"] == "done":
        under_way.done(step, result={"answer": "done", "answered_at": timezone.now().isoformat()})
    else:
        under_way.save(step)
