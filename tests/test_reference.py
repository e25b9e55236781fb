"""The reference pages say what the code says, and the check notices when they don't."""

import ast
import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.utils import translation

from activity.mailing import TEMPLATES
from activity.registry import EVENTS, HANDLERS
from dealreg.workflow import MACHINES
from portal.reference.configuration import BEFORE_DJANGO, INTERNAL
from portal.reference.pages import FOLDER, written
from prm.kernel.actors import PERMISSIONS
from prm.kernel.environment import VARIABLES

ROOT = Path(settings.ROOT)


@pytest.fixture(scope="module")
def pages():
    return written()


def test_committed_pages_are_what_the_code_says():
    call_command("generate_reference", "--check")


def test_check_fails_and_names_a_page_that_says_something_else(tmp_path, settings, capsys):
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"), encoding="utf-8")
    settings.ROOT = tmp_path
    call_command("generate_reference")
    call_command("generate_reference", "--check")
    events = tmp_path / FOLDER / "events.md"
    events.write_text(events.read_text(encoding="utf-8") + "And more.\n", encoding="utf-8")
    (tmp_path / FOLDER / "permissions.md").unlink()

    with pytest.raises(CommandError, match=r"events\.md, docs/reference/permissions\.md"):
        call_command("generate_reference", "--check")
    capsys.readouterr()
    call_command("generate_reference")
    assert capsys.readouterr().out.split() == ["docs/reference/events.md", "docs/reference/permissions.md"]


def test_pages_do_not_depend_on_the_language_that_is_active(pages):
    with translation.override("de"):
        assert written() == pages


def test_every_event_handler_mail_right_and_variable_is_listed(pages):
    for page, names in {
        "events.md": [*EVENTS, *HANDLERS],
        "mails.md": [*TEMPLATES],
        "permissions.md": [*PERMISSIONS],
        "configuration.md": [*VARIABLES, *(variable.name for variable in BEFORE_DJANGO)],
    }.items():
        assert [name for name in names if f"`{name}`" not in pages[page]] == []


def test_every_transition_is_in_diagram_and_table(pages):
    for machine in MACHINES:
        for transition in machine.transitions:
            assert f"| `{transition.name}` (" in pages["state-machines.md"]
            for source in transition.sources:
                assert f"    {source} --> {transition.target}: {transition.name}\n" in pages["state-machines.md"]


def test_every_variable_that_is_read_before_django_is_listed():
    known = {variable.name for variable in BEFORE_DJANGO} | set(VARIABLES) | set(INTERNAL)
    read = {name for path in (ROOT / "prm" / "embedded").glob("*.py") for name in names_read(path)}
    makefile = re.findall(r"\b(PRM_[A-Z_]+)=|\$\((ARGS|PYTHON3)\)", (ROOT / "Makefile").read_text(encoding="utf-8"))
    read |= {name for pair in makefile for name in pair if name}

    assert {"PRM_HOME", "PRM_PG_BIN", "PORT", "ARGS", "PYTHON3", "PRM_SOAK"} <= read
    assert read - {"PATH"} - known == set()


def names_read(path):
    """Yield the names in `os.environ["X"]` and `os.environ.get("X")`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        match node:
            case ast.Subscript(value=ast.Attribute(attr="environ"), slice=ast.Constant(value=name)):
                yield name
            case ast.Call(func=ast.Attribute(value=ast.Attribute(attr="environ")), args=[ast.Constant(value=name), *_]):
                yield name
