"""Asks a case's Neo4j one question, and reads the server's own clock."""

from __future__ import annotations

import csv
import json
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import neo4j
from measure import Watched

from netinv import investigate, server


@dataclass(frozen=True)
class Asked:
    """What one question took: seconds by the server's clock, its seconds of CPU, rows read."""

    seconds: float
    cpu: float
    rows: int


def asked(case: Path, memory: str, limit: float, command: str, given: Mapping[str, str]) -> Asked:
    """Ask one question of the case's Neo4j, started when it is down.

    The rows are asked for as netinv does, the first 2,000 in one portion. The server tells what the
    last portion took; when there are more rows, our own clock until the first portion stands in.
    """
    file = investigate.question_file(command)
    values = {one.name: one.value(given.get(one.name)) for one in file.inputs}
    at = server.ensure(case, lambda line: None, memory)
    with (
        neo4j.GraphDatabase.driver(at.uri, auth=(at.username, at.password)) as driver,
        driver.session(
            default_access_mode=neo4j.READ_ACCESS, fetch_size=investigate.MOST
        ) as session,
    ):
        session.run("RETURN 1").consume()
        watched = Watched(case)
        with session.begin_transaction(timeout=limit) as transaction:
            begun = time.monotonic()
            result = transaction.run(file.asked(), given=values)
            count = sum(1 for _ in islice(result, investigate.MOST))
            took = time.monotonic() - begun
            more = result.peek() is not None
            summary = result.consume()
    watched.look(None)
    if not more:
        took = ((summary.result_available_after or 0) + (summary.result_consumed_after or 0)) / 1000
    return Asked(took, watched.cpu, count)


def companies(world: Path) -> tuple[list[str], str]:
    """The first companies of five planted rings, and the company with most shipments."""
    with (world / "shipments.csv").open(encoding="utf-8", newline="") as file:
        shipper = {row["id"]: row["shipper"] for row in csv.DictReader(file)}
    truth = json.loads((world / "truth.json").read_text("utf-8"))
    named = [shipper[ring[0]] for ring in truth["find-rings"]["planted"]]
    return (
        [one for one in dict.fromkeys(named) if one][:5],
        Counter(filter(None, shipper.values())).most_common(1)[0][0],
    )
