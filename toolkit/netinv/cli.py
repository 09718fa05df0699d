"""The command line: parses, makes one call of the library, and writes. The home of click."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

import click

from netinv import api, cypherfile
from netinv.case import default_folder, now
from netinv.cypherfile import OPTIONS, CypherFile
from netinv.errors import CaseError, DefinitionError, InputError, NetinvError
from netinv.inputs import Input, shown
from netinv.result import LEAD, counted

SECTIONS = {
    "Case": ("demo", "load", "sources", "rebuild", "link", "server", "doctor"),
    "Findings": ("run-all", "find-key-players", "runs", "diff", "dismiss", "confirm", "find"),
    "Your own investigations": ("lint",),
}
GROUPS = ("parties", "routes", "goods", "ownership", "vessels", "controls", "network")
"""The groups of investigations, the folders of cypher/, in the order of the help."""

UNCHECKED_EXIT = 3


class Misuse(NetinvError):
    """The value of an option does not read or is out of bounds: the command was typed wrongly."""


class Netinv(click.Group):
    """A group whose investigations are the files of cypher/ and of --cypher-dir."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *_investigations(ctx)]

    def get_command(self, ctx: click.Context, name: str) -> click.Command | None:
        built_in = super().get_command(ctx, name)
        file = None if built_in else _investigations(ctx).get(name)
        return investigation(file) if file else built_in

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        from difflib import get_close_matches

        try:
            return super().resolve_command(ctx, args)
        except click.UsageError:
            near = get_close_matches(args[0], self.list_commands(ctx), 3, 0.5)
            if near:
                said = f"No such command {args[0]!r}. Did you mean {' or '.join(near)}?"
                raise click.UsageError(said, ctx) from None
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {
            title: [(n, _short(self.get_command(ctx, n))) for n in names]
            for title, names in SECTIONS.items()
        }
        files = _investigations(ctx).values()
        named = [*GROUPS, *sorted({file.group for file in files} - {*GROUPS})]
        for file in sorted(files, key=lambda file: (named.index(file.group), file.name)):
            title = f"Investigations of {file.group}"
            groups.setdefault(title, []).append((file.name, file.title))
        for title, rows in groups.items():
            with formatter.section(title):
                formatter.write_dl(rows)


def _investigations(ctx: click.Context) -> dict[str, CypherFile]:
    found = cypherfile.investigations(tuple(ctx.params.get("cypher_dir") or ()))
    for file in found.values():
        if file.name in main_group.commands:
            raise DefinitionError(
                f"makes the command {file.name}, which netinv has already",
                where=str(file.path),
                next="rename it",
            )
    return found


def _short(command: click.Command | None) -> str:
    return command.get_short_help_str(70) if command else ""


PATH = click.Path(path_type=Path)


