"""The product's addresses, and one that fails as asked."""

from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.http import Http404
from django.urls import path

from prm.kernel.errors import Conflict, Forbidden, RuleViolation, TooMany
from prm.urls import handler400
from prm.urls import urlpatterns as product

FAILURES = {
    "400": SuspiciousOperation("secret detail"),
    "403": Forbidden("not_allowed", "Only <approvers> decide."),
    "403-django": PermissionDenied("secret detail"),
    "404": Http404("secret detail"),
    "409": Conflict("changed", "Someone decided it <meanwhile>."),
    "422": RuleViolation("too_small", "It is <below> the minimum."),
    "429": TooMany("too_many", "Wait <a while>.", 90),
    "500": ZeroDivisionError("secret detail"),
}


def fail(request, what):
    raise FAILURES[what]


urlpatterns = [path("raise/<str:what>/", fail), *product]
__all__ = ["handler400", "urlpatterns"]
