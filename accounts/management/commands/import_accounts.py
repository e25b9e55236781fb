"""`manage.py import_accounts FILE --vendor SLUG`: loads a vendor's existing customers from CSV."""

from __future__ import annotations

import csv
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.reading import CustomerRow, Layout, RefusedRow, read_layout, read_rows
from accounts.services import Progress, import_accounts
from partners.models import Vendor
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation

SHOWN = 20


class Command(BaseCommand):
    """Previews the file, then loads it, and lists the rows that were refused."""

    help = "Loads a vendor's existing customers from CSV: a name, a country, and whatever else is there."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the file and the vendor."""
        parser.add_argument("file", type=Path, help="CSV with a heading; UTF-8 unless --encoding says otherwise")
        parser.add_argument("--vendor", required=True, help="the vendor's slug")
        parser.add_argument("--preview", action="store_true", help="show what would be read, and load nothing")
        parser.add_argument("--encoding", default="", help="for example cp1252")
        parser.add_argument("--refused", type=Path, help="write the refused rows, with reasons, to this CSV")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        path: Path = options["file"]
        vendor = Vendor.objects.filter(slug=options["vendor"]).first()
        if vendor is None:
            known = ", ".join(Vendor.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no vendor {options['vendor']!r}. Known: {known}.")
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            layout = read_layout(path, options["encoding"])
            self._preview(path, layout)
            if not options["preview"]:
                self._load(path, layout, vendor, options["refused"])
        except RuleViolation as violation:
            raise CommandError(str(violation.message)) from None

    def _preview(self, path: Path, layout: Layout) -> None:
        recognised = ", ".join(layout.columns) or "none"
        self.stdout.write(
            f"{path.name}: {layout.encoding}, columns {recognised}; "
            f"kept as they are: {', '.join(layout.further) or 'none'}"
        )
        for row in islice(read_rows(path, layout), 5):
            if isinstance(row, CustomerRow):
                self.stdout.write(
                    f"  line {row.line}: {row.name} | {row.country or 'no country'} | {row.domain or 'no domain'}"
                )
            else:
                self.stdout.write(f"  line {row.line}: refused, {row.reason}")

    def _load(self, path: Path, layout: Layout, vendor: Vendor, target: Path | None) -> None:
        started, refused = monotonic(), list[RefusedRow]()
        reasons: Counter[str] = Counter()

        def note(row: RefusedRow) -> None:
            reasons[row.reason] += 1
            if target is not None or len(refused) < SHOWN:
                refused.append(row)

        def tell(progress: Progress) -> None:
            rate = progress.rows / max(monotonic() - started, 0.001)
            line = (
                f"  {progress.rows:,} rows, {progress.created:,} new, {progress.refused:,} refused, {rate:,.0f} rows/s"
            )
            self.stdout.write(line, ending="\r" if sys.stdout.isatty() else "\n")

        run = import_accounts(
            actor=system(vendor.pk), file_name=path.name, rows=read_rows(path, layout), report=tell, refuse=note
        )
        for row in refused[:SHOWN]:
            self.stdout.write(f"  line {row.line}: {row.reason}  {row.text[:80]}")
        if run.refused > SHOWN:
            self.stdout.write(f"  … and {run.refused - SHOWN:,} more; --refused FILE writes them all")
        if target is not None:
            self._write(target, refused)
        seconds = monotonic() - started
        self.stdout.write(
            f"{vendor.name}: {run.rows:,} rows in {seconds:.1f} s: {run.created:,} new, {run.updated:,} updated, "
            f"{run.unchanged:,} unchanged, {run.refused:,} refused."
        )

    def _write(self, target: Path, refused: list[RefusedRow]) -> None:
        with target.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(["line", "reason", "row"])
            writer.writerows([row.line, row.reason, row.text] for row in refused)
        self.stdout.write(f"  refused rows are in {target}")
