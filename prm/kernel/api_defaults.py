"""What Django REST Framework's settings name: who may ask, how lists are paged, how errors are answered.

Apart from `prm.kernel.api`, because the framework imports its defaults while it is being imported itself.
"""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import PermissionDenied, RequestDataTooBig
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from rest_framework import exceptions, pagination, permissions
from rest_framework.response import Response

from prm.kernel.actors import Kind
from prm.kernel.errors import RuleViolation, TooMany

if TYPE_CHECKING:
    from rest_framework.request import Request
    from rest_framework.views import APIView

    from prm.kernel.actors import Actor

PROBLEM = "application/problem+json"


def actor_of_request(request: Any) -> Actor:
    """Return the actor of a DRF request: the token's seat, else the session's."""
    actor: Actor = request._request.actor
    return actor


class HasSeat(permissions.BasePermission):
    """Lets in who acts from a seat, and whose token carries the view's scope."""

    def has_permission(self, request: Request, view: APIView) -> bool:
        """Judge the seat and, with a token, the scope of `view.read_scope` or `view.write_scope`."""
        actor = actor_of_request(request)
        if actor.kind not in {Kind.PARTNER, Kind.VENDOR}:
            return False
        read = request.method in permissions.SAFE_METHODS
        scope = getattr(view, "read_scope" if read else "write_scope", "")
        return not scope or actor.holds_scope(scope)


class Pagination(pagination.CursorPagination):
    """Pages by cursor, newest first: the thousandth page costs what the first costs."""

    page_size = 50
    max_page_size = 200
    page_size_query_param = "limit"
    ordering = "-id"


def problem_handler(error: Exception, context: dict[str, Any]) -> Response | None:
    """Answer errors as problem+json (RFC 9457) with a stable `code`."""
    if isinstance(error, RuleViolation):
        return _of_violation(error)
    if isinstance(error, Http404):
        return problem(404, "not_found", _("There is no such record, or it isn't yours to see."))
    if isinstance(error, PermissionDenied):
        return problem(403, "not_allowed", _("You may not do this."))
    if isinstance(error, RequestDataTooBig):
        return problem(413, "too_large", _("The request is too large."))
    if isinstance(error, exceptions.ValidationError):
        return problem(422, "invalid", _("Some fields need another look."), errors=_field_errors(error.detail))
    if isinstance(error, exceptions.APIException):
        response = problem(error.status_code, str(getattr(error, "default_code", "error")), error.detail)
        if isinstance(error, exceptions.NotAuthenticated | exceptions.AuthenticationFailed):
            response["WWW-Authenticate"] = getattr(error, "auth_header", 'Bearer realm="api"')
        return response
    return None


def _of_violation(error: RuleViolation) -> Response:
    errors = [{"field": error.field, "code": error.code, "message": str(error.message)}] if error.field else []
    response = problem(error.status, error.code, error.message, errors=errors)
    if isinstance(error, TooMany):
        response["Retry-After"] = str(error.retry_after)
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
        return [item for key, value in detail.items() for item in _field_errors(value, f"{path}.{key}" if path else str(key))]
    if isinstance(detail, list):
        return [item for value in detail for item in _field_errors(value, path)]
    field = "" if path == "non_field_errors" else path
    return [{"field": field, "code": str(getattr(detail, "code", "invalid")), "message": str(detail)}]
