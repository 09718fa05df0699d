"""The graph's vocabulary: which labels there are and which property names a node."""

from __future__ import annotations

KEYS: dict[str, str] = {
    "Party": "id",
    "Company": "id",
    "Person": "id",
    "Vessel": "imo",
    "Port": "code",
    "Shipment": "id",
    "Address": "key",
    "Contact": "key",
    "Container": "number",
    "Document": "id",
    "Payment": "id",
    "Licence": "id",
    "Control": "id",
    "List": "name",
    "Country": "code",
    "Source": "id",
    "NetinvCase": "id",
}
"""Label → the property that is unique under it. Companies and people share the ids of Party."""

VALUES = ("Address", "Contact", "Container", "List", "Country", "Source")
"""Nodes that stand for a value of a row: they go when the last row that has the value goes."""

RULES = {
    "CONTROLLED_BY": ("controlled", ("Shipment", "Control")),
    "HOLDS": ("holds", ("Party", "Party")),
    "ALONGSIDE": ("alongside", ("Shipment", "Shipment")),
    "OFF_BUSINESS": ("off_business", ("Party", "Shipment")),
    "NEW_TO": ("newcomers", ("Party", "Control")),
    "ENDED_WITH": ("ended", ("Shipment", "Party")),
    "DISPUTES": ("disputed", ("Document", "Shipment")),
    "RELATED_TO": ("related", ("Party", "Party")),
    "REUSES": ("reused", ("Shipment", "Shipment")),
    "DEVIATED_TO": ("deviated", ("Vessel", "Port")),
    "MAY_FEED": ("may_feed", ("Shipment", "Shipment")),
    "UNMIRRORED": ("unmirrored", ("Shipment", "Shipment")),
    "PRICED_OFF": ("priced_off", ("Shipment", "Shipment")),
    "PIECE_FOR": ("piece_for", ("Shipment", "Party")),
    "DRIFTED": ("drifted", ("Party", "Party")),
    "SHIFTED_TO": ("shifted", ("Shipment", "Shipment")),
    "TURNS_OVER": ("turns_over", ("Party", "Party")),
}
"""Relationship that SQL of its own derives → the name of its files in `import/links/`, and the
labels that it joins."""

DERIVED = ("HANDOFF", *RULES)
"""Relationships that are computed from the tables and never observed."""

INDEXES: tuple[tuple[str, str], ...] = (
    ("Party", "name_key"),
    ("Vessel", "name_key"),
    ("Port", "name_key"),
    *(("Shipment", key) for key in ("hs", "serial", "bill", "lot")),
    ("Payment", "paid_last"),
    ("Licence", "holder"),
    ("Licence", "end_user"),
)
"""Label and property that questions look up beside the keys."""

EDGE_INDEXES: tuple[tuple[str, str], ...] = (
    *(
        ("HANDOFF", key)
        for key in (
            "ring",
            "route",
            "chain",
            "buyers",
            "arrived",
            "goods",
            "sender",
            "holder",
            "receiver",
        )
    ),
    ("CONTROLLED_BY", "sender"),
    ("CONTROLLED_BY", "since"),
    ("REUSES", "value"),
)
"""Relationship type and property that questions start from."""

SCHEMA = 1
"""Version of this vocabulary; a case with a higher one was made by a newer netinv."""


def label_of(labels: frozenset[str] | set[str]) -> str:
    """The one label that names a node of several: Company before Party."""
    named = [label for label in KEYS if label in labels and label != "Party"]
    return named[0] if named else ("Party" if "Party" in labels else "")


def keyed_as(label: str) -> str:
    """The label under which a node's key is unique: companies and people share those of Party."""
    return "Party" if label in ("Company", "Person") else label


def element_id(label: str, key: object) -> str:
    """How a finding, a page and a table call a node: `Company:C1`."""
    return f"{label}:{key}"
