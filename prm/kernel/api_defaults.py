"""What Django REST Framework's settings name: who may ask, how bodies are read, lists paged and errors answered.

Apart from `prm.kernel.api`, because the framework imports its defaults while it is being imported itself.
"""

from __future__ import annotations

import io
import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.exceptions import PermissionDenied, RequestDataTooBig, ValidationError
from django.core.signals import got_request_exception
from django.db import InterfaceError, OperationalError
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, pagination, parsers, permissions
from rest_framework.response import Response

from prm.kernel.actors import Kind
from prm.kernel.errors import Conflict, Forbidden, RuleViolation, TooMany
from prm.kernel.opaque import unveil, veil

if TYPE_CHECKING:
    from django.db.models import Model
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from prm.kernel.actors import Actor

PROBLEM = "application/problem+json"
CODES = {"permission_denied": "not_allowed", "throttled": "too_many_requests", "error": "server_error"}
DJANGOS = (
    (Http404, 404, "not_found", _("There is no such record, or it isn't yours to see.")),
    (PermissionDenied, 403, "not_allowed", _("You may not do this.")),
    (RequestDataTooBig, 413, "too_large", _("The request is too large.")),
)
log = logging.getLogger(__name__)


def actor_of_request(request: Any) -> Actor:
    """Return the actor of a DRF request: the token's seat, else the session's."""
    actor: Actor = request._request.actor  # noqa: SLF001  (DRF wraps Django's request, which has the actor)
    return actor


class MissingScope(exceptions.APIException):
    """The token is good, but wasn't made for this."""

    status_code = 403
    default_code = "missing_scope"

    def __init__(self, scope: str) -> None:
        super().__init__(_("This token lacks the scope %(scope)s. Make one that has it.") % {"scope": scope})
        self.auth_header = f'Bearer realm="api", error="insufficient_scope", scope="{scope}"'


class HasSeat(permissions.BasePermission):
    """Lets in who acts from a seat, whose token carries the view's scope, and whose role may read what it shows."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Judge the seat, then `view.read_scope` or `view.write_scope`, then `view.read_permission`.

        Raises:
            MissingScope: only the token's scope is missing. Forbidden: the role doesn't read this.
        """
        actor = actor_of_request(request)
        if actor.kind not in {Kind.PARTNER, Kind.VENDOR}:
            return False
        reads = request.method in permissions.SAFE_METHODS
        scope = getattr(view, "read_scope" if reads else "write_scope", "")
        if scope and not actor.holds_scope(scope):
            raise MissingScope(scope)
        needed = getattr(view, "read_permission", None)
        if reads and needed is not None and not actor.may(needed):
            raise Forbidden("not_allowed", _("Your role doesn't see this."))
        return True


