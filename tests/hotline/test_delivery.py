"""The outbox is emptied once: through a gateway that may be away, slow, or killed under our hands.

The gateway is an HTTP server that speaks kannel's sendsms; `test_kannel` drives kannel itself.
"""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import insert, select, update

from cases.bulk import insert_rows
from cases.outbox import message
from cases.parties import Person
from cases.people import CITIZEN, Role
from cases.tables import OutboxRow, table_of
from hotline import delivery
from hotline.channels import kannel
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.loopback import Loopback
from hotline.tables import UserRow
from tests.hotline.conftest import TOKEN, Clock, add

PHONE = "13812345678"


class Gateway:
    """Speaks kannel's sendsms and remembers what it was given; `answers` is the status it gives next."""

    def __init__(self) -> None:
        self.sent: list[dict[str, str]] = []
        self.answers, self.asked, self.fails_at = 202, 0, 0
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = {name: values[0] for name, values in parse_qs(urlsplit(self.path).query).items()}
                outer.asked += 1
                answers = 503 if outer.asked == outer.fails_at else outer.answers
                if answers == 202:
                    outer.sent.append(query)
                self.send_response(answers)
                self.end_headers()
                self.wfile.write(b"0: Accepted for delivery")

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    opened = Gateway()
    yield opened
    opened.server.shutdown()
    opened.server.server_close()


@pytest.fixture
def sending(house: House, gateway: Gateway) -> House:
    """The house, with that gateway."""
    return replace(
        house, settings=replace(house.settings, sms_url=gateway.url, sms_user="u", sms_password="p")
    )


def owed(house: House, n: int = 1, phone: str = PHONE) -> list[int]:
    """`n` receipts that wait; their outbox ids."""
    for m in range(n):
        incoming = Incoming(
            kind="help", text=f"第{m}件", channel="web", actor=CITIZEN, person=Person(phone=phone)
        )
        receive(house, incoming).result()
    with house.reading() as connection:
        return list(connection.scalars(select(OutboxRow.id).order_by(OutboxRow.id)))


def put(house: House, recipient: str, template: str = "help", **facts: Any) -> None:
    row = message(
        dedupe=f"t:{recipient}",
        case=None,
        recipient=recipient,
        template=template,
        facts=facts,
        now=house.now(),
    )
    with house.writing() as connection:
        insert_rows(connection, table_of(OutboxRow), [row])


def rows(house: House) -> list[Any]:
    with house.reading() as connection:
        return list(connection.execute(select(OutboxRow.__table__).order_by(OutboxRow.id)))


def lines(house: House) -> list[dict[str, Any]]:
    file = Loopback(house.settings.data).file
    return [msgspec.json.decode(line) for line in file.read_bytes().splitlines()] if file.exists() else []


def test_without_a_gateway_messages_are_recorded_masked(house: House) -> None:
    owed(house, 3)
    assert delivery.deliver(house) == 3
    assert delivery.deliver(house) == 0
    assert {row.state for row in rows(house)} == {"sent"}
    assert len(lines(house)) == 3
    assert PHONE not in Loopback(house.settings.data).file.read_text()
    assert "查询码" in lines(house)[0]["text"]
    assert lines(house)[0]["segments"] == 1


def test_kannel_is_spoken_to_as_it_asks(sending: House, gateway: Gateway) -> None:
    [row] = owed(sending)
    assert delivery.deliver(sending) == 1
    [sent] = gateway.sent
    assert (sent["username"], sent["password"], sent["from"], sent["to"]) == ("u", "p", "12345", PHONE)
    assert (sent["charset"], sent["coding"], sent["dlr-mask"]) == ("UTF-8", "2", "31")
    assert sent["dlr-url"].endswith(f"/sms/reports?token={TOKEN}&outbox={row}&status=%d")
    assert sent["text"].startswith("【武陵区12345】诉求已受理")