class CaseOption(click.Option):
    """`--case`, whose help says what the default is; it is looked up when it is shown."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        folder, home = str(default_folder()), os.environ.get("HOME", "")
        short = f"~{folder[len(home) :]}" if home and folder.startswith(home + os.sep) else folder
        self.help = f"Folder of the case [NETINV_CASE; default {short}]."
        return super().get_help_record(ctx)


# ---------------------------------------------------------------- the values of options


@contextmanager
def _naming(option: str) -> Iterator[None]:
    """Let what is wrong with a value be wrong usage of the option, named as it is typed."""
    try:
        yield
    except InputError as error:
        raise Misuse(error.what, where=option, next=error.next) from None


def _reading(read: Callable[[str], object]) -> Callable[..., Any]:
    """A click callback that tries a value and passes its text on: a wrong one starts nothing."""

    def check(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
        if value is not None and not ctx.resilient_parsing:
            option = isinstance(param, click.Option)
            with _naming(param.opts[0] if option else param.human_readable_name):
                read(value)
        return value

    return check


def _reads(one: Input) -> Callable[..., Any]:
    """The callback of an input of a file."""
    return _reading(one.value)


def _kind(text: str) -> None:
    from difflib import get_close_matches

    kinds = [*cypherfile.tables(), *cypherfile.sources()]
    if text and text not in kinds:
        near = get_close_matches(text, kinds, 3) or kinds
        raise InputError(f"{text!r} is no table and no source", next="nearest: " + ", ".join(near))


def _namespace(text: str) -> None:
    if not re.fullmatch(r"[A-Za-z0-9_.]*", text):
        raise InputError(f"{text!r} is no namespace", next="use letters and digits")


def _encoding(text: str) -> None:
    import codecs

    try:
        codecs.lookup(text or "utf-8")
    except (LookupError, ValueError):
        raise InputError(f"no encoding {text!r}", next="use a name such as gb18030") from None


def _memory(text: str) -> None:
    if not text:
        return
    from netinv.home import affordable

    try:
        affordable(text)
    except InputError as error:  # which names the setting, that may also stand in the environment
        raise InputError(error.what.removeprefix("memory: "), next=error.next) from None


def _until(text: str) -> None:
    from netinv.runs import until_day

    until_day(text)


def _reason(text: str) -> None:
    if not any(char.isalnum() for char in text):
        raise InputError("is empty", next="say why, for the log")


@click.group(
    cls=Netinv,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 96},
    epilog="Example: netinv --case demo load import/sample, then netinv --case demo find-rings",
)
@click.option("--case", "folder", type=PATH, cls=CaseOption)
@click.option(
    "--memory",
    default="",
    callback=_reading(_memory),
    help="Memory of the local Neo4j, such as 4g [NETINV_MEMORY].",
)
@click.option(
    "--cypher-dir",
    type=click.Path(path_type=Path, exists=True, file_okay=False),
    multiple=True,
    is_eager=True,
    help="A folder of your own investigations (repeatable).",
)
@click.option("--quiet", "-q", is_flag=True, help="No progress and no talk but errors.")
@click.version_option(api.version(), prog_name="netinv")
@click.pass_context
def main_group(
    ctx: click.Context, /, folder: Path | None, memory: str, quiet: bool, **_: Any
) -> None:
    """Investigate smuggling networks: load tables into Neo4j, ask, look, hand over.

    A finding is a lead and no proof. Data go to stdout, talk to stderr.
    """
    ctx.ensure_object(dict)
    ctx.obj = {
        "folder": folder,
        "memory": memory,
        "quiet": quiet,
        "cypher_dirs": tuple(ctx.params["cypher_dir"]),
    }


@contextmanager
def _open(ctx: click.Context, *, make: bool = False) -> Iterator[api.OpenCase]:
    """The case of a command, with talk and progress on stderr; only `make` may make its folder."""
    from netinv import screen

    asked = ctx.obj
    if not make:
        _there(asked["folder"])
    say: Callable[[str], None] = (lambda line: None) if asked["quiet"] else screen.talk
    with (
        screen.meter(asked["quiet"]) as meter,
        api.open(
            asked["folder"],
            say=say,
            progress=meter,
            memory=asked["memory"],
            cypher_dirs=asked["cypher_dirs"],
        ) as case,
    ):
        yield case


def _there(folder: Path | None) -> None:
    """Refuse a folder that holds no case: a mistyped one must not become a new, empty case."""
    from difflib import get_close_matches

    typed = folder or os.environ.get("NETINV_CASE") or ""
    try:
        path = Path(typed or default_folder()).expanduser().resolve()
        if path.is_file() or (path / "case.json").exists():
            return
        beside = [one.name for one in path.parent.iterdir()] if path.parent.is_dir() else []
        near = [
            str(Path(typed).with_name(name))
            for name in get_close_matches(path.name, beside, 5)
            if typed and name != path.name and (path.parent / name / "case.json").is_file()
        ]
    except OSError as error:
        raise CaseError(
            f"cannot be read: {error.strerror or error}",
            where=str(error.filename or typed),
            next="check your rights there, or name another folder",
        ) from None
    load = ["netinv", *(["--case", str(typed)] if typed else []), "load"]
    hint = f"did you mean {near[0]}? " if near else ""
    raise CaseError(
        "no case there", where=str(path), next=f"{hint}{shlex.join(load)} FILES makes one"
    )


def tell(line: str) -> None:
    """One line of a command's talk, on stderr; none under --quiet."""
    from netinv import screen

    if not click.get_current_context().obj["quiet"]:
        screen.talk(line)


def _json(value: Any) -> None:
    from netinv import screen

    text = json.dumps(value, ensure_ascii=False, indent=1, default=str)
    # Spelt as JSON spells them, they read back the same.
    lines = (shown(line, lambda char: json.dumps(char)[1:-1]) for line in text.split("\n"))
    screen.data("\n".join(lines))


as_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON on stdout.")


# ---------------------------------------------------------------- the case


