"""Large exports as jobs: the rows of any list, as its page would show them to whoever asked, in a file.

First the keys of all rows are written down, in the list's order; then the rows are read 2,000 at a time by key, each
time through the list's own query, `visible_to` the actor as it then stands. So a killed worker's export goes on where
it stopped, and memory stays flat.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from django.http import Http404, HttpRequest, QueryDict
from django.urls import resolve
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from jobs.actors import Holder, holder_of
from jobs.registry import job_kind
from jobs.rights import covers, note_rights
from jobs.services import start_job
from prm.kernel.errors import RuleViolation
from prm.kernel.pages import Column, ListPage
from prm.kernel.spreadsheets import FORMATS, MARK, MOST_XLSX_ROWS, csv_line, plain_cell, write_xlsx

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from jobs.models import Job
    from jobs.work import Work
    from prm.kernel.actors import Actor

CHUNK = 2000
KEY_WIDTH = 40
KEPT_OF_SESSION = ("vendor",)
"""What of a session narrows lists: the vendor that a partner's person looks at."""


def start_export(*, actor: Actor, request: HttpRequest, path: str, query: str, wanted: str) -> Job:
    """Start the export of a list, given by its address; returns the job. Records `job.started`.

    Args:
        path: the list's path. query: its query string. wanted: csv or xlsx.

    Raises:
        Http404: there is no list with an export at that path. Forbidden: the actor may not open it.
        RuleViolation: no such format.
    """
    arguments = {
        "path": urlsplit(path).path,
        "query": query[:4000],
        "format": wanted,
        "session": {name: request.session.get(name) for name in KEPT_OF_SESSION},
    }
    holder = Holder(actor, request.user, getattr(request, "place", None))
    _columns, _found, name = source_of(arguments, holder)
    if wanted not in FORMATS:
        raise RuleViolation("no_such_format", _("Exports are CSV or XLSX files."))
    title = _("Export of %(name)s as %(format)s") % {"name": name, "format": wanted.upper()}
    return start_job(actor=actor, kind="export", title=title, arguments={**arguments, "name": name})


def source_of(arguments: dict[str, Any], holder: Holder) -> tuple[tuple[Column, ...], QuerySet[Any], str]:
    """Return the columns, rows and name of the list that the arguments name, as its page gives them to the holder.

    Raises:
        Http404: there is no such list. Forbidden: the holder may not open it.
    """
    match = resolve(arguments["path"])
    request = _request(arguments, holder)
    model_admin = getattr(match.func, "model_admin", None)
    if model_admin is not None and hasattr(model_admin, "exported"):
        columns, found = model_admin.exported(request)
        return columns, found, str(model_admin.opts.verbose_name_plural)
    view_class = getattr(match.func, "view_class", None)
    if view_class is None or not issubclass(view_class, ListPage) or not view_class.columns:
        raise Http404
    view = view_class()
    view.setup(request, *match.args, **match.kwargs)
    columns, found = view.exported()
    return columns, found, str(view.export_name)


def _request(arguments: dict[str, Any], holder: Holder) -> HttpRequest:
    """Return a request as the list's page would get it."""
    request: Any = HttpRequest()
    request.method, request.path, request.path_info = "GET", arguments["path"], arguments["path"]
    request.GET = QueryDict(arguments["query"], mutable=True)
    for name in ("export", "page", "p"):
        request.GET.pop(name, None)
    request.GET["export"] = arguments["format"]
    request.actor, request.user, request.place = holder.actor, holder.person, holder.place
    request.session, request.htmx = dict(arguments["session"]), False
    return request


