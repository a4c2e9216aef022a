"""Plain connections to a port of this machine, with or without TLS."""

import contextlib
import socket
import ssl


def connect(port: int, *, tls: bool = False, buffer: int = 0) -> socket.socket:
    """A connection; with a small `buffer` what is not read stays with the sender."""
    plain = socket.socket()
    if buffer:
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, buffer)
    plain.settimeout(30)
    plain.connect(("127.0.0.1", port))
    if not tls:
        return plain
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context.wrap_socket(plain)


def answers(port: int, path: str, *, tls: bool = False) -> bool:
    """Whether a page comes, however long it takes."""
    with contextlib.suppress(OSError), connect(port, tls=tls) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode())
        return client.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 302")
    return False
