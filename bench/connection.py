"""Speak to a server over one connection."""

from __future__ import annotations

import socket


class Connection:
    """Send requests over one connection, and read each answer to its end."""

    def __init__(self, port: int) -> None:
        self._socket = socket.create_connection(("127.0.0.1", port), timeout=60)

    def close(self) -> None:
        self._socket.close()

    def send(self, request: bytes) -> None:
        self._socket.sendall(request)

    def read(self) -> bytes:
        answer = bytearray()
        length = None
        while length is None or len(answer) < length:
            received = self._socket.recv(65536)
            if not received:
                break
            answer += received
            end = answer.find(b"\r\n\r\n")
            if length is None and end >= 0:
                length = end + 4 + _body_length(bytes(answer[:end]))
        return bytes(answer)


def _body_length(head: bytes) -> int:
    found = head.lower().partition(b"content-length: ")[2]
    return int(found.partition(b"\r\n")[0] or 0)