@main_group.command(epilog="Example: netinv load --reference companies.csv shipments.csv.gz")
@click.argument("paths", nargs=-1, type=PATH)
@click.option(
    "--reference",
    is_flag=True,
    help="Take in the dated control measures and the ports that ship with netinv as well.",
)
@click.option(
    "--as",
    "as_",
    default="",
    callback=_reading(_kind),
    help="The table or foreign source that the files are.",
)
@click.option(
    "--namespace",
    default="",
    callback=_reading(_namespace),
    help="Prefix of every id, so that two agencies' differ.",
)
@click.option("--strict", is_flag=True, help="Refuse a file that has a row to reject.")
@click.option(
    "--encoding",
    default="",
    callback=_reading(_encoding),
    help="Encoding of csv files, if it cannot be told.",
)
@click.option(
    "--as-of",
    default="",
    metavar="DAY",
    callback=_reading(lambda text: Input("as_of", "date", optional=True).value(text or None)),
    help="Day that the data speak of.",
)
@click.option("--covers", default="", help="What the files are complete for, in words.")
@click.option("--replaces", default="", metavar="ID", help="Retire this source in the same step.")
@click.option(
    "--bulk/--no-bulk",
    default=None,
    help="Write a new local graph with neo4j-admin, links included [from 40,000 rows on].",
)
@as_json
@click.pass_context
def load(ctx: click.Context, /, paths: tuple[Path, ...], as_json: bool, **options: Any) -> None:
    """Take tables in and write them into the graph.

    PATHS are files (csv, csv.gz, tsv, parquet, xlsx, json) or folders of them, named after tables
    (companies.csv) or known by their header. Loading twice changes nothing.
    """
    from netinv import screen

    if not paths and not options["reference"]:
        raise click.UsageError("name files or folders to load, or --reference", ctx)
    with _open(ctx, make=True) as case:
        loaded = case.load(*paths, **options)
    if as_json:
        _json(loaded.plain())
        return
    columns = ("file", "as", "read", "written", "unchanged", "rejected", "skipped", "source")
    screen.table(
        columns,
        [
            (
                one.file,
                one.kind or one.note,
                one.read,
                one.written,
                one.unchanged,
                one.rejected,
                one.skipped.total(),
                one.source,
            )
            for one in loaded.files
        ],
    )
    for line in _loaded_notes(loaded, case.folder):
        tell(line)


def _loaded_notes(loaded: api.Loaded, folder: Path) -> Iterator[str]:
    """What a load's reader must know beside the counts."""
    from netinv.intake import first_rejects, rejects_name

    for one in loaded.files:
        made = ", ".join(f"{count:,} {name}" for name, count in one.rows.items())
        shape = ", ".join(part for part in (one.encoding, one.dialect) if part)
        if made:
            yield f"{one.file} ({shape}): {made}"
        if one.note and one.kind:
            yield f"{one.file}: {one.note}"
        if one.unknown_columns:
            names = ", ".join(one.unknown_columns)
            yield f"{one.file}: columns kept in the original only: {names}"
        for what, counts in (
            ("skipped", one.skipped),
            ("doubt", one.doubts),
            ("cell taken as empty", one.unread),
        ):
            for reason, count in counts.most_common(12):
                yield f"{one.file}: {count:,} × {what}: {reason}"
            if len(counts) > 12:
                more = counted(len(counts) - 12, "more kind", "more kinds")
                yield f"{one.file}: {more} of {what} (see --json)"
        if one.unread and one.source:
            where = folder / "rejects" / rejects_name(one.file, one.source, ".cells")
            if where.is_file():
                yield f"{one.file}: the cells taken as empty are in {where}"
        if one.rejected:
            where = folder / "rejects" / rejects_name(one.file, one.source)
            yield (
                f"{one.file}: {one.rejected:,} rejected, see {where}; what was loaded before under"
                " their keys stays as it is"
            )
            for told in first_rejects(where, 3):
                yield f"{one.file}: rejected: {told}"
    graph = loaded.graph
    rows = ", ".join(f"{count:,} {name}" for name, count in graph.rows.items())
    yield f"graph: wrote {rows}" if rows else "graph: nothing to write"
    if graph.removed:
        yield "graph: removed " + ", ".join(f"{n:,} {name}" for name, n in graph.removed.items())
    if graph.stubs_made or graph.stubs_completed or graph.stubs:
        yield (
            f"graph: {counted(graph.stubs_made, 'stub')} made, {graph.stubs_completed:,} completed;"
            f" {counted(graph.stubs, 'id')} named by rows without a row of their own"
        )
    for what, held in (("conflicts", graph.conflicts), ("doubts", graph.doubts)):
        if held:
            listed = ", ".join(
                f"{count:,} {name} ({', '.join(few)}{', …' if count > len(few) else ''})"
                for name, count in held.items()
                for few in [graph.examples[f"{what} {name}"]]
            )
            yield (
                f"graph: {what} stand on {listed}: netinv profile ID shows them, those of"
                " relationships at their ends"
            )
    if graph.both:
        both = counted(graph.both, "id names", "ids name")
        yield f"graph: {both} a company and a person; the company is drawn"
    if loaded.links:
        yield from (f"links: {line}" for line in _linked_notes(loaded.links))


@main_group.group(invoke_without_command=True, epilog="Example: netinv sources")
@click.option("--all", "retired", is_flag=True, help="List retired ones too.")
@as_json
@click.pass_context
def sources(ctx: click.Context, retired: bool, as_json: bool) -> None:
    """List what is loaded; `sources drop` retires one."""
    from netinv import screen

    if ctx.invoked_subcommand:
        return
    with _open(ctx) as case:
        found = case.sources(retired=retired)
    if as_json:
        _json([asdict(one) for one in found])
        return
    screen.table(
        ("id", "as", "files", "rows", "rejected", "as of", "taken in", "retired"),
        [
            (
                one.id,
                one.kind,
                [member.file for member in one.files],
                sum(one.tables.values()),
                one.rejected,
                one.as_of,
                one.taken_in,
                one.retired,
            )
            for one in found
        ],
    )


