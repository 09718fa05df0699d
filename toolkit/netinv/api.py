"""Everything that the command line does, for a notebook, with the same names."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from importlib.metadata import PackageNotFoundError
from importlib.metadata import version as installed
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netinv import cypherfile
from netinv.case import Case, Say, Source, open_case, quiet, read_json
from netinv.errors import (
    CaseError,
    ChangedError,
    DefinitionError,
    InputError,
    NetinvError,
    ServerError,
)
from netinv.result import UNCHECKED

if TYPE_CHECKING:
    from netinv.difference import Progress
    from netinv.graph import Graph
    from netinv.intake import FileReport
    from netinv.link import Links
    from netinv.load import Written
    from netinv.result import Finding, Result
    from netinv.runs import Decision, Run
    from netinv.runs import Difference as Compared
    from netinv.server import Address, Status


PAYS = 40_000
"""Rows from which on a new local graph is written in bulk: below, Neo4j's importer takes longer to
start than Bolt to write."""


def version() -> str:
    """The installed version of netinv."""
    try:
        return installed("netinv")
    except PackageNotFoundError:
        return "0"


def silent(what: str, done: int, total: int) -> None:
    """Shows no progress."""


@dataclass(frozen=True)
class Loaded:
    """What one load did: a report a file, what changed in the graph, and the links that were made
    in the same go (None: over Bolt a load makes none)."""

    files: list[FileReport]
    graph: Written
    links: Links | None = None

    def plain(self) -> dict[str, Any]:
        return {
            "shape": "netinv.load/1",
            "files": [one.plain() for one in self.files],
            "graph": asdict(self.graph),
            "links": asdict(self.links) if self.links else None,
        }


@dataclass
class OpenCase:
    """An open case. Get one with `netinv.open`.

    `say` hears one line of talk at a time, `progress` what is being done, how much of it is done,
    and of how much. Close it, or use it in a `with`, to end its connection; the server stays.
    """

    case: Case
    say: Say = quiet
    progress: Progress = silent
    memory: str = ""
    cypher_dirs: tuple[Path, ...] = ()
    _graph: Graph | None = field(default=None, repr=False)

    def __repr__(self) -> str:
        return f"OpenCase({str(self.folder)!r})"

    def __enter__(self) -> OpenCase:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        if self._graph is not None:
            self._graph.close()
            self._graph = None

    @property
    def folder(self) -> Path:
        return self.case.folder

    # ------------------------------------------------------------ the server

    def own_server(self) -> bool:
        """Whether the case is served by a Neo4j of netinv's own."""
        return not self.case.setting("uri")[0]

    def address(self) -> Address:
        """Where the case's Neo4j is; starts the local one when it is down."""
        from netinv import server

        uri = self.case.setting("uri")[0]
        if uri:
            names = ("username", "password", "database")
            return server.Address(uri, *(self.case.setting(name)[0] for name in names))
        return server.ensure(
            self.folder,
            self.say,
            self._memory() or None,
            lambda done, total: self.progress("files of Neo4j", done, total),
        )

    def graph(self) -> Graph:
        """The case's graph, connected when first used."""
        from netinv.graph import Graph

        if self._graph is None:
            self._graph = Graph(self.address, self.case.id)
        return self._graph

    def py2neo(self) -> Any:
        """A py2neo Graph on the same server (extra `notebook`); py2neo is no longer developed."""
        try:
            import py2neo
        except ImportError:
            raise NetinvError(
                "py2neo is not installed",
                next="run: pip install '.[notebook]' in netinv's checkout",
            ) from None
        address = self.address()
        return py2neo.Graph(
            address.uri, auth=(address.username, address.password), name=address.database
        )

    def start(self) -> Status:
        from netinv import server

        self._only_own("start")
        self.address()
        return server.status(self.folder)

    def stop(self) -> bool:
        from netinv import server

        self._only_own("stop")
        self.close()
        return server.stop(self.folder, self.say)

    def _only_own(self, what: str) -> None:
        if not self.own_server():
            raise ServerError(
                f"is not netinv's to {what}",
                where=self.case.setting("uri")[0],
                next="unset NEO4J_URI to let netinv serve itself",
            )

    # ------------------------------------------------------------ loading

    def load(
        self,
        *paths: Path | str,
        as_: str = "",
        namespace: str = "",
        strict: bool = False,
        encoding: str = "",
        as_of: str = "",
        covers: str = "",
        replaces: str = "",
        reference: bool = False,
        bulk: bool | None = None,
    ) -> Loaded:
        """Take files and folders in and write them into the graph.

        Repeatable: what is in already changes nothing. A local graph that is still empty is written
        in bulk, links included, when that is quicker; `bulk` forces or forbids it. `reference`
        takes in the tables that ship with netinv (controls, ports) as well. Raises
        InputError for what cannot be read; then nothing of that file is in.
        """
        from netinv import intake, link

        options = intake.Options(as_, namespace, strict, encoding, as_of, covers, 1, replaces)
        with self._logged("load", paths=[str(p) for p in paths], **asdict(options)) as entry:
            if bulk and (why := self._not_in_bulk()):
                raise CaseError(f"cannot be loaded in bulk: {why}", next="leave out --bulk")
            groups = [([Path(path) for path in paths], options)] if paths else []
            if reference:
                groups += [([path], how) for path, how in intake.reference()]
            files = []
            for taken, how in groups:
                files += intake.take_in(
                    self.case,
                    taken,
                    how,
                    self.say,
                    lambda what, done: self.progress(f"reading {what}", done, 0),
                )
            if reference:
                self._retire_older_reference({one.source for one in files})
            done = None
            if bulk or (bulk is None and self._pays() and not self._not_in_bulk()):
                kept = link.kept(self.case)
                inputs = link.asked(kept) if kept else {}
                done = self._in_bulk(inputs if self.case.rows("shipments") else None, bool(bulk))
            written, links = done or (self._write(), None)
            entry["sources"] = sorted({one.source for one in files if one.source})
        return Loaded(files, written, links)

    def _retire_older_reference(self, taken: set[str]) -> None:
        """What an older netinv shipped goes when a newer one's is taken in."""
        kinds = {one.kind for one in self.case.sources() if one.id in taken}
        for old in self.case.sources():
            if old.priority == 0 and old.kind in kinds and old.id not in taken:
                self.case.retire(old, "replaced by the reference tables of this netinv")

    def _pays(self) -> bool:
        """Whether the tables hold enough rows for Neo4j's own importer to be quicker than Bolt."""
        return sum(sum(one.tables.values()) for one in self.case.sources()) >= PAYS

    def _not_in_bulk(self) -> str:
        """Why the graph cannot be written in bulk by a load; '' when it can."""
        from netinv import server

        if not self.own_server():
            return "NEO4J_URI names a server that is not netinv's own"
        if server.has_database(self.folder) and self.graph().holds_something():
            return "the case has a graph already; netinv rebuild makes it anew, in bulk if it pays"
        return ""

    def _in_bulk(
        self, links: Mapping[str, Any] | None, must: bool = False
    ) -> tuple[Written, Links | None] | None:
        """Write the graph in bulk. None when a statement is none that can, unless it `must`."""
        from netinv import rebuild

        self.close()
        try:
            return rebuild.in_bulk(self.case, self.say, self._memory(), links, self.progress)
        except DefinitionError as error:
            if must:
                raise
            self.say(f"{error}: written over Bolt")
            return None

    def _memory(self) -> str:
        return self.memory or self.case.setting("memory")[0]

    def _write(self) -> Written:
        from netinv import load

        return load.write(self.case, self.graph(), self.progress)

    def rebuild(self) -> Written:
        """Make the graph again from the tables, links included when there were any.

        A local one is built beside the old one and swapped; on a server of the user's own the
        database, which must carry the case's mark, is emptied first.
        """
        from netinv import derive, link, load, rebuild

        links = link.kept(self.case)

        def build(graph: Graph) -> Written:
            written = load.write(self.case, graph, self.progress)
            if links is not None:
                link.link(self.case, graph, link.asked(links), self.progress)
            derive.derive_all(self.case, graph, self.progress)
            return written

        with self._logged("rebuild"):
            if self.own_server():
                inputs = link.asked(links) if links else None
                if self._pays() and (done := self._in_bulk(inputs)):
                    return done[0]
                self.close()
                return rebuild.beside(self.case, self.say, self._memory(), build)
            self.graph().empty()
            for path in self.case.path("written").glob("*.parquet"):
                path.unlink()
            return build(self.graph())

    def sources(self, *, retired: bool = False) -> list[Source]:
        """What is loaded."""
        found = self.case.sources(retired=retired)
        self.case.log("sources", sources=[one.id for one in found])
        return found

    def drop(self, id: str, reason: str) -> tuple[Source, Written]:
        """Retire a source: kept and marked, no longer in the graph. Raises CaseError."""
        if not reason.strip():
            raise InputError("a source is not dropped without a reason", next="give --reason")
        with self._logged("sources drop", id=id, reason=reason):
            source = self.case.source(id)
            if source.retired:
                raise CaseError(f"{source.id} is retired already: {source.retired}")
            self.case.retire(source, reason)
            written = self._write()
        return source, written

    # ------------------------------------------------------------ asking

    def link(self, **inputs: Any) -> Links:
        """Make the derived links anew and write the difference."""
        with self._logged("link", inputs=inputs):
            self._catch_up()
            made = self._link(inputs)
            self._derive(self._stale({}))
            return made

    def _stale(self, inputs: Mapping[str, Any], types: Sequence[str] | None = None) -> list[str]:
        """The derived relationships, of these or of all, that tables, rules and inputs would give
        otherwise."""
        from netinv import derive

        return [
            type_
            for type_ in (derive.RULES if types is None else types)
            if derive.stale(self.case, type_, inputs)
            and (derive.possible(self.case, type_) or derive.kept(self.case, type_))
        ]

    def _derive(self, types: Sequence[str], inputs: Mapping[str, Any] | None = None) -> None:
        """Make derived relationships anew. The caller is the writer."""
        from netinv import derive

        if types:
            derive.derive(self.case, self.graph(), types, inputs, self.progress, self.say)

    def _link(self, inputs: Mapping[str, Any]) -> Links:
        from netinv import link

        return link.link(self.case, self.graph(), inputs, self.progress)

    def _catch_up(self) -> None:
        """Put into the graph what the tables hold and it may lack. The caller is the writer."""
        from netinv import difference

        if difference.behind(self.case):
            self._write()

    def _ready(self, file: cypherfile.CypherFile, inputs: Mapping[str, Any]) -> list[str]:
        """Repair a write that broke off and make links that are missing or stale; says what could
        not be done."""
        from netinv import derive, difference, investigate, link

        if not self.case.sources():
            return []
        broken = difference.behind(self.case) or self._lost()
        kept = link.kept(self.case)
        stale = ""
        if investigate.uses_links(file) and self.case.rows("shipments"):
            stale = link.stale(self.case)
        wanted = self._stale(inputs, derive.used(file))
        if not broken and not stale and not wanted:
            return []
        try:
            with self.case.writing(file.name):
                if broken:
                    self.say("putting into the graph what it lacks")
                    self._write()
                investigate.entities(self.graph(), file, inputs)  # a name of none makes no links
                if stale:
                    self.say(f"making links: {stale}")
                    self._link(link.asked(kept) if kept else {})
                self._derive(wanted, inputs)
        except CaseError as error:
            if wanted:
                raise  # without these links it would find nothing
            return [f"The graph may lack rows or links: {error}"]
        return []

    def _lost(self) -> bool:
        """Whether the database is another than the one that was written."""
        mark = self.graph().mark()
        state = read_json(self.case.path("written", "state.json"))
        return mark is None or mark.graph != state.get("graph")

    def run(self, name: str, **inputs: Any) -> Result:
        """Ask an investigation by its command's name; inputs are its options (`days=30`).

        Returns a Result whose `answer` says found, found nothing, or could not be checked. Keeps
        it as a file of `runs/` and a line of the log.
        """
        answered = self._asked(name, inputs)
        self._keep(answered, inputs)
        return answered

    def explain(self, name: str, finding: str, **inputs: Any) -> tuple[Result, Finding | None]:
        """Ask an investigation for the one finding whose id begins so, wherever it stands: far
        down, explained or dismissed. No run of `runs/`. None when it could not be checked.

        Raises InputError for an id of none, or of several.
        """
        widest = {"limit": "100000", "lawful": True, "dismissed": True}
        answered = self._asked(name, inputs | widest)
        matching = [one for one in answered.findings if one.id.startswith(finding)]
        self._log(answered, inputs | {"explain": finding})
        if answered.answer == UNCHECKED:
            return answered, None
        if len(matching) != 1:
            what = "no finding" if not matching else f"{len(matching)} findings"
            raise InputError(
                f"{finding!r} is the id of {what} of this question with these inputs",
                where="--explain",
                next="ask without --explain for the ids",
            )
        return answered, matching[0]

    def _asked(self, name: str, inputs: Mapping[str, Any]) -> Result:
        from netinv import derive, investigate

        file = self._file(name)
        # Somebody else's question of other options makes links anew, and then this one again.
        for again in (True, True, False):
            notes = self._ready(file, inputs)
            try:
                answered = investigate.run(self.case, self.graph(), file, inputs, version())
                if self._stale(inputs, derive.used(file)):
                    raise ChangedError(
                        "the links changed while they were read",
                        where=str(self.case.folder),
                        next="ask again",
                    )
            except ChangedError:
                if not again:
                    raise
            else:
                break
        answered.notes += notes
        return answered

    def run_all(
        self, names: Sequence[str] = (), **inputs: Any
    ) -> tuple[list[Result], dict[str, str]]:
        """Ask every investigation that asks of the whole case (or those named), and go on when one
        fails. An input goes to those that have it; the notes of the others say so.

        Returns the answers, and question → what it failed of.
        """
        known = cypherfile.investigations(self.cypher_dirs)
        wanted = [self._file(one) for one in names] or [
            file for file in known.values() if not any(one.required for one in file.inputs)
        ]
        options = {one.name for one in cypherfile.OPTIONS}
        answers: list[Result] = []
        failed: dict[str, str] = {}
        for done, file in enumerate(wanted):
            self.progress(f"asking {len(wanted)} questions", done, len(wanted))
            own = {one.name for one in file.inputs} | options
            try:
                answered = self.run(file.name, **{k: v for k, v in inputs.items() if k in own})
                answered.notes += [
                    f"--{name} is none of its options: it was asked of the whole case."
                    for name in inputs.keys() - own
                ]
                answers.append(answered)
            except NetinvError as error:
                failed[file.name] = str(error)
        return answers, failed

    def _file(self, name: str) -> cypherfile.CypherFile:
        from netinv import investigate

        return investigate.question_file(name, self.cypher_dirs)

    def key_players(
        self, saved: Sequence[str] = (), asked: Sequence[str] = (), **options: int
    ) -> Result:
        """Who holds the network of findings together: of saved answers, and of questions that are
        asked now. `options` are those of `players.players`. Raises InputError for neither."""
        from netinv import players

        if not saved and not asked:
            raise InputError(
                "has no findings to look at", next="give --from saved.json, or --asked find-rings"
            )
        answers = [self.saved(one) for one in saved] + [self.run(one) for one in asked]
        made = players.players(answers, **options)
        self._keep(made, {"from": list(saved), "asked": list(asked), **options})
        return made

    def runs(self) -> list[Run]:
        """The questions that were asked, the last first."""
        from netinv import runs

        return runs.listed(self.case)

    def saved(self, name: str) -> Result:
        """A saved answer: a .json file, a run's name, or a question's for its last run."""
        from netinv import runs

        return runs.saved(self.case, name)

    def diff(self, first: str, second: str) -> Compared:
        """What is new, gone and changed between two saved answers to one question."""
        from netinv import runs

        return runs.compare(self.saved(first), self.saved(second), runs.decisions(self.case))

    def decisions(self) -> list[Decision]:
        """What stands decided of findings, the last first."""
        from netinv import runs

        return sorted(runs.decisions(self.case).values(), key=lambda one: one.at, reverse=True)

    def take_back(self, finding: str, reason: str) -> Decision:
        """Take a decision of a finding back; it stays on record that it was made."""
        from netinv import runs

        return self._decide(runs.TAKEN_BACK, finding, reason, "")

    def dismiss(self, finding: str, reason: str, until: str = "") -> Decision:
        """Put a finding away, until a day or for good; how many are is said in every answer."""
        return self._decide("dismissed", finding, reason, until)

    def confirm(self, finding: str, reason: str = "") -> Decision:
        """Note that a person has looked at a finding and holds it to be right."""
        return self._decide("confirmed", finding, reason, "")

    def _decide(self, decision: str, finding: str, reason: str, until: str) -> Decision:
        from netinv import runs

        with self._logged(decision, finding=finding, reason=reason, until=until):
            return runs.decide(self.case, finding, decision, reason, until)

    def _keep(self, answered: Result, inputs: Mapping[str, Any]) -> None:
        from netinv import runs

        self._log(answered, inputs, result=runs.keep(self.case, answered, inputs))

    def _log(self, answered: Result, inputs: Mapping[str, Any], **more: Any) -> None:
        self.case.log(
            answered.question.command,
            inputs=inputs,
            answer=answered.answer,
            findings=len(answered.findings),
            query=answered.question.query_sha256,
            sources=[one.id for one in self.case.sources()],
            **more,
        )

    def lint(self, paths: Sequence[Path]) -> dict[Path, list[str]]:
        """What is wrong with investigations of the user's own; an empty list is a clean file.

        A folder stands for the .cypher files in it. Raises InputError for one without any.
        """
        from netinv import investigate

        files: list[Path] = []
        for path in paths:
            inside = list(cypherfile.files(path)) if path.is_dir() else [path]
            if not inside:
                raise InputError(
                    "holds no .cypher file", where=str(path), next="name an investigation"
                )
            files += inside
        self.graph().claim(self.case.id)
        names = {one.name: one.path for one in cypherfile.investigations().values()}
        found: dict[Path, list[str]] = {}
        for path in files:
            try:
                said = investigate.lint(investigate.checked_file(path), self.graph())
            except NetinvError as error:
                said = [str(error).removeprefix(f"{path}: ")]
            holder = names.setdefault(path.stem, path)
            if holder.resolve() != path.resolve():
                said.append(
                    f"makes the command {path.stem}, which {holder} makes already: rename it"
                )
            found[path] = said
        self.case.log("lint", inputs=[str(path) for path in paths])
        return found

    # ------------------------------------------------------------ the log

    @contextmanager
    def _logged(self, command: str, **inputs: Any) -> Iterator[dict[str, Any]]:
        """Hold the case as its writer, and log how it ended."""
        with self.case.writing(command):
            entry: dict[str, Any] = {}
            try:
                yield entry
            except BaseException as error:
                self.case.log(command, inputs=inputs, failed=str(error) or type(error).__name__)
                raise
            entry.setdefault("sources", [one.id for one in self.case.sources()])
            self.case.log(command, inputs=inputs, **entry)


def open(folder: Path | str | None = None, **options: Any) -> OpenCase:
    """Open the case of a folder (made when absent); without one, NETINV_CASE or the default.

    `options` are OpenCase's own: `say`, `progress`, `memory`, `cypher_dirs`.
    """
    return OpenCase(open_case(folder), **options)


__all__ = ["Loaded", "OpenCase", "open", "version"]
