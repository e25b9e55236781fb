"""Where a webhook step's receiver answers later."""

from __future__ import annotations

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from onboarding.enums import StepState
from onboarding.services.webhook_steps import ANSWERS, answer_step


class StepAnswerSerializer(serializers.Serializer):
    """What a receiver says of a step."""

    step = serializers.UUIDField(help_text="The step's key, as in the call.")
    status = serializers.ChoiceField(choices=ANSWERS)
    message = serializers.CharField(required=False, max_length=300, help_text="Why it failed.")


class StepAnsweredSerializer(serializers.Serializer):
    """Where the step stands now."""

    step = serializers.UUIDField()
    state = serializers.ChoiceField(choices=StepState.choices)


class StepAnswerView(APIView):
    """The answer of a webhook step's receiver. No token: the signature after Standard Webhooks is what lets it in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()

    @extend_schema(
        request=StepAnswerSerializer,
        responses={200: StepAnsweredSerializer},
        auth=[],
        summary="Answer a webhook step",
        description="Signed with the step's secret after Standard Webhooks: headers webhook-id, webhook-timestamp and "
        "webhook-signature over the body. The same answer twice changes nothing.",
    )
    def post(self, request: Request, key: UUID) -> Response:
        """Take an answer."""
        step = answer_step(key=key, body=request.body, headers=request.headers)
        return Response({"step": str(step.key), "state": step.state})
