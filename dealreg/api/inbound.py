"""Where a mail server or provider hands over the mails that partners forward."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import RequestDataTooBig
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.parsers import BaseParser
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from dealreg.inbound.mime import MOST_BYTES
from dealreg.services import receive_mail


class MailParser(BaseParser):
    """A raw mail of a bounded size."""

    media_type = "message/rfc822"

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the mail's bytes.

        Raises:
            RequestDataTooBig: over 10 MB.
        """
        raw: bytes = stream.read(MOST_BYTES + 1) if stream is not None else b""
        if len(raw) > MOST_BYTES:
            raise RequestDataTooBig
        return raw


class OctetParser(MailParser):
    """The same, as servers send it that don't name its kind."""

    media_type = "application/octet-stream"


class InboundMailView(APIView):
    """Takes a mail in. No token: the signed address that it was sent to is what lets it in."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    parser_classes = (MailParser, OctetParser)

    @extend_schema(
        operation_id="inbound_mail",
        tags=["Deals"],
        auth=[],
        summary="Hand over a forwarded mail",
        request={"application/octet-stream": OpenApiTypes.BINARY},
        responses={202: OpenApiResponse(OpenApiTypes.OBJECT, "Taken, or passed over: the answer doesn't tell.")},
        parameters=[
            OpenApiParameter(
                "recipient", OpenApiTypes.STR, description="The address that it was delivered to; else its headers say."
            )
        ],
        description="The raw mail, up to 10 MB, also as message/rfc822. A mail to a person's address, from that "
        "person's own, becomes a draft and is answered by mail. The answer is always the same, whatever becomes of it.",
    )
    def post(self, request: Request) -> Response:
        """Take a mail in."""
        data: Any = request.data
        raw = data if isinstance(data, bytes) else b""
        receive_mail(raw, request.query_params.get("recipient", "")[:400])
        return Response({}, status=202)
