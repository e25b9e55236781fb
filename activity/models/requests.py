"""What the API remembers of requests."""

from __future__ import annotations

from django.db import models
from django.utils import timezone

from prm.kernel.scoping import ScopedModel, Unscoped


class IdempotencyRecord(ScopedModel):
    """The answer that an API request with an `Idempotency-Key` got, so that a replay gets it again."""

    scope = Unscoped("machinery: looked up by seat and key, inside the API's base class only")

    seat_id = models.BigIntegerField()
    key = models.CharField(max_length=100)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    headers = models.JSONField(default=dict)
    body = models.JSONField(null=True)
    created_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["seat_id", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return f"{self.key} of seat {self.seat_id}"


class ApiUse(ScopedModel):
    """How many API requests a seat made in the minute of its latest one."""

    scope = Unscoped("machinery: written by the API's throttle only")

    seat_id = models.BigIntegerField(primary_key=True)
    minute = models.BigIntegerField()
    requests = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"{self.requests} of seat {self.seat_id}"
