"""My account, and the second step of signing in: every code once, whatever the half minute says."""

from functools import cache
from typing import Any

import pyotp
import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import select, update

from cases.city import SignIn as Rules
from cases.people import Role
from cases.tables import OutboxRow
from hotline.accounts import accounts, seats
from hotline.accounts.devices import device
from hotline.accounts.tables import SecondStepRow
from hotline.house import House
from hotline.tables import SessionRow, UserRow
from tests.hotline.conftest import PASSWORD, Clock, SignIn, client_of

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36"
PHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 17_0 like Mac OS X) AppleWebKit/605.1.15 Version/17.0 Safari/604.1"


@pytest.fixture(autouse=True)
def _light_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a password costs is `test_signin`'s; here many are tried."""
    hasher = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    monkeypatch.setattr(accounts, "_hasher", hasher)
    monkeypatch.setattr(accounts, "hashed", cache(hasher.hash))


def _signs_in(client: Client, login: str = "agent", **more: Any) -> Any:
    client.cookies.clear()
    client.headers.pop("X-CSRF-Token", None)
    answer = client.post("/signin", json={"login": login, "password": PASSWORD, **more})
    if answer.status_code == 200:
        client.headers["X-CSRF-Token"] = answer.json()["csrf"]
    return answer


def _turned_on(client: Client, clock: Clock) -> tuple[pyotp.TOTP, list[str]]:
    secret = client.post("/account/totp", json={}).json()["secret"].replace(" ", "")
    totp = pyotp.TOTP(secret)
    codes = client.post("/account/totp", json={"code": totp.at(clock.now)}).json()["codes"]
    return totp, codes


def test_a_code_or_a_recovery_code_lets_in_once(
    signed_in: SignIn, client: Client, house: House, people: dict[str, int], now: Clock
) -> None:
    signed_in("agent")
    page = client.get("/account/totp", headers=HTML)
    assert "<svg" in page.text
    assert "style=" not in page.text
    assert client.post("/account/totp", json={"code": "000000"}).status_code == 422
    totp, codes = _turned_on(client, now)
    assert len(set(codes)) == 10
    with house.reading() as connection:
        assert totp.secret.encode() not in connection.scalar(select(SecondStepRow.secret)), "sealed"
    assert client.get("/account/totp", headers=HTML, follow_redirects=False).headers["Location"] == "/account"

    used = totp.at(now.now)
    asked = _signs_in(client)
    assert (asked.status_code, seats.COOKIE in client.cookies) == (401, False), "the password alone is no seat"
    ticket = asked.json()["ticket"]
    assert client.post("/signin/code", json={"ticket": ticket, "code": used}).status_code == 401, "it proved the secret"
    now.forward(seconds=30)
    code = totp.at(now.now)
    assert _signs_in(client, code=code).status_code == 200
    assert _signs_in(client, code=code).status_code == 401, "once, even within its half minute"
    assert client.post("/signin/code", json={"ticket": ticket + "A", "code": totp.at(now.now)}).status_code == 401
    ticket = _signs_in(client).json()["ticket"]
    assert client.post("/signin/code", json={"ticket": ticket, "code": codes[0].upper()}).status_code == 200
    ticket = _signs_in(client).json()["ticket"]
    assert client.post("/signin/code", json={"ticket": ticket, "code": codes[0]}).status_code == 401, "spent"
    now.forward(minutes=5)
    late = client.post("/signin/code", json={"ticket": ticket, "code": codes[1]})
    assert "已过期" in late.json()["title"]

    with client_of(house) as browser:
        form = {"login": "agent", "password": PASSWORD, "next": "/desk?x=1"}
        second = browser.post("/signin", data={**form, "_csrf": _form(browser)}, headers=HTML)
        assert 'name="ticket"' in second.text
        assert PASSWORD not in second.text
        hidden = second.text.partition('name="ticket" value="')[2].partition('"')[0]
        wrong = {"ticket": hidden, "code": "123456", "next": "/desk?x=1", "_csrf": _form(browser)}
        assert "不正确" in browser.post("/signin/code", data=wrong, headers=HTML).text
        right = {**wrong, "code": totp.at(now.now)}
        done = browser.post("/signin/code", data=right, headers=HTML, follow_redirects=False)
        assert (done.status_code, done.headers["Location"]) == (303, "/desk?x=1")


def _form(client: Client) -> str:
    return client.get("/signin", headers=HTML).text.partition('name="_csrf" value="')[2].partition('"')[0]