@sources.command(
    epilog="Example: netinv sources drop 3f2a --reason 'superseded by the June extract'"
)
@click.argument("id")
@click.option("--reason", required=True, callback=_reading(_reason), help="Why, for the log.")
@click.option("--dry-run", is_flag=True, help="Say what would go, and change nothing.")
@click.pass_context
def drop(ctx: click.Context, id: str, reason: str, dry_run: bool) -> None:
    """Retire a source: kept and marked, no longer in the graph."""

    with _open(ctx) as case:
        if dry_run:
            source = case.case.source(id)
            tell(f"would retire {source.id} ({_made_of(source)})")
            return
        source, written = case.drop(id, reason)
    removed = ", ".join(f"{n:,} {name}" for name, n in written.removed.items()) or "nothing"
    tell(f"retired {source.id} ({_made_of(source)}); removed from the graph: {removed}")


def _made_of(source: Any) -> str:
    rows = ", ".join(f"{count:,} {name}" for name, count in source.tables.items())
    return f"{', '.join(one.file for one in source.files)}: {rows}"


@main_group.command(epilog="Example: netinv rebuild")
@click.option("--yes", is_flag=True, help="Do not ask before a server of your own is emptied.")
@click.option("--dry-run", is_flag=True, help="Say what would be removed, and change nothing.")
@click.pass_context
def rebuild(ctx: click.Context, yes: bool, dry_run: bool) -> None:
    """Make the graph again from the tables; it comes out the same."""

    with _open(ctx) as case:
        if dry_run or not (yes or case.own_server()):
            counts = case.graph().counts()
            listed = ", ".join(
                f"{n:,} {name}" for name, n in sorted(counts.items()) if name != "NetinvCase"
            )
            uri = case.address().uri
            if dry_run:
                tell(f"would remove and write again: {listed or 'nothing'} (at {uri})")
                return
            tell(f"{uri} holds {listed or 'nothing'}")
            if not sys.stdin.isatty() or not click.confirm("Remove all of it?", err=True):
                raise NetinvError("nothing was removed", next="give --yes")
        written = case.rebuild()
    rows = ", ".join(f"{count:,} {name}" for name, count in written.rows.items())
    tell(f"wrote {rows or 'nothing'}")


@main_group.command(epilog="Example: netinv link --window 30")
@as_json
@click.pass_context
def link(ctx: click.Context, /, as_json: bool, **inputs: Any) -> None:
    """Link shipments to those that the same goods may have left as."""
    from netinv import screen

    with _open(ctx) as case:
        links = case.link(**inputs)
    if as_json:
        _json(asdict(links))
        return
    screen.table(("basis", "links"), list(links.bases.items()))
    for line in _linked_notes(links):
        tell(line)


def _linked_notes(links: Any) -> Iterator[str]:
    """What a reader must know of links beside their counts by basis."""
    kept = counted(links.kept, "link")
    yield f"{kept}; {links.written:,} written, {links.removed:,} removed"
    if links.cut:
        weaker = counted(links.cut, "weaker candidate")
        yield f"{weaker} not kept ({links.inputs['keep']} for a shipment)"
    if links.tied:
        yield f"{links.tied:,} kept beyond that, tied with the last"
    if links.crowded:
        many = counted(links.crowded, "shipment")
        limit = links.inputs["crowd"]
        yield (
            f"{many} with more than {limit} like it of its sender within a window:"
            " only the nearest weights were tried"
        )
    total = links.unlinkable.get("shipments", 0)
    for what, count in links.unlinkable.items():
        if count and what != "shipments":
            yield f"{count:,} of {total:,} shipments {what}"


# ---------------------------------------------------------------- findings


@main_group.command("find", epilog="Example: netinv find --about 'third countries'")
@click.argument("words", nargs=-1)
@click.option("--about", default="", metavar="WORD", help="What to look for, as the argument.")
@click.pass_context
def find_about(ctx: click.Context, words: tuple[str, ...], about: str) -> None:
    """Search the investigations: names, titles, red flags and all their texts."""
    from netinv import screen

    word = " ".join((*words, about)).strip()
    if not word:
        raise click.UsageError("name a word to look for: netinv find 'third countries'", ctx)
    found = cypherfile.about(word, ctx.obj["cypher_dirs"])
    screen.table(("command", "group", "title"), [(f.name, f.group, f.title) for f in found])
    if not found:
        tell(f"No investigation speaks of {word!r}: netinv --help lists all.")
        tell(f"Among companies, people, vessels and ports: netinv profile {shlex.quote(word)}")


