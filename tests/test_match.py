"""Which table or foreign source a file is: what was said, its name, its header, or an error."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from netinv import cypherfile
from netinv.errors import InputError
from netinv.match import Candidate, bundles, match

COMPANIES = "id,name,country\nC1,Acme,NO\n"
CALLS = "vessel,port,arrived\n9074729,NOOSL,2024-01-05\n"


def foreign(role: str) -> str:
    """A file of the OFAC list with the columns by which it is known, and one row."""
    selects = cypherfile.sources()["ofac-sdn"]
    columns = {name for select in selects for name in select.mapping("reads").get(role, ())}
    return ",".join(sorted(columns)) + "\n" + ",".join("36" for _ in columns) + "\n"


SDN, SDN_ADDRESS = foreign("sdn"), foreign("sdn_address")
TABLES = ", ".join([*cypherfile.tables(), *cypherfile.sources()])


def make(folder: Path, **texts: str) -> list[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.csv"
        path.write_text(text, encoding="utf-8")
        paths.append(path)
    return paths


def said(*paths: Path, kind: str = "") -> str:
    with pytest.raises(InputError) as error:
        found, _ = match(paths, kind)
        list(bundles(found))
    return str(error.value)


def test_a_file_is_what_was_said_whatever_its_name_and_header(tmp_path: Path) -> None:
    paths = make(tmp_path, people=COMPANIES)
    assert match(paths, "companies") == ([Candidate(paths[0], "companies")], {})


@pytest.mark.parametrize("name", ["companies", "Companies", "companies.2024"])
def test_a_file_is_the_table_of_its_name_whatever_its_header(tmp_path: Path, name: str) -> None:
    paths = make(tmp_path, **{name: "who,what\n1,2\n"})
    assert match(paths) == ([Candidate(paths[0], "companies")], {})


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        (CALLS, "port_calls"),
        (CALLS.upper(), "port_calls"),
        ("id,shipper,weight_kg\nS1,C1,5\n", "shipments"),
        ("director;company\nP1;C1\n", "directorships"),
    ],
)
def test_a_file_is_the_one_table_that_its_header_fits(tmp_path: Path, text: str, kind: str) -> None:
    paths = make(tmp_path, extract=text)
    assert match(paths) == ([Candidate(paths[0], kind)], {})


def test_a_foreign_source_is_known_by_its_columns_and_beats_a_table(tmp_path: Path) -> None:
    paths = make(tmp_path, list_of_june=SDN, where=SDN_ADDRESS)
    found, unread = match(paths)
    assert found == [
        Candidate(paths[0], "ofac-sdn", "sdn"),
        Candidate(paths[1], "ofac-sdn", "sdn_address"),
    ]
    assert unread == {}


def test_a_folder_gives_what_is_known_and_names_what_is_not(tmp_path: Path) -> None:
    companies, calls, odd = make(tmp_path, companies=COMPANIES, calls=CALLS, odd="a,b\n1,2\n")
    (tmp_path / "readme.txt").write_text("words")
    (tmp_path / ".hidden.csv").write_text(COMPANIES)
    (tmp_path / "deeper.csv").mkdir()
    (tmp_path / "ports.csv").symlink_to("gone.csv")
    (tmp_path / "vessels.csv").symlink_to("vessels.csv")
    (tmp_path / "years").symlink_to("deeper.csv")
    os.mkfifo(tmp_path / "people.csv")
    found, unread = match([tmp_path])
    assert found == [Candidate(calls, "port_calls"), Candidate(companies, "companies")]
    assert {path.name: why for path, why in unread.items()} == {
        "deeper.csv": "a folder",
        "odd.csv": "of no known kind",
        "people.csv": "no regular file",
        "ports.csv": "a link that leads nowhere",
        "readme.txt": "of no known kind",
        "vessels.csv": "a link that leads nowhere",
        "years": "a folder",
    }
    assert odd in unread


def test_a_file_that_is_not_there_is_refused_with_the_nearest_name(tmp_path: Path) -> None:
    make(tmp_path, companies=COMPANIES)
    assert said(tmp_path / "companys.csv") == (
        f"{tmp_path / 'companys.csv'}: does not exist (did you mean companies.csv?)"
    )
    assert said(tmp_path / "zzz") == f"{tmp_path / 'zzz'}: does not exist (check the path)"
    assert said(tmp_path / "no" / "x.csv") == (
        f"{tmp_path / 'no' / 'x.csv'}: does not exist (check the path)"
    )


def test_a_file_of_another_format_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "companies.docx"
    path.write_text("x")
    assert said(path) == (
        f"{path}: is of no format that netinv reads (use .csv, .csv.gz, .tsv, .parquet, .xlsx,"
        " .json)"
    )


def test_a_folder_without_a_table_is_refused(tmp_path: Path) -> None:
    assert said(tmp_path) == f"{tmp_path}: is an empty folder (name files to load)"
    (tmp_path / ".hidden").write_text("x")
    assert said(tmp_path) == f"{tmp_path}: is an empty folder (name files to load)"
    make(tmp_path, odd="a,b\n1,2\n")
    assert said(tmp_path) == (
        f"{tmp_path}: holds no file that netinv knows: odd.csv is of no known kind"
        " (name its files after tables (companies.csv) or use --as)"
    )


def test_a_folder_of_folders_and_broken_links_is_not_empty(tmp_path: Path) -> None:
    for year in range(2020, 2026):
        (tmp_path / str(year)).mkdir()
    (tmp_path / "companies.csv").symlink_to("gone.csv")
    assert said(tmp_path) == (
        f"{tmp_path}: holds no file that netinv knows: 2020 is a folder, 2021 is a folder,"
        " 2022 is a folder, and 4 more"
        " (name its files after tables (companies.csv) or use --as)"
    )
    assert said(tmp_path / "companies.csv") == (
        f"{tmp_path / 'companies.csv'}: is a link that leads nowhere (check what it leads to)"
    )


@pytest.mark.parametrize(
    ("name", "text", "first"),
    [
        # The nearest by name first, then those that share most columns, each once.
        ("company", "firm,name,country\n1,2,3\n", "companies"),
        ("extract", "vessel,port,when\n1,2,3\n", "port_calls"),
    ],
)
def test_a_file_of_no_known_kind_is_refused_with_the_nearest(
    tmp_path: Path, name: str, text: str, first: str
) -> None:
    message = said(*make(tmp_path, **{name: text}))
    assert message.startswith(
        f"{name}.csv: matches no table and no source (say which with --as; nearest: "
    )
    listed = message.rsplit("nearest: ", 1)[1].rstrip(")").split(", ")
    assert listed[0] == first
    assert len(listed) == len(set(listed))
    assert set(listed) <= {*cypherfile.tables(), *cypherfile.sources()}


def test_a_header_that_fits_two_tables_says_neither(tmp_path: Path) -> None:
    message = said(*make(tmp_path, extract="id,name\n1,Acme\n"))
    assert message.startswith("extract.csv: matches no table and no source (say which with --as;")


@pytest.mark.parametrize(
    ("kind", "next_"),
    [
        ("company", "companies"),
        ("shipmnts", "shipments, shipment_versions, payments"),
        ("ofac", "ofac-sdn"),
        ("zzzz", TABLES),
    ],
)
def test_a_kind_that_there_is_not_is_refused_with_the_nearest(
    tmp_path: Path, kind: str, next_: str
) -> None:
    paths = make(tmp_path, companies=COMPANIES)
    message = said(*paths, kind=kind)
    assert message == f"--as {kind}: no such table or source (nearest: {next_})"


def test_a_file_that_is_not_what_was_said_is_refused_with_what_it_lacks(tmp_path: Path) -> None:
    (path,) = make(tmp_path, list=SDN_ADDRESS.replace("City", "Town"))
    assert said(path, kind="ofac-sdn") == (
        "list.csv: is not a file of ofac-sdn: lacks City (check the file, or choose another --as)"
    )


def test_an_unreadable_file_of_unknown_name_is_refused(tmp_path: Path) -> None:
    (path,) = make(tmp_path, odd="")
    assert said(path) == "odd.csv: is empty (check that it is whole)"
    assert said(tmp_path) == "odd.csv: is empty (check that it is whole)"


# ---------------------------------------------------------------- bundles


def test_files_of_one_foreign_source_are_read_together_others_alone(tmp_path: Path) -> None:
    paths = make(tmp_path, a_list=SDN, companies=COMPANIES, b_where=SDN_ADDRESS, calls=CALLS)
    found, _ = match(paths)
    names = [[one.path.stem for one in group] for group in bundles(found)]
    assert names == [["companies"], ["calls"], ["a_list", "b_where"]]


def test_a_foreign_source_that_lacks_a_file_is_refused(tmp_path: Path) -> None:
    first, second = make(tmp_path, a_list=SDN, b_where=SDN_ADDRESS)
    wanted = "(name the files, or their folder, in one load)"
    assert said(first) == f"a_list.csv: ofac-sdn also needs its file sdn_address {wanted}"
    assert said(second) == f"b_where.csv: ofac-sdn also needs its file sdn {wanted}"


def test_two_editions_of_a_foreign_source_are_refused(tmp_path: Path) -> None:
    paths = make(tmp_path, may=SDN, june=SDN.replace("36", "37"), places=SDN_ADDRESS)
    assert said(*paths) == (
        "may.csv, june.csv: ofac-sdn was given more than one file sdn (load each edition by itself)"
    )


def test_a_pipe_is_no_file_to_wait_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "companies.csv")
    with pytest.raises(InputError) as error:
        match([tmp_path / "companies.csv"])
    assert str(error.value).endswith("is no regular file (copy it into a file)")