def test_wrong_codes_lock_like_wrong_passwords_and_the_person_is_told(
    signed_in: SignIn, client: Client, house: House, people: dict[str, int], now: Clock
) -> None:
    signed_in("agent")
    totp, _ = _turned_on(client, now)
    with house.writing() as connection:
        sealed = house.vault.seal("+8613900000001")
        connection.execute(update(UserRow).where(UserRow.login == "agent").values(phone=sealed))
    for _ in range(5):
        assert _signs_in(client, code="123456").status_code == 401
    assert _signs_in(client, code=totp.at(now.now)).status_code == 429
    with house.reading() as connection:
        told = connection.execute(select(OutboxRow.recipient).where(OutboxRow.template == "locked")).scalars().all()
    assert told == [f"user:{people['agent']}"], "once a lock"
    now.forward(minutes=15)
    assert _signs_in(client, code=totp.at(now.now)).status_code == 200
    page = client.get("/account", headers=HTML).text
    assert "此后有5次输错密码" in page
    now.forward(minutes=2)
    assert "此后有5次输错密码" not in client.get("/account", headers=HTML).text, "only while it is news"


def test_where_the_city_asks_for_it_nothing_goes_before_the_second_step(
    house: House, people: dict[str, int], now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    rules = Rules(idle_minutes=10, second_step=frozenset({Role.AGENT}))
    asking = replace(house.city, sign_in=rules)
    monkeypatch.setattr(type(house), "city", property(lambda _: asking))
    with client_of(house) as client:
        assert _signs_in(client).json()["next"] == "/account/totp"
        assert client.get("/desk").status_code == 403
        sent = client.get("/desk", headers=HTML, follow_redirects=False)
        assert sent.headers["Location"] == "/account/totp"
        _turned_on(client, now)
        assert client.get("/alerts", headers=HTML).status_code == 200
        refused = client.post("/account/totp/removal", json={"old": PASSWORD})
        assert (refused.status_code, "不能关闭" in refused.text) == (409, True)
        assert _signs_in(client, login="supervisor").json()["next"] == "/board", "not asked of this role"
        now.forward(minutes=10)
        assert client.get("/home").status_code == 401, "the city's idle limit"


def test_my_account_changes_what_is_mine(
    signed_in: SignIn, client: Client, house: House, people: dict[str, int], now: Clock
) -> None:
    with client_of(house) as elsewhere, client_of(house) as third:
        for other, agent in ((elsewhere, PHONE), (third, "curl/8.0")):
            other.headers["User-Agent"] = agent
            _signs_in(other)
        client.headers["User-Agent"] = WINDOWS
        signed_in("agent")
        sessions = client.get("/account").json()["sessions"]
        assert sorted(one["device"] for one in sessions) == ["Chrome · Windows", "Safari · iPhone", "curl"]
        phone = next(one["id"] for one in sessions if one["device"] == "Safari · iPhone")
        assert client.post("/account/sessions", json={"session": "0000"}).status_code == 422
        assert client.post("/account/sessions", json={"session": phone}).status_code == 200
        assert elsewhere.get("/home").status_code == 401
        assert third.get("/home", follow_redirects=False).status_code != 401

        wrong = client.post("/account/password", json={"old": "not it at all", "password": "x" * 12, "again": "x" * 12})
        assert [error["field"] for error in wrong.json()["errors"]] == ["old"]
        new = {"old": PASSWORD, "password": "a newer password", "again": "a newer password"}
        assert client.post("/account/password", json={**new, "again": "other"}).status_code == 422
        assert client.post("/account/password", json=new).status_code == 200
        assert client.get("/account").status_code == 200, "this one stays"
        assert third.get("/home").status_code == 401, "the others end"
    assert client.post("/account", json={"name": "新名字", "phone": "13900000009"}).status_code == 200
    mine = client.get("/account").json()
    assert (mine["name"], mine["phone"]) == ("新名字", "+86****0009")
    page = client.post("/account", data={"name": "x<i>", "phone": "12"}, headers=HTML)
    assert (page.status_code, "应为可以接收短信的手机号码" in page.text, "x&lt;i&gt;" in page.text) == (422, True, True)


def test_a_device_is_known_by_two_words() -> None:
    assert device(WINDOWS + " Edg/126.0") == "Edge · Windows"
    assert device("Something/1.0 odd") == "Something/1.0"
    assert device("") == ""


def test_a_warm_seat_is_cooled_by_what_changes_it(
    signed_in: SignIn, client: Client, house: House, people: dict[str, int]
) -> None:
    seats._cooled.clear()  # by the test before, a moment ago
    signed_in("agent")
    token = client.cookies[seats.COOKIE]
    seat = seats.warm_seat(house, token)
    assert seat is not None
    with house.writing() as connection:
        connection.execute(update(SessionRow).values(csrf="changed behind its back"))
    assert seats.warm_seat(house, token) == seat, "believed for a second"
    seats.cool(people["agent"])
    assert seats.warm_seat(house, token) is None
    found = seats.find_seat(house, token)
    assert found is not None
    assert found.csrf == "changed behind its back"
    assert seats.warm_seat(house, token) is None, "what may not be committed yet is not kept"