@main_group.command("run-all", epilog="Example: netinv run-all -o summary")
@click.argument("names", nargs=-1)
@click.option(
    "-o",
    "--output",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("netinv-summary"),
    show_default=True,
    help="Folder of the summary.",
)
@click.option("--since", default=None, metavar="DAY", help="Only what happened from this day on.")
@click.option("--limit", default=None, metavar="N", help="Most findings of each [100].")
@as_json
@click.pass_context
def run_all(
    ctx: click.Context,
    names: tuple[str, ...],
    output: Path,
    since: str | None,
    limit: str | None,
    as_json: bool,
) -> None:
    """Ask every investigation that the case's data allow, and sum up.

    NAMES are those to ask instead of all. The folder gets a page (summary.html) and a workbook
    (summary.xlsx): a sheet an investigation, the parties by how many investigations touch them, and
    what could not be checked and which table would change that. The exit code is 1 when one failed,
    and 0 when some could not be checked, which are listed.
    """
    from netinv import screen, summary

    given = {"since": since, "limit": limit}
    with _open(ctx) as case:
        answers, failed = case.run_all(names, **{k: v for k, v in given.items() if v})
        about = {
            "case": case.folder.resolve().name,
            "on": now(),
            "netinv": api.version(),
            "files": ", ".join(
                f"{one.file} ({one.id})" for source in case.sources() for one in source.files
            ),
        }
    made = summary.of(answers, failed, about | {k: v for k, v in given.items() if v})
    written = summary.save(made, output)
    if as_json:
        _json(asdict(made))
    else:
        screen.table(
            ("investigation", "answer", "findings", "put aside"),
            [(one.command, one.answer, one.findings, one.aside) for one in made.asked],
        )
    for command, why in failed.items():
        tell(f"{command} failed: {why}")
    for what in made.missing:
        tell(f"could not be checked: {what.command}: {what.why}")
    for one in made.known:
        tell(f"{one.note} [{', '.join(one.questions)}]")
    tell(f"wrote {written[0]}, {written[1]} and {len(written) - 2:,} pages beside them")
    tell(LEAD)
    if failed:
        ctx.exit(1)


@main_group.command(
    "find-key-players", epilog="Example: netinv find-key-players --asked find-rings"
)
@click.option("--from", "saved", multiple=True, help="A saved .json or a run (repeatable).")
@click.option("--asked", multiple=True, metavar="QUESTION", help="Ask this now (repeatable).")
@click.option(
    "--remove", type=click.IntRange(1, 50), default=5, show_default=True, help="Most to remove."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), default=10, show_default=True, help="Most listed."
)
@click.option("-o", "--output", "outputs", multiple=True, type=PATH, help="Write to a file.")
@as_json
@click.pass_context
def find_key_players(
    ctx: click.Context,
    saved: tuple[str, ...],
    asked: tuple[str, ...],
    remove: int,
    limit: int,
    outputs: tuple[Path, ...],
    as_json: bool,
) -> None:
    """Say who holds the network of findings together, and whose removal would break most of it.

    It looks at the findings given to it and never at the whole trade: saved answers (--from), or
    questions asked now (--asked). Removal is a model, beside which stands random removal; a network
    that loses players may harden.
    """
    _writable(outputs)
    with _open(ctx) as case:
        result = case.key_players(saved, asked, most=limit, remove=remove)
    _answered(ctx, result, outputs, as_json)


@main_group.command(epilog="Example: netinv runs")
@click.option(
    "--limit", type=click.IntRange(1), default=30, show_default=True, help="Most runs listed."
)
@as_json
@click.pass_context
def runs(ctx: click.Context, limit: int, as_json: bool) -> None:
    """List the questions that were asked, the last first."""
    from netinv import screen

    with _open(ctx) as case:
        found = case.runs()
    if as_json:
        _json([asdict(one) for one in found[:limit]])
        return
    screen.table(
        ("run", "time", "question", "given", "answer", "findings"),
        [
            (one.name, one.time, one.command, one.given, one.answer, one.findings)
            for one in found[:limit]
        ],
    )
    if len(found) > limit:
        tell(f"{len(found) - limit:,} earlier ones: --limit {len(found)} lists all")


