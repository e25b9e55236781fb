"""The API's addresses: version 1, its OpenAPI document and the page that shows it."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, include, path, re_path
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer
from rest_framework.exceptions import NotFound
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.routers import SimpleRouter
from rest_framework.views import APIView

from accounts.api import AccountViewSet, ProductViewSet
from accounts.facts.api import SalesLineViewSet, SatisfactionViewSet, UsageViewSet
from activity.api import EventViewSet
from dealreg.api.appeals import AppealViewSet, ProtectionOfferViewSet
from dealreg.api.deals import DealViewSet
from dealreg.api.extensions import ExtensionViewSet
from dealreg.api.inbound import InboundMailView
from dealreg.api.leads import LeadOfferViewSet, LeadViewSet
from dealreg.api.programs import ProgramViewSet
from dealreg.api.special_prices import PriceRequestViewSet
from dealreg.api.teams import SharedDealViewSet
from imports.api import ListViewSet
from onboarding.agreements_api import AgreementTemplateViewSet, AgreementViewSet
from onboarding.api_answers import StepAnswerView
from onboarding.applications_api import ApplicationViewSet
from onboarding.journey_versions_api import JourneyVersionViewSet
from onboarding.journeys_api import JourneyViewSet
from onboarding.recruiting_api import ProspectViewSet, TimeToValueView
from partners.api import MeView, PartnerViewSet
from partners.api_joining import JoinRequestViewSet
from prm import api_document  # noqa: F401  (says how one signs in, and what answers have in common)
from standing.api import EnrollmentViewSet
from standing.intake_api import CertificateViewSet, WaitingViewSet
from standing.points_api import PointViewSet
from standing.reviews_api import OverrideViewSet, ReviewViewSet
from standing.schemes_api import SchemeViewSet
from standing.standing_api import SpecialisationViewSet, StandingViewSet, TierChangeViewSet
from standing.trials_api import TrialViewSet

router = SimpleRouter()
router.register("deals", DealViewSet, "deal")
router.register("shared-deals", SharedDealViewSet, "shared-deal")
router.register("extensions", ExtensionViewSet, "extension")
router.register("special-prices", PriceRequestViewSet, "special-price")
router.register("appeals", AppealViewSet, "appeal")
router.register("protection-offers", ProtectionOfferViewSet, "protection-offer")
router.register("leads", LeadViewSet, "lead")
router.register("lead-offers", LeadOfferViewSet, "lead-offer")
router.register("accounts", AccountViewSet, "account")
router.register("products", ProductViewSet, "product")
router.register("programs", ProgramViewSet, "program")
router.register("partners", PartnerViewSet, "partner")
router.register("enrollments", EnrollmentViewSet, "enrollment")
router.register("join-requests", JoinRequestViewSet, basename="join-request")
router.register("applications", ApplicationViewSet, "application")
router.register("agreements", AgreementViewSet, "agreement")
router.register("agreement-templates", AgreementTemplateViewSet, "agreement-template")
router.register("journeys", JourneyViewSet, "journey")
router.register("journey-versions", JourneyVersionViewSet, "journey-version")
router.register("events", EventViewSet, "event")
router.register("facts/sales-lines", SalesLineViewSet, "sales-line")
router.register("facts/usage", UsageViewSet, "usage")
router.register("facts/satisfaction", SatisfactionViewSet, "satisfaction")
router.register("facts/certificates", CertificateViewSet, "certificate")
router.register("facts/waiting", WaitingViewSet, "waiting-fact")
router.register("standings", StandingViewSet, "standing")
router.register("tier-changes", TierChangeViewSet, "tier-change")
router.register("specialisations", SpecialisationViewSet, "specialisation")
router.register("points", PointViewSet, "points")
router.register("reviews", ReviewViewSet, "review")
router.register("overrides", OverrideViewSet, "override")
router.register("schemes", SchemeViewSet, "scheme")
router.register("scheme-trials", TrialViewSet, "trial")
router.register("lists", ListViewSet, "list")
router.register("prospects", ProspectViewSet, "prospect")

single = [
    path("me/", MeView.as_view(), name="me"),
    path("inbound-mail/", InboundMailView.as_view(), name="inbound-mail"),
    path("time-to-value/", TimeToValueView.as_view(), name="time-to-value"),
    path("journey-steps/<uuid:key>/answer/", StepAnswerView.as_view(), name="journey-step-answer"),
]


@lru_cache(maxsize=1)
def document() -> dict[str, Any]:
    """Return the OpenAPI document; made once per process."""
    with override("en"):
        made: dict[str, Any] = SchemaGenerator(urlconf="prm.urls").get_schema(request=None, public=True)
    return made


class DocumentView(APIView):
    """The OpenAPI document, as YAML or JSON, for everyone."""

    schema = None
    authentication_classes = ()
    permission_classes = (AllowAny,)
    throttle_classes = ()
    renderer_classes = (OpenApiYamlRenderer, OpenApiJsonRenderer)

    def get(self, request: Request) -> Response:
        """Answer in the form that `Accept` or `?format=` names."""
        return Response(document(), headers={"Cache-Control": "public, max-age=300"})


class NoSuchAddress(APIView):
    """Answers what isn't an address of the API, so that also this is a problem document."""

    schema = None
    permission_classes = (AllowAny,)
    throttle_classes = ()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Refuse whatever is asked.

        Raises:
            NotFound: always.
        """
        hint = "" if request.path.endswith("/") else _(" Addresses end with a slash.")
        raise NotFound(f"{_('There is nothing at this address.')}{hint}")


@csp_replace({"style-src": [SELF, UNSAFE_INLINE]})
def documentation(request: Any) -> HttpResponse:
    """Show the OpenAPI document in Swagger UI, which writes inline styles."""
    return render(request, "api/documentation.html")


urlpatterns: list[URLPattern | URLResolver] = [
    path("schema/", DocumentView.as_view(), name="api-schema"),
    path("docs/", documentation, name="api-docs"),
    path("v1/", include(([*router.urls, *single], "api"))),
    re_path("^.*$", NoSuchAddress.as_view()),
]
