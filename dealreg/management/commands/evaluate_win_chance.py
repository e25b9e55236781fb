"""`manage.py evaluate_win_chance`: how well the chance to win holds on deals that the model hasn't seen."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from dealreg.services.win_chance import judged
from dealreg.winning.fitting import LEAST_CLOSED, LEAST_EACH, fit
from dealreg.winning.history import history_of
from partners.models import Vendor


class Command(BaseCommand):
    """Print the evaluation as JSON. Nothing is kept."""

    help = "Fit the chance to win on the oldest deals, judge it on the newest fifth, and print JSON."

    def add_arguments(self, parser: CommandParser) -> None:
        """Declare the options."""
        parser.add_argument("--vendor", default="", help="a vendor's slug; without it all vendors")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print it.

        Raises:
            CommandError: no such vendor.
        """
        vendors = Vendor.objects.order_by("slug")
        if options["vendor"]:
            vendors = vendors.filter(slug=options["vendor"])
            if not vendors:
                raise CommandError(f"There is no vendor {options['vendor']}.")
        self.stdout.write(json.dumps([evaluated(vendor) for vendor in vendors], indent=2))


def evaluated(vendor: Vendor) -> dict[str, Any]:
    """Return a vendor's evaluation."""
    began = time.perf_counter()
    examples, scale = history_of(vendor.pk)
    closed, won, enough = judged(examples)
    found: dict[str, Any] = {"vendor": vendor.slug, "closed": closed, "won": won, "enough": enough}
    if enough:
        weights, evaluation = fit(examples, scale)
        named = zip(scale.names, weights.weights, strict=True)
        found |= asdict(evaluation) | {"helps": evaluation.helps, "weights": {n: round(w, 3) for n, w in named}}
    else:
        found["needed"] = {"closed": LEAST_CLOSED, "won": LEAST_EACH, "lost": LEAST_EACH}
    return found | {"seconds": round(time.perf_counter() - began, 2)}
