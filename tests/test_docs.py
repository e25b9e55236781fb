"""The documentation names only what there is: links, commands, files."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import get_commands

ROOT = Path(settings.ROOT)
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)
SPAN = re.compile(r"`([^`\n]+)`")
OURS = re.compile(
    r"(prm|people|activity|partners|standing|accounts|dealreg|portal|templates|tests|docs|bench|deploy|requirements|\.ci)"
    r"/[\w./-]*"
)
# Places and people of the workshop in which this is made; a reader can't know them.
NOT_FOR_READERS = ("../shared", "/work/", "brief.md", "look.py", "devstack_prototype")


def text_of(page):
    return page.read_text(encoding="utf-8")


def label(page):
    return str(page.relative_to(ROOT))


def slugs(page):
    """Return the anchors that a page's headings get, as GitHub makes them."""
    heads = re.findall(r"^#+ (.+)$", FENCED.sub("", text_of(page)), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


def code_of(page):
    """Return what a page sets as code: spans, and lines of fenced blocks."""
    text = text_of(page)
    blocks = FENCED.findall(text)
    return [
        *SPAN.findall(FENCED.sub("", text)),
        *(line.strip() for block in blocks for line in block.splitlines()[1:-1]),
    ]


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_relative_link_resolves(page):
    broken = []
    for link in LINK.findall(FENCED.sub("", text_of(page))):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        found = target.exists() and target.is_relative_to(ROOT)
        if not found or (anchor and anchor not in slugs(target)):
            broken.append(link)
    assert broken == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_command_that_is_named_exists(page):
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([a-z]+):", makefile, re.MULTILINE))
    known = {*get_commands(), "…"}
    unknown = []
    for code in code_of(page):
        unknown += [name for name in re.findall(r"^(?:[A-Z_]+=\S+ )*make ([a-z]+)", code) if name not in targets]
        unknown += [name for name in re.findall(r"manage\.py ([\w…]+)", code) if name not in known]
        unknown += [name for name in re.findall(r'make manage ARGS="([\w…]+)', code) if name not in known]
    assert unknown == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_every_file_that_is_named_exists(page):
    named = [code for code in code_of(page) if OURS.fullmatch(code)]
    assert [name for name in named if not (ROOT / name).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_no_page_names_what_only_its_writers_have(page):
    assert [words for words in NOT_FOR_READERS if words in text_of(page)] == []


def test_the_map_leads_to_every_page():
    map_of_all = ROOT / "docs" / "README.md"
    linked = {(map_of_all.parent / link.partition("#")[0]).resolve() for link in LINK.findall(text_of(map_of_all))}
    decisions = ROOT / "docs" / "decisions"
    linked |= {(decisions / link).resolve() for link in LINK.findall(text_of(decisions / "README.md"))}
    missing = [label(page) for page in PAGES if page.is_relative_to(ROOT / "docs") and page.resolve() not in linked]
    assert [name for name in missing if name != "docs/README.md"] == []
