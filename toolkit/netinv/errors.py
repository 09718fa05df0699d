"""What can go wrong, as one small tree of exceptions.

NetinvError
 ├─ InputError     a value, a file or a row is not what it must be
 ├─ DefinitionError  a file of cypher/ or import/ is not well formed
 ├─ CaseError      the case folder is absent, busy, or made by something newer
 ├─ ServerError    Neo4j cannot be fetched, started, reached or used
 └─ QueryError     Neo4j refused a statement or ended it

A message says where, what, and what to do next:
`companies.csv:17: incorporated: '31/02/2024' is not a date (use 2024-02-28)`.
Exceptions of other libraries are translated where the library has its home, never further up.
"""

from __future__ import annotations


class NetinvError(Exception):
    """An expected failure.

    `where` names a file and line, a column or an address; `next` says what to do, as an
    imperative without a full stop. Both are optional; `str()` joins the three.
    """

    def __init__(self, what: str, *, where: str = "", next: str = "") -> None:
        self.what = what
        self.where = where
        self.next = next
        super().__init__(what)

    def __str__(self) -> str:
        text = f"{self.where}: {self.what}" if self.where else self.what
        return f"{text} ({self.next})" if self.next else text


class InputError(NetinvError):
    """A value, a file or a row is not what it must be."""


class DefinitionError(NetinvError):
    """A file of `cypher/` or `import/` is not well formed."""


class CaseError(NetinvError):
    """The case folder is absent, busy, or made by something newer."""


class TooLargeError(CaseError):
    """What the tables hold needs more memory than there is."""


class ChangedError(CaseError):
    """The graph changed while it was asked."""


class ServerError(NetinvError):
    """Neo4j cannot be fetched, started, reached or used."""


class QueryError(NetinvError):
    """Neo4j refused a statement or ended it."""
