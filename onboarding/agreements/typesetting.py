"""Typesets one paper in a process of its own: facts as JSON come in, a PDF goes out."""

from __future__ import annotations

import sys
from pathlib import Path

import typst


def main() -> None:
    """Read, typeset, write."""
    facts = sys.stdin.buffer.read().decode()
    template = (Path(__file__).parent / "paper.typ").read_bytes()
    sys.stdout.buffer.write(typst.compile(template, sys_inputs={"facts": facts}))


if __name__ == "__main__":
    main()
