"""Publishes a journey of ten automated steps, starts it for many partners, or starts the naive tasks of its control.

`python -m bench.drill.start_journeys 0 --address http://127.0.0.1:9000/` publishes and prints the secret of the webhook
steps; `… 200` starts; `… 20 --naive` is the control.
"""

from __future__ import annotations

import argparse
from typing import Any

import django

EFFECTS, HOOKS = 8, 2


def main() -> None:
    """Start them."""
    django.setup()
    from bench.drill.tasks import naive_journey  # noqa: PLC0415  (needs settings)

    parser = argparse.ArgumentParser()
    parser.add_argument("count", type=int)
    parser.add_argument("--address", default="", help="only publish the journey, with webhooks that call this")
    parser.add_argument("--naive", action="store_true")
    options = parser.parse_args()
    if options.naive:
        for number in range(options.count):
            naive_journey.delay(-1 - number)
    elif options.address:
        print(publish(options.address))
    else:
        start(options.count)


def definition(address: str) -> dict[str, Any]:
    """Return the journey: effects in parallel and one after the other, a webhook amid them and one at the end."""
    steps = [_step("e0"), _step("e1"), _step("h0", "e0", "e1", address=address)]
    steps += [_step(f"e{n}", "h0") for n in (2, 3, 4)]
    steps += [_step("e5", "e2", "e3", "e4"), _step("e6", "e5"), _step("e7", "e6"), _step("h1", "e7", address=address)]
    return {"stages": [{"slug": "drill", "name": "Drill", "steps": steps}]}


def _step(slug: str, *after: str, address: str = "") -> dict[str, Any]:
    kind, told = ("webhook", {"settings": {"address": address}}) if address else ("drill_effect", {})
    return {"slug": slug, "kind": kind, "name": slug, "after": list(after), **told}


def publish(address: str) -> str:
    """Publish the journey; returns the secret of its webhook steps."""
    from django.utils import timezone  # noqa: PLC0415

    from onboarding.models import JourneyTemplate, JourneyVersion, StepSecret  # noqa: PLC0415
    from onboarding.step_secrets import fresh_secret, sealed_secret  # noqa: PLC0415
    from partners.models import Program  # noqa: PLC0415

    program = Program.objects.select_related("vendor").get(vendor__slug="northwind")
    tenant = {"vendor": program.vendor}
    template = JourneyTemplate.objects.create(**tenant, program=program, name="Drill")
    JourneyVersion.objects.create(
        **tenant,
        template=template,
        number=1,
        state="published",
        published_at=timezone.now(),
        definition=definition(address),
    )
    secret = fresh_secret()
    for slug in ("h0", "h1"):
        StepSecret.objects.create(**tenant, template=template, slug=slug, sealed=sealed_secret(secret))
    return secret


def start(count: int) -> None:
    """Enrol partners, and start the journey of each."""
    from onboarding.services import start_journey  # noqa: PLC0415
    from partners.enums import EnrollmentStatus  # noqa: PLC0415
    from partners.models import Enrollment, Partner, Program  # noqa: PLC0415
    from prm.kernel.actors import system  # noqa: PLC0415

    program = Program.objects.select_related("vendor").get(vendor__slug="northwind")
    for number in range(count):
        partner = Partner.objects.create(name=f"Drill {number}", slug=f"drill-{number}", country="DE")
        enrollment = Enrollment.objects.create(
            vendor=program.vendor, program=program, partner=partner, status=EnrollmentStatus.ONBOARDING
        )
        start_journey(actor=system(program.vendor_id), enrollment=enrollment, facts={})


if __name__ == "__main__":
    main()