@main_group.command(epilog="Example: netinv diff find-rings~1 find-rings")
@click.argument("first")
@click.argument("second")
@as_json
@click.pass_context
def diff(ctx: click.Context, first: str, second: str, as_json: bool) -> None:
    """Say what is new, gone, dismissed and changed between two answers to one question.

    FIRST and SECOND are saved .json files, or runs: a name that netinv runs lists, or how it
    begins; find-rings is that question's last run, find-rings~1 the one before.
    """
    from netinv import screen

    with _open(ctx) as case:
        found = case.diff(first, second)
    if as_json:
        _json(asdict(found))
        return
    rows: list[tuple[Any, ...]] = []
    for what, listed in (("new", found.new), ("gone", found.gone), ("dismissed", found.dismissed)):
        for one in listed:
            beside = [("explained", one.explained), ("decided", one.decided)]
            said = [one.sentence, *(f"{name}: {text}" for name, text in beside if text)]
            rows.append((what, one.id, one.score, " – ".join(said)))
    for id_, differs in found.changed.items():
        change = "; ".join(f"{name}: {a} → {b}" for name, (a, b) in differs.items())
        rows.append(("changed", id_, None, change))
    screen.table(("", "finding", "score", "what"), rows)
    tell(
        f"{len(found.new):,} new, {len(found.gone):,} gone, {len(found.dismissed):,} dismissed,"
        f" {len(found.changed):,} changed, {found.same:,} the same"
    )
    for note in found.notes:
        tell("  " + note)


@main_group.command(epilog="Example: netinv dismiss 3f2a90c1 --reason 'a group, see its register'")
@click.argument("finding")
@click.option("--reason", required=True, callback=_reading(_reason), help="Why, for the record.")
@click.option(
    "--until",
    default=None,
    metavar="DAY",
    callback=_reading(_until),
    help="Last day; without it for good.",
)
@click.pass_context
def dismiss(ctx: click.Context, finding: str, reason: str, until: str | None) -> None:
    """Put a finding away: kept with who and when, counted in every answer, back after its day."""
    with _open(ctx) as case:
        made = case.dismiss(finding, reason, until or "")
    tell(f"{made.command} {made.finding}: {made}")


@main_group.command(epilog="Example: netinv confirm 3f2a90c1 --reason 'seen in the ledger'")
@click.argument("finding")
@click.option("--reason", default="", help="Why, for the record.")
@click.pass_context
def confirm(ctx: click.Context, finding: str, reason: str) -> None:
    """Note that you looked at a finding and hold it to be right: kept with who and when."""
    with _open(ctx) as case:
        made = case.confirm(finding, reason)
    tell(f"{made.command} {made.finding}: {made}")


@main_group.group(invoke_without_command=True, epilog="Example: netinv decisions")
@as_json
@click.pass_context
def decisions(ctx: click.Context, as_json: bool) -> None:
    """List what stands dismissed or confirmed; `decisions drop` takes one back."""
    from netinv import screen

    if ctx.invoked_subcommand:
        return
    with _open(ctx) as case:
        found = case.decisions()
    if as_json:
        _json([asdict(one) for one in found])
        return
    screen.table(
        ("finding", "question", "decided"), [(one.finding, one.command, str(one)) for one in found]
    )
    tell(counted(len(found), "decision"))


@decisions.command("drop", epilog="Example: netinv decisions drop 3f2a90c1 --reason 'a slip'")
@click.argument("finding")
@click.option("--reason", required=True, callback=_reading(_reason), help="Why, for the record.")
@click.pass_context
def drop_decision(ctx: click.Context, finding: str, reason: str) -> None:
    """Take a decision back: the finding is listed as if there were none; the record stays."""
    with _open(ctx) as case:
        made = case.take_back(finding, reason)
    tell(f"{made.command} {made.finding}: {made}")


@main_group.command(epilog="Example: netinv doctor")
@as_json
@click.pass_context
def doctor(ctx: click.Context, as_json: bool) -> None:
    """Say in one screen what is there, what is loaded, what can be asked, and what is wrong."""
    from netinv import doctor as examine
    from netinv import screen

    with _open(ctx) as case:
        report = examine.examine(case, str(ctx.obj["folder"] or ""))
    if as_json:
        _json([asdict(one) for one in report])
    else:
        screen.table(("", "what", "found"), [(one.sign, one.what, one.found) for one in report])
        for one in report:
            if one.next:
                tell(f"{one.what}: {one.next}")
    if any(one.sign == "FAULT" for one in report):
        ctx.exit(1)


@main_group.command(epilog="Example: netinv demo")
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), default="demo")
@click.pass_context
def demo(ctx: click.Context, folder: Path) -> None:
    """Load the sample case into FOLDER (default demo), ask, and write pages and tables there."""
    from netinv import demo as sample
    from netinv import screen

    ctx.obj["folder"] = folder
    with _open(ctx, make=True) as case:
        shown = sample.run(case, folder)
    for one in shown:
        count = len(one.result.findings)
        screen.data(f"\n{one.result.question.title}: {counted(count, 'finding')}")
        for finding in one.result.findings[:2]:
            screen.data(f"  {finding.id}  {screen.clipped(finding.sentence)}")
        if count > 2:
            screen.data(f"  … and {count - 2} more")
        screen.data(f"  {', '.join(str(path) for path in one.files)}")
    screen.data("\nThe case, its pages and tables are in " + str(folder) + ". Try next:")
    first = shown[0].result.findings
    company = first[0].values["companies"][0] if first else "C001"
    called = f"{_called()} --case {shlex.quote(str(folder))}"
    for words in (
        ["find-rings", "--lawful"],
        ["profile", str(company)],
        ["find-relabel-chains", "--days", "90", "-o", "chains.xlsx"],
        ["run-all"],
    ):
        screen.data(f"  {called} {shlex.join(words)}")


