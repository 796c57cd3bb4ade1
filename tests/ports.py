"""A port nobody uses, for a service that a test starts."""

import socket


def free_port() -> int:
    """A port of the loopback that was free a moment ago."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])