def test_while_the_gateway_is_away_rows_wait_and_nothing_is_lost(
    sending: House, gateway: Gateway, now: Clock
) -> None:
    owed(sending)
    gateway.answers = 503
    waits = []
    for _ in range(30):
        before = now.now
        assert delivery.deliver(sending) == 0
        assert delivery.deliver(sending) == 0, "nothing is due yet"
        [row] = rows(sending)
        assert (row.state, row.error) == ("waiting", "短信网关拒绝（503）")
        waits.append((row.next_at - before).total_seconds())
        now.now = row.next_at
    assert waits[:4] == [30, 60, 120, 240]
    assert max(waits) == 300
    gateway.answers = 202
    assert delivery.deliver(sending) == 1
    assert (len(gateway.sent), rows(sending)[0].state) == (1, "sent")


def test_a_gateway_that_is_away_is_not_asked_for_every_row(sending: House, gateway: Gateway, now: Clock) -> None:
    owed(sending, 20)
    gateway.answers = 503
    assert delivery.deliver(sending) == 0
    assert gateway.asked == delivery.SILENT
    assert [row.error for row in rows(sending)][3:] == [delivery.AWAY] * 17
    gateway.answers = 202
    now.forward(minutes=5)
    assert delivery.deliver(sending) == 20


def test_what_the_gateway_says_of_one_message_ends_that_message(sending: House, gateway: Gateway) -> None:
    owed(sending, 3)
    gateway.answers = 400
    assert delivery.deliver(sending) == 3
    assert {(row.state, row.error) for row in rows(sending)} == {("dead", "短信网关不收这一条（400）")}
    gateway.answers = 202
    assert delivery.deliver(sending) == 0


def test_one_message_that_fails_holds_up_no_other(sending: House, gateway: Gateway) -> None:
    owed(sending, 6)
    gateway.fails_at = 2
    assert delivery.deliver(sending) == 5
    assert sorted(row.state for row in rows(sending)) == ["sent"] * 5 + ["waiting"]


def test_a_code_that_is_over_is_not_sent_when_the_gateway_is_back(house: House, now: Clock) -> None:
    party = receive(
        house, Incoming(kind="help", text="一件", channel="web", actor=CITIZEN, person=Person(phone=PHONE))
    ).result().case
    put(house, f"party:{party}", "one_time", sealed=(house.vault.seal("123456") or b"").hex())
    now.forward(minutes=11)
    delivery.deliver(house)
    assert {row.template: (row.state, row.error) for row in rows(house)}["one_time"] == ("failed", delivery.TOO_LATE)
    assert "123456" not in str(lines(house))


