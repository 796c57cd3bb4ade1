"""The whole house with one command: queue, tables, demonstration, web and worker, watched until Ctrl-C.

One supervisor and no daemon: children die with it even when it is killed outright, so nothing is left behind.
A child that crashes is started again, later each time; one that never came up ends the start with a sentence.
"""

import fcntl
import http.client
import logging
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import click

from hotline import embedded, migrate
from hotline.settings import Settings, reachable
from hotline.sign_ins import SIGN_INS, held

log = logging.getLogger("hotline.up")

_READY_SECONDS = 60.0
_STOP_SECONDS = 10.0
_LONGEST_PAUSE = 30.0
_CALM_SECONDS = 60.0  # a child that ran this long has its back-off forgiven
_STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Child:
    """One of our own processes, and when it may next be started."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.crashes = 0
        self.start()

    def start(self) -> None:
        """Run `python -m hotline NAME` in a session of its own, bound to our life."""
        self.again_at: float | None = None
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "hotline", self.name],
            stdin=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C reaches us alone, and we stop them in order
            preexec_fn=embedded.die_with_parent(signal.SIGTERM),
        )

    def watch(self) -> None:
        """Start it again when it has ended and its pause is over."""
        code, now = self.process.poll(), time.monotonic()
        if code is None:
            return
        if self.again_at is None:
            self.crashes = 1 if now - self.started > _CALM_SECONDS else self.crashes + 1
            pause = min(_LONGEST_PAUSE, 0.5 * 2 ** min(self.crashes - 1, 10))
            self.again_at = now + pause
            log.error("%s ended with %s; started again in %.1f s", self.name, code, pause)
        elif now >= self.again_at:
            self.start()


def up(settings: Settings) -> None:
    """Run everything until told to stop.

    Raises:
        click.ClickException: what stands in the way, in a sentence.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(name)s %(message)s", stream=sys.stderr)
    logging.getLogger("alembic").setLevel(logging.WARNING)
    settings.data.mkdir(parents=True, exist_ok=True, mode=0o700)
    for sign in _STOP_SIGNALS:
        signal.signal(sign, signal.default_int_handler)
    with _alone(settings), _stoppable():
        _port_is_free(settings)
        settings.secret()  # both are made before two processes ask for them
        settings.channel_token()
        with _queue(settings) as queue:
            demonstration = _tables(settings)
            with _children() as children:
                _wait_until_ready(settings, children)
                _welcome(settings, demonstration)
                _watch(children, queue)


def _tables(settings: Settings) -> bool:
    """Bring the tables up to date and fill an empty house; tells whether it holds the demonstration."""
    if migrate.pending(settings.database_url):
        migrate.upgrade(settings.database_url)
    known = held(settings.database_url)
    if known is not None:
        return known
    from hotline.seed import seed_if_empty

    return seed_if_empty(settings)


def _watch(children: list[Child], queue: embedded.Valkey | None) -> None:
    while True:
        time.sleep(0.2)
        for child in children:
            child.watch()
        if queue is not None and not queue.alive():
            log.error("valkey ended; started again")
            queue.start()


def _wait_until_ready(settings: Settings, children: list[Child]) -> None:
    deadline = time.monotonic() + _READY_SECONDS
    while not _is_ready(settings):
        for child in children:
            if child.process.poll() is not None:
                raise click.ClickException(f"{child.name} 未能启动，原因见上 (did not start, see above)")
        if time.monotonic() > deadline:
            raise click.ClickException(f"{_READY_SECONDS:.0f} 秒内未就绪 (not ready in time)")
        time.sleep(0.05)


def _is_ready(settings: Settings) -> bool:
    line = http.client.HTTPConnection(reachable(settings.host).strip("[]"), settings.port, timeout=5)
    try:
        line.request("GET", "/health/ready")
        return line.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        line.close()


def _welcome(settings: Settings, demonstration: bool) -> None:
    click.echo(f"\n  12345 已就绪   http://{reachable(settings.host)}:{settings.port}\n")
    if demonstration:
        for account, password, who in SIGN_INS:
            click.echo(f"  {account:<12} {password:<16} {who}")
    click.echo("\n  Ctrl-C 停止\n")


@contextmanager
def _children() -> Iterator[list[Child]]:
    children: list[Child] = []
    try:
        children += [Child("web")]
        children += [Child("worker")]
        yield children
    finally:
        _deaf()
        for child in children:
            child.process.terminate()
        deadline = time.monotonic() + _STOP_SECONDS
        for child in children:
            try:
                child.process.wait(max(0.0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                log.error("%s did not stop in %.0f s; killed", child.name, _STOP_SECONDS)
                child.process.kill()
                child.process.wait()


@contextmanager
def _queue(settings: Settings) -> Iterator[embedded.Valkey | None]:
    if not settings.redis_embedded:
        yield None
        return
    try:
        valkey = embedded.start(settings.data)
    except RuntimeError as why:
        raise click.ClickException(str(why)) from None
    try:
        yield valkey
    finally:
        _deaf()
        valkey.stop()


@contextmanager
def _alone(settings: Settings) -> Iterator[None]:
    """One supervisor a data folder; the lock goes with the process, however it ends."""
    with (settings.data / "hotline.lock").open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(
                f"{settings.data} 已有一个 hotline 在运行；另起请用别的 HOTLINE_DATA (already running there)"
            ) from None
        yield


@contextmanager
def _stoppable() -> Iterator[None]:
    """Being told to stop is the ordinary end of this command."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("\n  已停止")


def _deaf() -> None:
    for sign in _STOP_SIGNALS:
        signal.signal(sign, signal.SIG_IGN)


def _port_is_free(settings: Settings) -> None:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.host, settings.port))
        except OSError as why:
            raise click.ClickException(
                f"HOTLINE_PORT：{settings.host}:{settings.port} 不可用（{why.strerror}），请换一个端口"
            ) from None
