"""Kannel itself, with its own fake SMS centre: a message goes in, its receipt out, a report comes back.

bearerbox and fakesmsc (Debian: kannel, kannel-extras) come by tests/provision.sh; HOTLINE_SKIP leaves them out.
"""

import os
import socket
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvicorn
from msgspec.structs import replace
from sqlalchemy import select

from cases.tables import CaseRow, OutboxRow
from hotline import delivery
from hotline.app import create_app
from hotline.house import House
from tests.hotline.conftest import TOKEN

PHONE = "13812345678"

CONF = """
group = core
admin-port = {admin}
admin-password = admin
smsbox-port = {box}
box-allow-ip = 127.0.0.1
store-type = file
store-location = {folder}/store
log-file = {folder}/bearerbox.log

group = smsc
smsc = fake
smsc-id = FAKE
port = {smsc}
connect-allow-ip = 127.0.0.1

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send}
global-sender = 12345
log-file = {folder}/smsbox.log

group = sendsms-user
username = u
password = p

group = sms-service
keyword = default
catch-all = true
max-messages = 0
get-url = "http://127.0.0.1:{web}/sms?token={token}&id=%I&from=%p&to=%P&text=%a&udh=%u&coding=%c&charset=%C"
"""


def _free(n: int) -> list[int]:
    held = [socket.create_server(("127.0.0.1", 0)) for _ in range(n)]
    ports = [one.getsockname()[1] for one in held]
    for one in held:
        one.close()
    return ports


def _until(ready: Callable[[], object], seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.1)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def _state(house: House) -> str | None:
    with house.reading() as connection:
        return connection.scalar(select(OutboxRow.state))


FAKE = Path("/usr/lib/kannel/test/fakesmsc")


@pytest.mark.skipif("kannel" in os.environ.get("HOTLINE_SKIP", ""), reason="HOTLINE_SKIP names kannel")
def test_kannel_itself(house: House, tmp_path: Path) -> None:
    """A message goes in through kannel and its receipt out through it, with a delivery report."""
    admin, box, smsc, send, web = _free(5)
    conf = tmp_path / "kannel.conf"
    conf.write_text(
        CONF.format(admin=admin, box=box, smsc=smsc, send=send, web=web, folder=tmp_path, token=TOKEN)
    )
    at = f"http://127.0.0.1:{web}"
    ours = replace(house, settings=replace(
        house.settings, sms_url=f"http://127.0.0.1:{send}", sms_user="u", sms_password="p", public_url=at
    ))  # fmt: skip
    server = uvicorn.Server(uvicorn.Config(create_app(ours), port=web, log_level="warning"))
    running = threading.Thread(target=server.run, daemon=True)
    running.start()
    programs: list[subprocess.Popen[bytes]] = []

    def start(*words: str, ready: Callable[[], bool]) -> None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "cwd": tmp_path}
        programs.append(subprocess.Popen(words, **quiet))  # type: ignore[call-overload]
        _until(ready)

    try:
        _until(lambda: _listens(web))
        start("bearerbox", str(conf), ready=lambda: _listens(box) and _listens(smsc))
        start("smsbox", str(conf), ready=lambda: _listens(send))
        start(
            str(FAKE),
            "-H",
            "127.0.0.1",
            "-r",
            str(smsc),
            "-m",
            "1",
            f"{PHONE} 12345 text 举报+烧烤摊占道经营",
            ready=lambda: True,
        )
        _until(lambda: _state(house))
        with house.reading() as connection:
            assert connection.execute(select(CaseRow.kind, CaseRow.channel)).one() == ("report", "sms")
        assert delivery.deliver(ours) == 1
        _until(lambda: _state(house) == "delivered")
    finally:
        for program in reversed(programs):
            program.terminate()
            program.wait(10)
        server.should_exit = True
        running.join(10)