class JSONBody(parsers.JSONParser):
    """JSON of a bounded size; DRF's own reads whatever comes, and falls over deep nesting."""

    def parse(self, stream: Any, media_type: str | None = None, parser_context: Any = None) -> Any:
        """Return the parsed body.

        Raises:
            RequestDataTooBig: over `DATA_UPLOAD_MAX_MEMORY_SIZE`. ParseError: not JSON.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise RequestDataTooBig
        try:
            return super().parse(io.BytesIO(body), media_type, parser_context)
        except RecursionError:
            raise exceptions.ParseError(_("The JSON is nested too deeply.")) from None


class Pagination(pagination.CursorPagination):
    """Pages by cursor, newest first: the thousandth page costs what the first costs."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    page_size_query_description = "Rows per page, 1 to 200; 50 without it."
    cursor_query_description = "Where the page starts: taken from `next` or `previous`, never made up."
    ordering: Any = "-id"

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        """Return the page's rows."""
        self.model: type[Model] = queryset.model
        return super().paginate_queryset(queryset, request, view) or []

    def decode_cursor(self, request: Any) -> Any:
        """Return the cursor with its position as the database takes it.

        Raises:
            ValidationError: not one of ours.
        """
        try:
            cursor = super().decode_cursor(request)
            if cursor is None or cursor.position is None:
                return cursor
            name = self._get_order()[0].lstrip("-")
            given: Any = cursor.position
            found = unveil(given, "cursor") if name == "id" else given
            position = str(self.model._meta.get_field(name).to_python(found))  # type: ignore[union-attr]
            if "\x00" in position:
                raise ValueError(position)
            return cursor._replace(position=position)  # type: ignore[arg-type]
        except (ValueError, ValidationError, exceptions.NotFound):
            raise exceptions.ValidationError(
                {"cursor": [_("This cursor isn't one of ours. Start again without it.")]}, "invalid_cursor"
            ) from None

    def encode_cursor(self, cursor: Any) -> str:
        """Return the link with the cursor; a row id in it is veiled."""
        if cursor.position is not None and self._get_order()[0].lstrip("-") == "id":
            cursor = cursor._replace(position=veil(int(cursor.position), "cursor"))
        link: str = super().encode_cursor(cursor)
        return link

    def _get_order(self) -> tuple[str, ...]:
        return (self.ordering,) if isinstance(self.ordering, str) else tuple(self.ordering)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Say what a page looks like, in OpenAPI 3.1's words."""
        link = {"type": ["string", "null"], "format": "uri"}
        return {
            "type": "object",
            "required": ["next", "previous", "results"],
            "properties": {"next": link, "previous": link, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """Say the bounds too."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        for parameter in parameters:
            if parameter["name"] == self.page_size_query_param:
                parameter["schema"] |= {"minimum": 1, "maximum": self.max_page_size, "default": self.page_size}
        return parameters


class ByTime(Pagination):
    """Pages by the moment of submission; the id only breaks ties."""

    ordering = ("-submitted_at", "-id")


def problem_handler(error: Exception, context: dict[str, Any]) -> Response:
    """Answer every error as problem+json (RFC 9457) with a stable `code`."""
    if isinstance(error, RuleViolation):
        return _of_violation(error, context)
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "invalid", _("Some fields need another look."), errors=_field_errors(error.detail))
    if isinstance(error, exceptions.APIException):
        return _of_framework(error)
    for kind, status, code, detail in DJANGOS:
        if isinstance(error, kind):
            return problem(status, code, detail)
    return _of_accident(error, context)


def _of_framework(error: exceptions.APIException) -> Response:
    code = getattr(error.detail, "code", error.default_code)
    response = problem(error.status_code, CODES.get(code, code), error.detail)
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]
    return response


def _of_accident(error: Exception, context: dict[str, Any]) -> Response:
    # Answered here, so that also this is JSON; told to whoever watches for errors, as Django would.
    request = getattr(context.get("request"), "_request", None)
    log.error("The API failed: %s", getattr(request, "path", ""), exc_info=error)
    if isinstance(error, InterfaceError | OperationalError):
        response = problem(503, "unavailable", _("The database can't be reached just now. Nothing was changed."))
        response["Retry-After"] = "5"
        return response
    got_request_exception.send(sender=problem_handler, request=request)
    return problem(500, "server_error", _("That was our fault; it has been noted. Nothing was changed."))


def _of_violation(error: RuleViolation, context: dict[str, Any]) -> Response:
    errors = [{"field": error.field, "code": error.code, "message": str(error.message)}] if error.field else []
    response = problem(error.status, error.code, error.message, errors=errors)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
    present = getattr(context.get("view"), "present", None)
    if isinstance(error, Conflict) and error.fresh is not None and present is not None:
        response.data["current"] = present(error.fresh)
    return response


def problem(status: int, code: str, detail: Any, errors: list[dict[str, str]] | None = None) -> Response:
    """Return a problem document."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": str(detail),
        "errors": errors or [],
    }
    return Response(body, status=status, content_type=PROBLEM)


def _field_errors(detail: Any, path: str = "") -> list[dict[str, str]]:
    if isinstance(detail, dict):
        return [
            item
            for key, value in detail.items()
            for item in _field_errors(value, f"{path}.{key}" if path else str(key))
        ]
    if isinstance(detail, list):
        return [
            item
            for index, value in enumerate(detail)
            for item in _field_errors(value, f"{path}.{index}" if isinstance(value, dict) else path)
        ]
    field = path.removesuffix("non_field_errors").rstrip(".")
    return [{"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}]
