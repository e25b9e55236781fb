"""What the drill's writers ask of the web server."""

import json
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.http import JsonResponse
from django.views.decorators.csrf import csrf_exempt

from bench.drill.tasks import naive
from dealreg.registrations import LineInput, Registration
from dealreg.services import register_deal


@csrf_exempt
def register(request: Any) -> JsonResponse:
    """Register a deal as the session's person, through the whole middleware and the product's own service."""
    given = json.loads(request.body)
    registration = Registration(
        enrollment_id=given["enrollment"],
        customer_name=given["customer"],
        customer_country="DE",
        contact_name="Ines Rothmann",
        lines=(LineInput(given["product"], 12),),
        close_date=date.fromisoformat(given["close_date"]),
        submission=UUID(given["submission"]),
    )
    deal = register_deal(actor=request.actor, registration=registration)
    return JsonResponse({"reference": deal.reference}, status=201)


@csrf_exempt
def send_naively(request: Any) -> JsonResponse:
    """Write a row and send its task on commit."""
    number = json.loads(request.body)["number"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("INSERT INTO drill_naive (number) VALUES (%s)", [number])
        transaction.on_commit(lambda: naive.delay(number))
    return JsonResponse({"reference": str(number)}, status=201)
