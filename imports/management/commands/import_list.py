"""`manage.py import_list KIND FILE --vendor SLUG`: loads a list of a kind for a vendor, from CSV or XLSX."""

from __future__ import annotations

import csv
import sys
from itertools import islice
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from imports.reading import Layout, ReadRow, read_layout, read_rows
from imports.registry import KINDS
from imports.services import Progress, import_list
from partners.models import Vendor
from prm.kernel.actors import system
from prm.kernel.errors import RuleViolation

if TYPE_CHECKING:
    from imports.kinds import ImportKind

SHOWN = 20


class Command(BaseCommand):
    """Previews the file, then loads it, and lists the rows that were refused."""

    help = "Loads a list for a vendor from CSV or XLSX: customers, or what else is registered."

    def add_arguments(self, parser: CommandParser) -> None:
        """Take the kind, the file and the vendor."""
        self.add_kind(parser)
        parser.add_argument("file", type=Path, help="CSV with a heading; UTF-8 unless --encoding says otherwise")
        parser.add_argument("--vendor", required=True, help="the vendor's slug")
        parser.add_argument("--preview", action="store_true", help="show what would be read, and load nothing")
        parser.add_argument("--encoding", default="", help="for example cp1252")
        parser.add_argument("--refused", type=Path, help="write the refused rows, with reasons, to this CSV")

    def add_kind(self, parser: CommandParser) -> None:
        """Take the kind of list."""
        parser.add_argument("kind", choices=sorted(KINDS), help="what the list holds")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run the command."""
        path, kind = options["file"], KINDS[options["kind"]]
        vendor = Vendor.objects.filter(slug=options["vendor"]).first()
        if vendor is None:
            known = ", ".join(Vendor.objects.order_by("slug").values_list("slug", flat=True)) or "none"
            raise CommandError(f"There is no vendor {options['vendor']!r}. Known: {known}.")
        if not path.is_file():
            raise CommandError(f"There is no file {path}.")
        try:
            layout = read_layout(path, kind, options["encoding"])
            self._preview(path, kind, layout)
            if not options["preview"]:
                _Load(self, vendor, kind, options["refused"]).run(path, layout)
        except RuleViolation as violation:
            raise CommandError(str(violation.message)) from None

    def _preview(self, path: Path, kind: ImportKind, layout: Layout) -> None:
        recognised = ", ".join(layout.columns) or "none"
        kept = ", ".join(layout.further) or "none"
        self.stdout.write(f"{path.name}: {layout.encoding}, columns {recognised}; kept as they are: {kept}")
        shown = [target.name for target in kind.targets if target.name in layout.columns][:3]
        for row in islice(read_rows(path, kind, layout), 5):
            said = f"refused, {row.reason}" if row.reason else " | ".join(str(row.data[name]) or "–" for name in shown)
            self.stdout.write(f"  line {row.line}: {said}")


class _Load:
    """Loads a file, tells how far it is, and lists what was refused."""

    def __init__(self, command: Command, vendor: Vendor, kind: ImportKind, target: Path | None) -> None:
        self.stdout, self.vendor, self.kind, self.target = command.stdout, vendor, kind, target
        self.started, self.refused = monotonic(), list[ReadRow]()

    def run(self, path: Path, layout: Layout) -> None:
        run = import_list(
            actor=system(self.vendor.pk),
            kind=self.kind,
            file_name=path.name,
            rows=read_rows(path, self.kind, layout),
            report=self._tell,
            refuse=self._note,
        )
        for row in self.refused[:SHOWN]:
            self.stdout.write(f"  line {row.line}: {row.reason}  {row.name[:80]}")
        if run.refused > SHOWN:
            self.stdout.write(f"  … and {run.refused - SHOWN:,} more; --refused FILE writes them all")
        if self.target is not None:
            self._write(self.target)
        self.stdout.write(
            f"{self.vendor.name}: {run.rows:,} rows in {monotonic() - self.started:.1f} s: {run.created:,} new, "
            f"{run.updated:,} updated, {run.unchanged:,} unchanged, {run.refused:,} refused."
        )

    def _note(self, row: ReadRow) -> None:
        if self.target is not None or len(self.refused) < SHOWN:
            self.refused.append(row)

    def _tell(self, progress: Progress) -> None:
        rate = progress.rows / max(monotonic() - self.started, 0.001)
        line = f"  {progress.rows:,} rows, {progress.created:,} new, {progress.refused:,} refused, {rate:,.0f} rows/s"
        self.stdout.write(line, ending="\r" if sys.stdout.isatty() else "\n")

    def _write(self, target: Path) -> None:
        with target.open("w", newline="", encoding="utf-8") as lines:
            writer = csv.writer(lines)
            writer.writerow(["line", "reason", "row"])
            writer.writerows([row.line, row.reason, row.name] for row in self.refused)
        self.stdout.write(f"  refused rows are in {target}")
