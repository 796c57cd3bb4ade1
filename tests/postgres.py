"""A PostgreSQL server of our own: initialised in a temporary folder, bound to this process, gone with it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.exc import OperationalError
from sqlalchemy.pool import NullPool

from hotline import embedded


@contextmanager
def run_postgres() -> Iterator[str]:
    """Runs a server with its own defaults (synchronous commit) and yields its URL without a database name."""
    home = Path(tempfile.mkdtemp(prefix="hotline-pg-"))
    owner = _not_root()
    if owner:
        shutil.chown(home, owner, pwd.getpwnam(owner).pw_gid)
    try:
        _initdb(owner, home / "data")
        server = subprocess.Popen(
            [_program("postgres"), "-D", home / "data", "-k", home, "-c", "listen_addresses="],
            stderr=(home / "log").open("wb"),
            start_new_session=True,  # Ctrl-C is for us, who stop it
            preexec_fn=embedded.die_with_parent(signal.SIGINT),
            cwd=home,
            **_as(owner),
        )
        try:
            url = f"postgresql+psycopg://postgres@/?host={home}"
            _wait_for(url.replace("/?", "/postgres?"), server, home / "log")
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # "fast": does not wait for clients
            server.wait(30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _not_root() -> str | None:
    """The account PostgreSQL runs under when we are root, which it refuses to be."""
    if os.getuid() != 0:
        return None
    names = {account.pw_name for account in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def _as(owner: str | None) -> dict[str, object]:
    if owner is None:
        return {}
    return {"user": owner, "group": pwd.getpwnam(owner).pw_gid, "extra_groups": []}


def _program(name: str) -> str:
    kept = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: float(p.parts[-3]))
    found = str(kept[-1]) if kept else shutil.which(name)
    assert found, f"no {name}: run tests/provision.sh, or name postgres in HOTLINE_SKIP"
    return found


def _initdb(owner: str | None, folder: Path) -> None:
    words = [_program("initdb"), "-D", folder, "-U", "postgres", "--auth=trust", "-E", "UTF8", "--no-locale"]
    done = subprocess.run(words, capture_output=True, text=True, cwd="/", check=False, **_as(owner))
    assert done.returncode == 0, done.stderr


def _wait_for(url: str, server: subprocess.Popen[bytes], log: Path) -> None:
    engine = create_engine(url, poolclass=NullPool)
    deadline = time.monotonic() + 30
    while True:
        try:
            engine.connect().close()
            return
        except OperationalError as not_yet:
            if server.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(log.read_text()) from not_yet
            time.sleep(0.05)
