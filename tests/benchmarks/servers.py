"""The parts a measurement drives: a house of its own, and the web service as a process of its own."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from hotline import embedded, migrate
from hotline.settings import Settings, from_environment
from tests.postgres import run_postgres

TICKS = os.sysconf("SC_CLK_TCK")


@contextmanager
def database(kind: str) -> Iterator[tuple[Path, str]]:
    """A data folder and the address of an empty, migrated database of that kind."""
    with tempfile.TemporaryDirectory(prefix="hotline-bench-") as folder:
        data = Path(folder)
        if kind == "sqlite":
            url = f"sqlite:///{data}/hotline.db"
            migrate.upgrade(url)
            yield data, url
            return
        with run_postgres() as server:
            url = _created(server)
            migrate.upgrade(url)
            yield data, url


@contextmanager
def web(data: Path, url: str, port: int, processes: int = 1) -> Iterator[tuple[Settings, subprocess.Popen[bytes]]]:
    """The web service, ready, with its own Valkey; stopped on leaving."""
    told = {
        "HOTLINE_DATA": str(data),
        "HOTLINE_DATABASE_URL": url,
        "HOTLINE_PORT": str(port),
        "HOTLINE_PUBLIC_RATE": "0",
        "HOTLINE_WEB_PROCESSES": str(processes),
    }
    queue = embedded.start(data)
    log = (data / "web.log").open("wb")
    service = subprocess.Popen([sys.executable, "-m", "hotline", "web"], env={**os.environ, **told}, stdout=log)
    try:
        wait_for(f"http://127.0.0.1:{port}/health/ready")
        yield from_environment(told), service
    finally:
        service.terminate()
        service.wait(timeout=20)
        queue.stop()


def cpu_seconds(pid: int) -> float:
    """CPU of a process and its children so far, in seconds."""
    pids, total = [pid], 0.0
    while pids:
        one = pids.pop()
        try:
            fields = Path(f"/proc/{one}/stat").read_text().rsplit(")", 1)[1].split()
            pids += [int(child) for child in Path(f"/proc/{one}/task/{one}/children").read_text().split()]
        except OSError:
            continue
        total += (int(fields[11]) + int(fields[12])) / TICKS
    return total


def _created(server: str) -> str:
    plain = create_engine(server.replace("/?", "/postgres?"), poolclass=NullPool, isolation_level="AUTOCOMMIT")
    with plain.connect() as connection:
        connection.execute(text("CREATE DATABASE bench"))
    return server.replace("/?", "/bench?")


def wait_for(address: str) -> None:
    """Until somebody answers there, be it with an error."""
    deadline = time.monotonic() + 30
    while True:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except urllib.error.HTTPError as answered:
            if answered.code != 503:
                return
            time.sleep(0.05)
        except (urllib.error.URLError, OSError):
            assert time.monotonic() < deadline, f"{address} did not answer"
            time.sleep(0.05)
