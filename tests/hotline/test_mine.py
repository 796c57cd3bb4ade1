"""One's own requests by a code sent to one's telephone: the same for known and unknown numbers, once, and not for long."""

import re
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import TestClient
from sqlalchemy import select, update

from cases.parties import Person
from cases.people import CITIZEN
from cases.tables import OutboxRow
from hotline import delivery
from hotline.citizens import one_time
from hotline.citizens.one_time_tables import CitizenSessionRow, OneTimeCodeRow
from hotline.house import House
from hotline.intake import Incoming, receive
from tests.hotline.conftest import Clock, client_of

Client = TestClient[Litestar]
MINE, OTHER, NOBODY = "13812345678", "13900001111", "13712340000"


def asked(house: House, text: str, phone: str = MINE, **more: Any) -> str:
    incoming = Incoming(kind="help", text=text, channel="web", actor=CITIZEN, person=Person(name="李某", phone=phone), **more)
    return receive(house, incoming).result().number


def codes(house: House) -> list[str]:
    """The codes that went out, as the gateway got them."""
    delivery.deliver(house)
    lines = (house.settings.data / "outgoing.jsonl").read_text("utf-8").splitlines()
    return [found[1] for line in lines if (found := re.search(r"验证码(\d{6})", msgspec.json.decode(line)["text"]))]


def send(client: Client, phone: str) -> Any:
    return client.post("/mine/codes", json={"phone": phone})


def enter(client: Client, slip: str, code: str) -> Any:
    return client.post("/mine/sessions", json={"asked": slip, "code": code})


def test_the_own_requests_of_a_number_and_nobody_else_s(house: House, client: Client, now: Clock) -> None:
    mine = asked(house, "启明街道路灯坏了三天")
    secret = asked(house, "启明街道举报某人", confidential=True)
    theirs = asked(house, "别人的事情", OTHER)
    assert client.get("/mine").status_code == 403
    slip = send(client, MINE).json()["asked"]
    (code,) = codes(house)
    assert enter(client, slip, "000000" if code != "000000" else "111111").status_code == 403
    assert enter(client, slip, code).status_code == 200
    cookie = next(one for one in client.cookies.jar if one.name == one_time.COOKIE)
    assert cookie.has_nonstandard_attr("HttpOnly")
    listed = client.get("/mine").json()["requests"]
    assert {one["number"] for one in listed} == {mine, secret}
    assert next(one for one in listed if one["number"] == secret)["title"] == "", "confidential: no words of it"
    assert client.get(f"/requests/{mine}").json()["text"] == "启明街道路灯坏了三天", "opened without asking again"
    assert client.get(f"/requests/{secret}").status_code == 403, "confidence wants the query code as well"
    assert client.get(f"/requests/{theirs}").status_code == 403
    assert client.post(f"/requests/{mine}/withdrawal", json={}, headers={"Idempotency-Key": "w"}).status_code == 200
    with client_of(house) as again:
        assert enter(again, slip, code).status_code == 403, "a code serves once"
    now.forward(minutes=31)
    assert client.get("/mine").status_code == 403
    assert client.get(f"/requests/{mine}").status_code == 403


def test_a_stranger_learns_nothing_and_waits(house: House, client: Client, now: Clock) -> None:
    asked(house, "路灯坏了")
    known, unknown = send(client, MINE), send(client, NOBODY)
    assert (known.status_code, unknown.status_code) == (200, 200)
    assert set(known.json()) == set(unknown.json())
    assert len(codes(house)) == 1, "only who has something here is written to"
    with house.reading() as connection:
        digests = connection.scalars(select(OneTimeCodeRow.digest)).all()
        facts = connection.scalars(select(OutboxRow.facts).where(OutboxRow.template == "one_time")).all()
    (code,) = codes(house)
    assert len(digests) == 2 and all(code not in row for row in (*digests, *facts)), "in the clear it is kept nowhere"
    for phone in (MINE, NOBODY):
        more = [send(client, phone).status_code for _ in range(3)]
        assert more == [200, 200, 429], "three in a quarter of an hour, whoever it is"
    assert int(send(client, MINE).headers["Retry-After"]) > 600
    assert send(client, "07367123456").status_code == 422, "a landline takes no message"
    now.forward(minutes=16)
    slip = send(client, MINE).json()["asked"]
    right = codes(house)[-1]
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert [enter(client, slip, wrong).status_code for _ in range(5)] == [403] * 5
    assert enter(client, slip, right).status_code == 403, "five guesses, and the right one comes too late"


