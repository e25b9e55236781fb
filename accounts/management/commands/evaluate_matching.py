"""`manage.py evaluate_matching`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.evaluating import SPLITS, NotMeasurable, read_records, report_of


class Command(BaseCommand):
    """Measure matching on a list of customers whose truth is known, and print JSON. It needs no database."""

    help = (
        "Measure matching on a CSV file with true_id and name, and any of address, postcode, city, phone, website, "
        "domain, country, registry_number, vat; prints JSON."
    )
    requires_system_checks = []

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the split."""
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument(
            "--split",
            choices=SPLITS,
            default="all",
            help="half of the organisations, told by a hash of true_id: what the weights were fitted to, or not",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the figures."""
        path: Path = options["file"]
        if not path.is_file():
            raise CommandError(f"{path} is not there; matching is measured on a file that you name.")
        try:
            records = read_records(path, options["split"])
        except NotMeasurable as refused:
            raise CommandError(str(refused)) from None
        report = {"file": path.name, "split": options["split"], **report_of(records)}
        self.stdout.write(json.dumps(report, indent=2, ensure_ascii=False))