@job_kind(
    "export",
    label=gettext_lazy("Export"),
    icon="download",
    kept=gettext_lazy("Nothing was kept."),
    figures={"rows": gettext_lazy("Rows")},
)
def export(work: Work) -> None:
    """Write the list's rows into parts, then put them together."""
    arguments = work.job.arguments
    holder = _holder_now(work)
    columns, found, _name = source_of(arguments, holder)
    if "keys" not in work.checkpoint:
        _write_keys(work, found)
    if arguments["format"] == "xlsx" and work.checkpoint["count"] > MOST_XLSX_ROWS:
        raise RuleViolation("too_many_rows", _("A workbook holds 1,048,575 rows. Choose CSV, or narrow the list down."))
    work.figures.setdefault("rows", 0)
    while work.checkpoint["at"] < work.checkpoint["count"]:
        now = _holder_now(work)
        if now.actor != holder.actor:
            holder = now
            columns, found, _name = source_of(arguments, holder)
        _write_part(work, columns, found)
    _holder_now(work)
    _put_together(work, [str(label) for label, _value in columns])


def _holder_now(work: Work) -> Holder:
    """Return whom the export works for, as rights are now. One query.

    Raises:
        RuleViolation: the seat has ended, or its rights are less than those that parts were written with: these parts
            are forgotten, and trying again begins with the rights of then.
    """
    holder = holder_of(work.job.person_id, work.job.seat_id)
    if holder is None:
        raise RuleViolation("seat_ended", _("The seat that it was started from has ended."))
    if not covers(holder.actor, work.job):
        work.forget()
        words = _("What you may see became less while it was written. Try again to get what you may see now.")
        raise RuleViolation("rights_shrank", words)
    note_rights(work.job, holder.actor)
    return holder


def _write_keys(work: Work, found: QuerySet[Any]) -> None:
    count = 0

    def lines() -> Iterator[bytes]:
        nonlocal count
        for key in found.values_list("pk", flat=True).iterator(chunk_size=5000):
            count += 1
            yield f"{key}\n".encode().rjust(KEY_WIDTH)

    with work.chunk():
        name = work.keep_part(lines())
        work.checkpoint = {"keys": name, "count": count, "at": 0, "parts": [], "rows": 0}
        work.total(count)


def _write_part(work: Work, columns: tuple[Column, ...], found: QuerySet[Any]) -> None:
    at = work.checkpoint["at"]
    with work.open_part(work.checkpoint["keys"]) as keys:
        keys.seek(at * KEY_WIDTH)
        wanted = [line.strip().decode() for line in islice(keys, CHUNK)]
    with work.chunk():
        rows = [[value(row) for _label, value in columns] for row in found.filter(pk__in=wanted)]
        encode = _csv_bytes if work.job.arguments["format"] == "csv" else _json_bytes
        work.checkpoint["parts"] = [*work.checkpoint["parts"], work.keep_part(map(encode, rows))]
        work.checkpoint["at"] = at + len(wanted)
        work.checkpoint["rows"] += len(rows)
        work.figures["rows"] = work.checkpoint["rows"]
        work.advance(len(wanted))


def _csv_bytes(cells: list[Any]) -> bytes:
    return csv_line(cells).encode()


def _json_bytes(cells: list[Any]) -> bytes:
    return json.dumps([plain_cell(cell) for cell in cells]).encode() + b"\n"


def _put_together(work: Work, head: list[str]) -> None:
    wanted = work.job.arguments["format"]
    name = f"{work.job.arguments['name']}-{timezone.localdate():%Y-%m-%d}.{wanted}"
    work.advance(0, note=_("Putting the file together"))
    if wanted == "csv":
        first = [(MARK + csv_line(head)).encode()]
        work.keep_file(name, chain(first, _told(work, _lines(work))), FORMATS[wanted])
        return
    with tempfile.TemporaryFile() as file:
        write_xlsx(file, head, map(json.loads, _lines(work)), lambda: work.advance(0))
        size = file.seek(0, 2)
        file.seek(0)
        work.keep_open_file(name, file, size, FORMATS[wanted])


def _lines(work: Work) -> Iterator[bytes]:
    for name in work.checkpoint["parts"]:
        with work.open_part(name) as part:
            yield from part


def _told(work: Work, lines: Iterable[bytes]) -> Iterator[bytes]:
    for line in lines:
        work.advance(0)
        yield line
