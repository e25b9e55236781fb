"""A POST for each transition, made from the state machines' tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action

from dealreg import services
from dealreg.api.reading import DealSerializer
from dealreg.api.writing import (
    AnswerSerializer,
    ApprovalSerializer,
    DeclineSerializer,
    EmptySerializer,
    LossSerializer,
    MessageSerializer,
    QuestionSerializer,
    ReleaseSerializer,
    WinSerializer,
)
from dealreg.workflow import MACHINES
from prm.kernel.api_headers import ETAG
from prm.kernel.errors import Forbidden

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.response import Response

    from prm.kernel.api import WriteSerializer
    from prm.kernel.workflow import Transition


@dataclass(frozen=True, slots=True)
class Deed:
    """How the API carries a transition out: the body it takes, the service it calls, and a line for the document."""

    body: type[WriteSerializer]
    service: Callable[..., Any]
    summary: str


DEEDS = {
    "take": Deed(EmptySerializer, services.take_deal, "Take up the review"),
    "approve": Deed(ApprovalSerializer, services.approve_deal, "Approve: a seller is protected from now on"),
    "decline": Deed(DeclineSerializer, services.decline_deal, "Decline with a reason"),
    "ask": Deed(QuestionSerializer, services.ask_for_information, "Ask for named fields; the clock stops"),
    "answer": Deed(AnswerSerializer, services.answer_request, "Answer the vendor's question"),
    "withdraw": Deed(MessageSerializer, services.withdraw_deal, "Withdraw; its place in line is free at once"),
    "relinquish": Deed(ReleaseSerializer, services.relinquish_protection, "Release the protection, with a reason"),
    "win": Deed(WinSerializer, services.win_deal, "Mark as won"),
    "lose": Deed(LossSerializer, services.lose_deal, "Mark as lost; protection is released"),
    "reopen": Deed(EmptySerializer, services.reopen_deal, "Open a won or lost deal again"),
}
# What no role may do (expiry) belongs to the clock alone, and has no address.
BY_PEOPLE = tuple(
    transition for machine in MACHINES for transition in machine.transitions if transition.permission.roles
)


def arguments(name: str, found: dict[str, Any]) -> dict[str, Any]:
    """Return a parsed body as the transition's service takes it."""
    if name == "answer":
        return {"answers": found.get("answers", {}), "message": found.get("message", "")}
    if name == "win":
        lines = {line["product"]: line["quantity"] for line in found.pop("lines", ())}
        order = services.Order(lines=lines, term_until=found.pop("term_until", None))
        return {**found, "order": order}
    return found


def method_name(transition: Transition) -> str:
    """Return the name of a transition's method; apart from the view set's own, of which one is `answer`."""
    return f"carry_out_{transition.name}"


def _method(transition: Transition) -> Callable[..., Response]:
    deed = DEEDS[transition.name]

    def carry_out(self: Any, request: Request, reference: str) -> Response:
        deal = self.named_row()
        if not self.actor.may(transition.permission):
            raise Forbidden("not_allowed", _("Your role doesn't allow this."))
        found = self.parsed(request, deed.body)

        def act() -> Response:
            return self.answer_afresh(deed.service(actor=self.actor, deal=deal, **arguments(transition.name, found)))

        return self.once(request, act)

    carry_out.__name__ = method_name(transition)
    carry_out.__doc__ = f"{deed.summary}. From {', '.join(sorted(transition.sources))}; leads to {transition.target}."
    routed = action(detail=True, methods=["post"], url_path=transition.name, url_name=transition.name)(carry_out)
    return extend_schema(
        operation_id=f"deals_{transition.name}",
        summary=deed.summary,
        request=deed.body,
        responses=DealSerializer,
        parameters=[ETAG],
    )(routed)


class TransitionActions:
    """A method of the view set for each transition that people may take."""


for _transition in BY_PEOPLE:
    setattr(TransitionActions, method_name(_transition), _method(_transition))