def _called() -> str:
    """How to call this very program again: `netinv` only where the path finds it."""
    from shutil import which

    program = Path(sys.argv[0])
    if program.name == "__main__.py":
        return f"{shlex.quote(sys.orig_argv[0])} -m netinv"
    found = which("netinv")
    same = found and program.exists() and program.samefile(found)
    return "netinv" if same else shlex.quote(str(program))


# ---------------------------------------------------------------- the server


@main_group.group(epilog="Example: netinv server status")
def server() -> None:
    """Start, stop and list the local Neo4j of a case."""


@server.command(epilog="Example: netinv --memory 4g server start")
@click.pass_context
def start(ctx: click.Context) -> None:
    """Start the case's Neo4j; every command does so by itself."""

    with _open(ctx, make=True) as case:
        status = case.start()
    tell(f"Neo4j {status.version} runs on 127.0.0.1:{status.port} (pid {status.pid})")


@server.command(epilog="Example: netinv server stop --all")
@click.option("--all", "everything", is_flag=True, help="Every local server that netinv started.")
@click.pass_context
def stop(ctx: click.Context, everything: bool) -> None:
    """Stop the case's Neo4j."""

    if everything:
        from netinv import server as local

        for one in local.running():
            local.stop(one.folder, tell)
            tell(f"stopped {one.folder}")
        return
    with _open(ctx) as case:
        tell("stopped" if case.stop() else "was not running")


@server.command(epilog="Example: netinv server status")
@as_json
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say whether the case's Neo4j runs, and where."""
    from netinv import server as local

    with _open(ctx) as case:
        _statuses([local.status(case.folder)], as_json)


@server.command("list", epilog="Example: netinv server list")
@as_json
def list_(as_json: bool) -> None:
    """List the local servers that netinv started."""
    from netinv import server as local

    _statuses(local.running(), as_json)


def _statuses(found: Sequence[Any], as_json: bool) -> None:
    from netinv import screen

    if as_json:
        _json([asdict(one) for one in found])
        return
    screen.table(
        ("case", "running", "pid", "port", "memory", "version", "started"),
        [
            (
                str(s.folder),
                "yes" if s.running else "no",
                s.pid,
                s.port,
                s.memory,
                s.version,
                s.started,
            )
            for s in found
        ],
    )


# ---------------------------------------------------------------- investigations


def investigation(file: CypherFile) -> click.Command:
    """The command of an investigation: its options are the inputs of the file."""
    params: list[click.Parameter] = [_parameter(one) for one in (*file.inputs, *OPTIONS)]
    params += [
        click.Option(
            ["-o", "--output", "outputs"],
            multiple=True,
            type=PATH,
            help="Write to a file: .csv, .xlsx, .json, .parquet or .html (repeatable).",
        ),
        click.Option(["--json", "as_json"], is_flag=True, help="Answer as JSON on stdout."),
        click.Option(
            ["--explain"],
            metavar="ID",
            help="Say one finding in plain sentences: what was seen, why it is notable.",
        ),
    ]
    example = file.text("example") or _example(file)
    return click.Command(
        file.name,
        callback=click.pass_context(_ask),
        params=params,
        help=_help(file),
        short_help=file.title,
        epilog=f"Example: {example}",
    )


def _example(file: CypherFile) -> str:
    """The shortest call of a file without an example: its name and what it requires."""
    needed = [
        "…" if one.argument else f"--{one.name.replace('_', '-')} …"
        for one in file.inputs
        if one.required
    ]
    return " ".join(["netinv", file.name, *needed])


def _parameter(one: Input) -> click.Parameter:
    if one.argument:
        return click.Argument([one.name], required=one.required, callback=_reads(one))
    said = one.help
    bounded = one.min is not None or one.max is not None
    notes = [
        f"default {one.default}" + (", ours" if one.ours else "") if one.default else "",
        one.bounds().removeprefix("use ") if bounded else "",
        ", ".join(one.choices),
    ]
    if any(notes) and one.type != "flag":
        said += f" [{'; '.join(note for note in notes if note)}]"
    name = "--" + one.name.replace("_", "-")
    if one.type == "flag":
        return click.Option([name, one.name], is_flag=True, default=None, help=said)
    metavar = {"integer": "N", "number": "N", "date": "DAY"}.get(one.type, one.type.upper())
    return click.Option(
        [name, one.name],
        metavar=metavar,
        help=said,
        required=one.required,
        callback=_reads(one),
    )


