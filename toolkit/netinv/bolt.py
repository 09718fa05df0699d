"""Just enough of the Bolt protocol to know that a server answers with our password.

The driver's one home is `graph`; starting a server must not load it. Messages are those of
Bolt 5.1 to 5.8 (neo4j.com/docs/bolt): a request is sent, only the kind of its answer is read.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterable, Mapping
from contextlib import suppress

GREETING = b"\x60\x60\xb0\x17" + b"\x00\x07\x08\x05" + b"\x00" * 12
HELLO, GOODBYE, RUN, PULL, LOGON = 0x01, 0x02, 0x10, 0x3F, 0x6A
SUCCESS, RECORD = 0x70, 0x71

Value = str | int | Mapping[str, "Value"]


class Refused(Exception):
    """The server answers, and says no."""


def ask(
    port: int, username: str, password: str, statements: Iterable[str] = (), timeout: float = 5
) -> None:
    """Log on to the server of a loopback port and run statements, one after the other.

    `timeout` is in seconds, of each answer. Raises OSError when nobody (or something that is no
    Bolt server) answers, Refused when the password is wrong or a statement fails.
    """
    with socket.create_connection(("127.0.0.1", port), timeout=timeout) as line:
        line.sendall(GREETING)
        if _read(line, 4)[3] != 5:
            raise OSError("does not speak Bolt 5")
        about = {"product": "netinv"}
        _request(line, HELLO, {"user_agent": "netinv", "bolt_agent": about})
        logon = {"scheme": "basic", "principal": username, "credentials": password}
        _request(line, LOGON, logon)
        for statement in statements:
            _request(line, RUN, statement, {}, {})
            _request(line, PULL, {"n": -1})
        with suppress(OSError):
            line.sendall(_message(GOODBYE))


def _request(line: socket.socket, kind: int, *fields: Value) -> None:
    line.sendall(_message(kind, *fields))
    while (answer := _answer(line))[1] == RECORD:
        pass
    if answer[1] != SUCCESS:
        raise Refused(answer[2:].decode("utf-8", "replace"))


def _message(kind: int, *fields: Value) -> bytes:
    body = bytes([0xB0 + len(fields), kind]) + b"".join(map(_packed, fields))
    return struct.pack(">H", len(body)) + body + b"\x00\x00"


def _packed(value: Value) -> bytes:
    """One value in PackStream: what requests need of it."""
    if isinstance(value, str):
        text = value.encode()
        return b"\xd1" + struct.pack(">H", len(text)) + text
    if isinstance(value, int):
        return b"\xcb" + struct.pack(">q", value)
    return bytes([0xA0 + len(value)]) + b"".join(
        _packed(part) for pair in value.items() for part in pair
    )


def _answer(line: socket.socket) -> bytes:
    """The next message: its chunks up to the empty one (an empty one alone keeps the line open)."""
    body = b""
    while True:
        (size,) = struct.unpack(">H", _read(line, 2))
        if size:
            body += _read(line, size)
        elif len(body) > 1:
            return body


def _read(line: socket.socket, size: int) -> bytes:
    body = b""
    while len(body) < size:
        part = line.recv(size - len(body))
        if not part:
            raise OSError("the line was closed")
        body += part
    return body
