"""What the tests of text messages share: the gateway's call, a part of a long message, what came of it."""

from typing import Any
from urllib.parse import quote, urlencode

import msgspec
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select

from cases.tables import EventRow, OutboxRow
from hotline.house import House
from tests.hotline.conftest import TOKEN

SENDER, OTHER = "13812345678", "13987654321"
PARTS = ("我要举报：启明街道", "和平社区楼下的烧烤摊每天", "占道经营到凌晨两点")


def send(client: TestClient[Litestar], text: str, key: str = "m1", sender: str = SENDER, **more: str) -> int:
    said = {"token": TOKEN, "id": key, "from": sender, "to": "12345", "text": text, **more}
    return client.get(f"/sms?{urlencode(said)}").status_code


def part(client: TestClient[Litestar], n: int, key: str = "", parts: int = 3, ref: str = "42") -> int:
    udh = f"050003{ref}{parts:02x}{n:02x}"
    return send(client, PARTS[n - 1], key=key or f"p{n}", udh=udh)


def raw(client: TestClient[Litestar], text: bytes, **more: str) -> int:
    return client.get(f"/sms?{urlencode({'token': TOKEN, 'from': SENDER, 'coding': '2', **more})}&text={quote(text)}").status_code


def requests(house: House) -> list[str]:
    with house.reading() as connection:
        facts = connection.scalars(
            select(EventRow.facts).where(EventRow.step == "register").order_by(EventRow.case_id)
        )
        return [msgspec.json.decode(one)["text"] for one in facts]


def replies(house: House) -> list[tuple[str, str, dict[str, Any]]]:
    with house.reading() as connection:
        columns = (OutboxRow.recipient, OutboxRow.template, OutboxRow.facts)
        rows = connection.execute(
            select(*columns).where(OutboxRow.dedupe.like("text:%")).order_by(OutboxRow.id)
        )
        return [
            (":".join(row.recipient.split(":")[:2]), row.template, msgspec.json.decode(row.facts)) for row in rows
        ]