def _help(file: CypherFile) -> str:
    """Title, about, misses, lawful look-alikes and red flag, as the file says them."""
    parts = [file.title + "." if not file.title.endswith(".") else file.title, file.text("about")]
    for name, title in (
        ("misses", "Misses"),
        ("lawful", "Lawful look-alikes"),
        ("red_flag", "Red flag"),
    ):
        if file.text(name):
            parts.append(f"{title}: {file.text(name)}")
    scores = "; ".join(f"{name}: {says}" for name, says in file.mapping("score").items())
    if scores:
        parts.append(f"Score: the sum of its parts. {scores}")
    return "\n\n".join(part for part in parts if part)


def _ask(
    ctx: click.Context,
    /,
    outputs: tuple[Path, ...],
    as_json: bool,
    explain: str | None,
    **inputs: Any,
) -> None:
    """Ask the investigation of the command's name and write what it answered."""
    if explain is not None and not explain.strip():
        raise click.UsageError("--explain wants the id of a finding", ctx)
    given = {name: value for name, value in inputs.items() if value is not None}
    assert ctx.info_name is not None
    _writable(outputs)
    with _open(ctx) as case:
        if explain:
            result, one = case.explain(ctx.info_name, explain, **given)
        else:
            result, one = case.run(ctx.info_name, **given), None
    _answered(ctx, result, outputs, as_json, one)


def _writable(outputs: Sequence[Path]) -> None:
    """Refuse what cannot be written before anything is asked."""
    from netinv.tables import files, known_format, writable

    taken: set[Path] = set()
    for path in outputs:
        made = {one.resolve() for one in files(path)}
        with _naming(f"-o {path}"):
            known_format(path)
            if both := made & taken:
                raise InputError(
                    f"{min(both).name} is written by another -o too", next="name another file"
                )
        writable(path)
        taken |= made


def _answered(
    ctx: click.Context, result: Any, outputs: Sequence[Path], as_json: bool, explain: Any = None
) -> None:
    """Write an answer, or explain one finding of it, and say what it is and what was cut."""
    from netinv import screen
    from netinv.result import UNCHECKED, plain

    written = [one for path in outputs for one in result.save(path)]
    if explain:
        screen.explained(result, explain, cypherfile.headings())
    elif as_json:
        _json(plain(result))
    elif result.answer != UNCHECKED and not outputs:
        screen.findings(result)
    if not explain:  # which has said so among what was not checked
        tell(f"{result.heading()}: {result.in_short()}")
        for line in (*result.checked, *result.cut, *result.notes):
            tell("  " + line)
    if result.findings and not result.question.texts.get("noun"):
        tell(f"  {LEAD}")
    for path in written:
        tell(f"wrote {path}")
    if result.answer == UNCHECKED:
        ctx.exit(UNCHECKED_EXIT)


@main_group.command(epilog="Example: netinv lint my-questions/find-same-phone.cypher")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.pass_context
def lint(ctx: click.Context, paths: tuple[Path, ...]) -> None:
    """Check investigations of your own, as the tests check ours.

    PATHS are files, or folders of .cypher files.
    """
    from netinv import screen

    with _open(ctx) as case:
        found = case.lint(paths)
    for path, said in found.items():
        if path.stem in main_group.commands:
            said.append(f"makes the command {path.stem}, which netinv has already: rename it")
        for line in said or ["fine"]:
            screen.data(f"{path}: {line}")
    if any(found.values()):
        ctx.exit(1)


def _link_options() -> None:
    """The options of `link` are the inputs of its rule's files."""
    inputs = (one for stage in cypherfile.stages() for one in stage.inputs)
    link.params = [*(_parameter(one) for one in inputs), *link.params]


def main() -> NoReturn:
    """Run the command line: exit 0 done, 1 expected failure, 2 wrong usage (values of options
    included), 3 could not be checked, 130 interrupted, 143 terminated."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:  # it was closed by the caller, who wants none of it
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115
    try:
        _link_options()
        code = main_group.main(standalone_mode=False)
        sys.exit(code if isinstance(code, int) else 0)
    except click.exceptions.Exit as ended:
        sys.exit(ended.exit_code)
    except click.UsageError as error:
        error.show()
        sys.exit(2)
    except click.ClickException as error:
        error.show()
        sys.exit(1)
    except NetinvError as error:
        from netinv import screen

        screen.talk(f"netinv: {error}")
        sys.exit(2 if isinstance(error, Misuse) else 1)
    except (KeyboardInterrupt, click.Abort):
        sys.stderr.write("netinv: interrupted; nothing half-written is left\n")
        sys.exit(130)
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            sys.exit(0)
        from netinv import screen

        where = str(error.filename or "netinv")
        screen.talk(
            f"netinv: {screen.clipped(where)}: {error.strerror or error}"
            " (check the path, the disk and your rights there)"
        )
        sys.exit(1)