def test_a_code_is_good_for_ten_minutes_and_the_session_ends(house: House, client: Client, now: Clock) -> None:
    number = asked(house, "路灯坏了")
    slip = send(client, MINE).json()["asked"]
    [old] = codes(house)
    now.forward(minutes=11)
    assert enter(client, slip, old).status_code == 403
    slip = send(client, MINE).json()["asked"]
    assert enter(client, "forged" + slip, codes(house)[-1]).status_code == 403
    assert enter(client, slip, codes(house)[-1]).status_code == 200
    token = client.cookies.get(one_time.COOKIE)
    with house.reading() as connection:
        kept = connection.scalars(select(CitizenSessionRow.token)).all()
    assert token and token not in kept
    browser = {"Accept": "text/html", "Idempotency-Key": "m1"}
    added = client.post(f"/requests/{number}/material", json={"text": "补充"}, headers=browser)
    assert "材料已经补充" in added.text
    assert client.post("/mine/end", json={}).status_code == 200
    assert client.get(f"/requests/{number}").status_code == 403, "no slip of a step stays behind"
    client.cookies.set(one_time.COOKIE, token)
    assert client.get("/mine").status_code == 403, "the session is gone on the server too"


def test_as_pages_without_a_script_and_in_pages(house: House, client: Client, now: Clock) -> None:
    numbers = [asked(house, f"第{n}件事情，<b>路灯</b>") for n in range(one_time.A_PAGE + 1)]
    client.headers["Accept"] = "text/html"

    def token(page: str) -> str:
        return re.search(r'name="_csrf" value="([^"]+)"', page)[1]  # type: ignore[index]

    page = client.get("/mine")
    bad = client.post("/mine/codes", data={"_csrf": token(page.text), "phone": "12"})
    assert bad.status_code == 422 and 'value="12"' in bad.text and 'aria-invalid="true"' in bad.text
    page = client.post("/mine/codes", data={"_csrf": token(bad.text), "phone": MINE})
    slip = re.search(r'name="asked" value="([^"]+)"', page.text)[1]  # type: ignore[index]
    assert MINE not in page.text and MINE not in str(page.url)
    wrong = client.post("/mine/sessions", data={"_csrf": token(page.text), "asked": slip, "code": "x"})
    assert wrong.status_code == 403 and slip in wrong.text
    mine = client.post("/mine/sessions", data={"_csrf": token(page.text), "asked": slip, "code": codes(house)[0]})
    assert mine.url.path == "/mine" and numbers[-1] in mine.text and numbers[0] not in mine.text
    assert "<b>路灯" not in mine.text
    assert numbers[0] in client.get("/mine?page=2").text
    assert "办理经过" in client.get(f"/requests/{numbers[3]}").text
    with house.writing() as connection:
        connection.execute(update(CitizenSessionRow).values(until=now()))
    assert "获取验证码" in client.get("/mine").text


@pytest.mark.parametrize("database_kind", ["sqlite"])
def test_large_type_is_kept_and_leads_nobody_elsewhere(client: Client) -> None:
    client.headers["Accept"] = "text/html"
    assert 'class="large"' not in client.get("/").text
    back = client.get("/large-type?on=1&back=/status?number=2026112300001-1", follow_redirects=False)
    assert back.headers["Location"] == "/status?number=2026112300001-1"
    for path in ("/", "/help", "/status", "/mine", "/apply", "/apply/disclosure", "/requests/new", "/nothing-here"):
        assert 'class="large"' in client.get(path).text, path
    for away in ("https://example.com/", "//example.com", "/\\example.com", "javascript:alert(1)", "x", ""):
        assert client.get("/large-type", params={"on": "1", "back": away}, follow_redirects=False).headers["Location"] == "/"
    client.get("/large-type?on=0&back=/")
    assert 'class="large"' not in client.get("/").text
