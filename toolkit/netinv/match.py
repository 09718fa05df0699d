"""Tells which table or foreign source a file is: by `--as`, by its stem, by its header."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from netinv import cypherfile
from netinv.errors import InputError
from netinv.files import SUFFIXES, open_table, readable, stem


@dataclass(frozen=True)
class Candidate:
    """A file on its way in: what it was matched with (`kind`, and `role` in a foreign source)."""

    path: Path
    kind: str
    role: str = ""


def match(
    paths: Sequence[Path], kind: str = "", encoding: str = ""
) -> tuple[list[Candidate], dict[Path, str]]:
    """The files to read, and what of the folders is not read: path → what it is instead.

    `kind` is what `--as` said. A folder's own folders are not read, nor what is hidden. Raises
    InputError for a named file that is absent, of no format that is read, or of no kind that can
    be told.
    """
    found: list[Candidate] = []
    unread: dict[Path, str] = {}
    for path in paths:
        if path.is_dir():
            inside = sorted(one for one in path.iterdir() if one.name[0] not in "._")
            for one in inside:
                odd = _no_file(one)
                candidate = _kind_of(one, kind, encoding) if not odd and readable(one) else None
                if candidate:
                    found.append(candidate)
                else:
                    unread[one] = odd or "of no known kind"
            if not inside:
                raise InputError("is an empty folder", where=str(path), next="name files to load")
            continue
        if path.is_symlink() and not path.exists():
            raise InputError(f"is {NOWHERE}", where=str(path), next="check what it leads to")
        if not path.exists():
            near = get_close_matches(path.name, _names(path.parent), 3)
            raise InputError(
                "does not exist",
                where=str(path),
                next=f"did you mean {' or '.join(near)}?" if near else "check the path",
            )
        if not path.is_file():
            raise InputError("is no regular file", where=str(path), next="copy it into a file")
        if not readable(path):
            raise InputError(
                "is of no format that netinv reads",
                where=str(path),
                next="use " + ", ".join(SUFFIXES),
            )
        candidate = _kind_of(path, kind, encoding)
        if candidate is None:
            raise InputError(
                "matches no table and no source",
                where=path.name,
                next=f"say which with --as; nearest: {', '.join(_nearest(path, encoding))}",
            )
        found.append(candidate)
    if not found:
        held = [f"{path.name} is {what}" for path, what in unread.items()]
        held[3:] = [f"and {len(held) - 3} more"] if len(held) > 3 else []
        raise InputError(
            "holds no file that netinv knows" + (": " + ", ".join(held) if held else ""),
            where=", ".join(map(str, paths)),
            next="name its files after tables (companies.csv) or use --as",
        )
    return found, unread


NOWHERE = "a link that leads nowhere"


def _no_file(path: Path) -> str:
    """What an entry of a folder is when it is no file: `a folder`; nothing for a file."""
    if path.is_file():
        return ""
    if path.is_dir():
        return "a folder"
    return NOWHERE if path.is_symlink() and not path.exists() else "no regular file"


def _names(folder: Path) -> list[str]:
    return [one.name for one in folder.iterdir()] if folder.is_dir() else []


def _roles(source: str) -> dict[str, set[str]]:
    """Role → the columns by which a foreign source knows the file."""
    columns: dict[str, set[str]] = {}
    for select in cypherfile.sources()[source]:
        for role, names in select.mapping("reads").items():
            columns.setdefault(role, set()).update(names)
    return columns


def _kind_of(path: Path, kind: str, encoding: str) -> Candidate | None:
    """Match by `--as`, else by the stem, else by the header."""
    tables, sources = cypherfile.tables(), cypherfile.sources()
    if kind:
        if kind not in {*tables, *sources}:
            near = get_close_matches(kind, [*tables, *sources], 3)
            raise InputError(
                f"--as {kind}: no such table or source",
                next="nearest: " + ", ".join(near or [*tables, *sources]),
            )
        if kind in tables:
            return Candidate(path, kind)
        header = set(_header(path, encoding))
        for role, columns in _roles(kind).items():
            if columns <= header:
                return Candidate(path, kind, role)
        role, columns = min(_roles(kind).items(), key=lambda r: len(r[1] - header))
        raise InputError(
            f"is not a file of {kind}: lacks {', '.join(sorted(columns - header))}",
            where=path.name,
            next="check the file, or choose another --as",
        )
    if stem(path) in tables:
        return Candidate(path, stem(path))
    header = set(_header(path, encoding))
    fits = [
        (len(columns), name, role)
        for name in sources
        for role, columns in _roles(name).items()
        if columns <= header
    ]
    if fits:
        _, name, role = max(fits)
        return Candidate(path, name, role)
    # A table is known by its header when all that it requires is there and nothing else fits.
    lower = {name.lower() for name in header}
    plain = [
        name
        for name, spec in tables.items()
        if {i.name for i in spec.inputs if i.required} <= lower
        and lower <= {i.name for i in spec.inputs}
    ]
    return Candidate(path, plain[0]) if len(plain) == 1 else None


def _nearest(path: Path, encoding: str) -> list[str]:
    """The tables and sources whose columns the file's header is nearest to."""
    header = {name.lower() for name in _header(path, encoding)}
    known = {name: {i.name for i in spec.inputs} for name, spec in cypherfile.tables().items()}
    for source in cypherfile.sources():
        known[source] = {c.lower() for columns in _roles(source).values() for c in columns}
    shared = sorted(known, key=lambda name: (-len(known[name] & header), name))
    return list(dict.fromkeys(get_close_matches(stem(path), list(known), 1) + shared[:3]))


def _header(path: Path, encoding: str) -> tuple[str, ...]:
    with open_table(path, encoding) as opened:
        return opened.header


def bundles(candidates: list[Candidate]) -> Iterator[list[Candidate]]:
    """Files that are read together: the roles of one foreign source; any other file alone."""
    together: dict[str, list[Candidate]] = {}
    for one in candidates:
        if one.role and len(_roles(one.kind)) > 1:
            together.setdefault(one.kind, []).append(one)
        else:
            yield [one]
    for kind, group in together.items():
        missing = set(_roles(kind)) - {one.role for one in group}
        if missing:
            raise InputError(
                f"{kind} also needs its file {' and '.join(sorted(missing))}",
                where=group[0].path.name,
                next="name the files, or their folder, in one load",
            )
        twice = [r for r, n in Counter(one.role for one in group).items() if n > 1]
        if twice:
            raise InputError(
                f"{kind} was given more than one file {twice[0]}",
                where=", ".join(one.path.name for one in group if one.role == twice[0]),
                next="load each edition by itself",
            )
        yield group
