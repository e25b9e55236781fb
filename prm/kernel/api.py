"""The base of the API: scoped view sets, and answers given once per idempotency key."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from rest_framework import viewsets
from rest_framework.response import Response

from prm.kernel.api_defaults import actor_of_request
from prm.kernel.errors import Conflict, RuleViolation

if TYPE_CHECKING:
    from django.db.models import QuerySet
    from rest_framework.request import Request

    from prm.kernel.actors import Actor


class ScopedViewSet(viewsets.GenericViewSet):
    """A view set without a queryset to forget: it starts from what the actor sees.

    Subclasses give `model`, scopes, serializers, and `related` for what the serializer reads.
    """

    model: ClassVar[Any]
    related: ClassVar[tuple[str, ...]] = ()
    read_scope: ClassVar[str] = ""
    write_scope: ClassVar[str] = ""

    @property
    def actor(self) -> Actor:
        """Who asks."""
        return actor_of_request(self.request)

    def get_queryset(self) -> QuerySet[Any]:
        """Return the rows in the actor's sight."""
        if getattr(self, "swagger_fake_view", False):
            return self.model.objects.none()
        return self.model.objects.visible_to(self.actor).select_related(*self.related)

    def once(self, request: Request, answer: Callable[[], Response]) -> Response:
        """Answer a POST at most once per `Idempotency-Key`, in one transaction with the stored answer.

        A replay gets the same answer with `Idempotency-Replayed: true`. A refused request stores nothing.

        Raises:
            Conflict: the same key is in flight. RuleViolation: the key came with another body, or is too long.
        """
        key = request.headers.get("Idempotency-Key", "")
        if not key:
            return answer()
        if len(key) > 100:  # noqa: PLR2004
            raise RuleViolation("idempotency_key_too_long", _("At most 100 characters."))
        seat_id = self.actor.seat_id or 0
        with transaction.atomic():
            _lock_key(seat_id, key)
            kept = _store[0].find(seat_id, key)
            print_ = _fingerprint(request)
            if kept is not None:
                if kept.fingerprint != print_:
                    raise RuleViolation("idempotency_key_reused", _("This key came with another request before."))
                return Response(kept.body, status=kept.status, headers={**kept.headers, "Idempotency-Replayed": "true"})
            response = answer()
            headers = {name: value for name, value in response.headers.items() if name in {"Location", "ETag"}}
            body = json.loads(json.dumps(response.data, default=str))
            _store[0].keep(seat_id, key, print_, response.status_code, headers, body)
            return response


class AnswerStore(Protocol):
    """Keeps answers under seat and key; `activity` plugs in."""

    def find(self, seat_id: int, key: str) -> Any: ...

    def keep(self, seat_id: int, key: str, fingerprint: str, status: int, headers: dict[str, str], body: Any) -> None: ...  # noqa: PLR0913


_store: list[AnswerStore] = []


def set_answer_store(store: AnswerStore) -> None:
    """Plug in the store; called once at start-up."""
    _store[:] = [store]


def _lock_key(seat_id: int, key: str) -> None:
    number = int.from_bytes(hashlib.sha256(f"{seat_id}:{key}".encode()).digest()[:8], "big", signed=True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [number])
        (locked,) = cursor.fetchone()
    if not locked:
        raise Conflict("in_flight", _("A request with this key is being answered. Try again in a moment."))


def _fingerprint(request: Request) -> str:
    body = json.dumps(request.data, sort_keys=True, default=str)
    return hashlib.sha256(f"{request.method} {request.path} {body}".encode()).hexdigest()