def killed_between(house: House, send: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery that dies after the claim (and, with `send`, after the gateway took it), before the mark."""

    class Killed(BaseException):
        pass

    def die(*_: Any) -> None:
        raise Killed

    with monkeypatch.context() as patch:
        patch.setattr(delivery, "_mark" if send else "_sent", die)
        with pytest.raises(Killed):
            delivery.deliver(house)


def test_killed_before_sending_nothing_is_lost(
    sending: House, gateway: Gateway, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(sending, 3)
    killed_between(sending, False, monkeypatch)
    assert {row.state for row in rows(sending)} == {"sending"}
    assert delivery.deliver(sending) == 0  # the claim still holds
    now.forward(minutes=6)
    assert delivery.deliver(sending) == 3
    assert len(gateway.sent) == 3
    assert {row.state for row in rows(sending)} == {"sent"}


def test_killed_after_sending_a_report_settles_it(
    sending: House, gateway: Gateway, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(sending, 2)
    killed_between(sending, True, monkeypatch)
    assert len(gateway.sent) == 1  # one at a time: kannel cannot be asked what it has
    first = int(gateway.sent[0]["dlr-url"].split("outbox=")[1].split("&")[0])
    assert delivery.report(sending, first, 8)
    now.forward(minutes=6)
    assert delivery.deliver(sending) == 1
    assert len(gateway.sent) == 2
    assert {row.state for row in rows(sending)} == {"sent"}


def test_killed_after_recording_nothing_is_doubled(
    house: House, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    owed(house, 5)
    killed_between(house, True, monkeypatch)
    assert len(lines(house)) == 5
    now.forward(minutes=6)
    assert delivery.deliver(house) == 5
    assert len(lines(house)) == 5
    assert {row.state for row in rows(house)} == {"sent"}


def test_four_workers_send_each_row_once(house: House) -> None:
    owed(house, 60)
    workers = [threading.Thread(target=lambda: _until_empty(house)) for _ in range(4)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert sorted(line["outbox"] for line in lines(house)) == [row.id for row in rows(house)]


def _until_empty(house: House) -> None:
    while delivery.deliver(house, limit=7):
        pass


def test_reports_only_move_forward(house: House, client: TestClient[Litestar]) -> None:
    [row] = owed(house)
    delivery.deliver(house)

    def report(status: int, outbox: int = row) -> int:
        return client.get(f"/sms/reports?token={TOKEN}&outbox={outbox}&status={status}").status_code

    for status, state in (
        (8, "sent"),
        (2, "failed"),
        (8, "failed"),
        (1, "delivered"),
        (2, "delivered"),
        (4, "delivered"),
    ):
        assert report(status) == 200
        assert rows(house)[0].state == state
    assert report(1, outbox=999_999) == 404
    assert client.get(f"/sms/reports?token={TOKEN}&outbox=x&status=1").status_code == 422
    assert client.get(f"/sms/reports?outbox={row}&status=1").status_code == 401


def test_a_row_for_an_office_or_a_role_is_one_each(house: House) -> None:
    people = [
        add(house, f"u{n}", role, "urban") for n, role in enumerate((Role.HANDLER, Role.CHIEF, Role.HANDLER))
    ]
    people.append(add(house, "boss", Role.SUPERVISOR))
    for n, user in enumerate(people[:2] + people[3:]):  # the third has no telephone
        _give_phone(house, user, f"1380000000{n}")
    put(house, "office:urban")
    put(house, "office:urban:chief")
    put(house, "role:supervisor")
    put(house, "office:nowhere")
    put(house, "emergency:119", "alarm", number="1")
    while delivery.deliver(house):
        pass
    assert len(lines(house)) == 4
    by = {row.recipient: row for row in rows(house)}
    assert (by["office:urban"].state, by["office:urban"].error) == ("sent", "已分送2人")
    assert by["office:nowhere"].state == "failed"
    assert (by["emergency:119"].state, by["emergency:119"].error[:7]) == ("failed", "没有设置119")


def _give_phone(house: House, user: int, number: str) -> None:
    with house.writing() as connection:
        connection.execute(update(UserRow).where(UserRow.id == user).values(phone=house.vault.seal(number)))


def test_who_cannot_be_reached_is_in_sight(house: House) -> None:
    incoming = Incoming(
        kind="help", text="固定电话", channel="phone", actor=CITIZEN, person=Person(phone="0736-7254321")
    )
    party = receive(house, incoming).result().case
    put(house, f"party:{party}")
    put(house, f"user:{99}")
    put(house, "text:none")
    delivery.deliver(house)
    assert {(row.state, row.error) for row in rows(house)} == {("failed", delivery.NO_NUMBER)}


def test_an_unknown_wording_harms_no_other(house: House) -> None:
    owed(house)
    with house.writing() as connection:
        row = message(
            dedupe="x",
            case=None,
            recipient=rows(house)[0].recipient,
            template="nonsense",
            facts={},
            now=house.now(),
        )
        connection.execute(insert(OutboxRow).values(row))
    delivery.deliver(house)
    assert [row.state for row in rows(house)] == ["sent", "failed"]


def test_the_gateways_address_may_name_its_path() -> None:
    for url, wanted in (("http://h:1", "http://h:1/cgi-bin/sendsms"), ("http://h:1/send", "http://h:1/send")):
        gateway = kannel.Gateway(url, ("u", "p"), "12345", "http://x/?t=1")
        assert gateway.url == wanted
        gateway.close()
