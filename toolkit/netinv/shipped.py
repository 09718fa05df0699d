"""Where the files that netinv ships lie: the investigations, tables, sources, links and sample."""

from __future__ import annotations

from pathlib import Path


def home(part: str) -> Path:
    """`cypher/` or `import/`: the checkout's when it lies beside `toolkit/`, else the wheel's."""
    package = Path(__file__).resolve().parent
    beside = package.parent.parent / part
    return beside if package.parent.name == "toolkit" and beside.is_dir() else package / part
