"""Signing in: who gets a seat, how long it lasts, and what guessing costs."""

import re
from datetime import timedelta
from typing import Any

import pytest
from argon2 import PasswordHasher
from litestar import Litestar
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import select, update

from cases.people import Role
from hotline.accounts import accounts, seats
from hotline.accounts.signin import local_path
from hotline.accounts.signing import MOST_ADDRESS, MOST_LOGIN, WRONG
from hotline.house import House
from hotline.problems import Problem
from hotline.tables import AuditRow, SessionRow, UserRow
from hotline.throttle import network
from tests.hotline.conftest import PASSWORD, Clock, SignIn, add, client_of, sign_in

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}


def _post(client: Client, login: str, password: str, **more: str) -> Any:
    client.cookies.clear()
    return client.post("/signin", json={"login": login, "password": password, **more})


def _form_token(client: Client, path: str = "/signin") -> str:
    found = re.search(r'name="_csrf" value="([^"]+)"', client.get(path, headers=HTML).text)
    assert found
    return found[1]


def _here(client: Client) -> int:
    """401 when nobody is signed in: signing out with a wrong form token changes nothing."""
    status: int = client.post("/signout", headers={"X-CSRF-Token": "wrong"}).status_code
    return status


def _audited(house: House) -> list[tuple[str, str, str]]:
    with house.reading() as connection:
        rows = connection.execute(select(AuditRow.what, AuditRow.by, AuditRow.about).order_by(AuditRow.id))
        return [tuple(row) for row in rows]


def test_a_browser_signs_in_goes_on_and_signs_out(client: Client, house: House, people: dict[str, int]) -> None:
    form = {"login": "agent", "password": PASSWORD, "next": "/cases/1?tab=2", "_csrf": _form_token(client)}
    answer = client.post("/signin", data=form, headers=HTML, follow_redirects=False)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/cases/1?tab=2")
    cookie = answer.headers["Set-Cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=lax" in cookie.lower()
    assert "secure" not in cookie.lower()
    assert client.get("/signin", headers=HTML, follow_redirects=False).headers["Location"] == "/desk"
    token = client.cookies[seats.COOKIE]
    with house.reading() as connection:
        kept = connection.execute(select(SessionRow.token, SessionRow.csrf)).one()
    assert token not in kept
    out = client.post("/signout", data={"_csrf": kept.csrf}, headers=HTML, follow_redirects=False)
    assert (out.status_code, out.headers["Location"]) == (303, "/signin")
    client.cookies.set(seats.COOKIE, token)
    assert _here(client) == 401
    user = f"user:{people['agent']}"
    assert _audited(house) == [("sign_in", user, "agent"), ("sign_out", user, "agent")]


def test_the_cookie_is_secure_where_the_city_is_served_by_https(house: House, people: dict[str, int]) -> None:
    with client_of(replace(house, settings=replace(house.settings, public_url="https://12345.example"))) as client:
        answer = _post(client, "agent", PASSWORD)
    assert "secure" in answer.headers["Set-Cookie"].lower()
    assert answer.headers["Strict-Transport-Security"]


def test_a_seat_goes_cold_after_an_hour_and_ends_after_twelve(signed_in: SignIn, now: Clock) -> None:
    client = signed_in("agent")
    for _ in range(14):
        now.forward(minutes=50)
        assert _here(client) == 403, "in use every 50 minutes, it lives"
    now.forward(minutes=21)  # 12:01 after signing in, 21 minutes after the last use
    assert _here(client) == 401
    client = signed_in("agent")
    now.forward(minutes=59, seconds=59)
    assert _here(client) == 403
    now.forward(minutes=60)
    assert _here(client) == 401


def test_being_seen_is_written_once_a_minute_and_not_for_a_listening_page(
    signed_in: SignIn, house: House, now: Clock
) -> None:
    client, began = signed_in("agent"), now.now
    token = client.cookies[seats.COOKIE]

    def seen() -> Any:
        with house.reading() as connection:
            return connection.scalar(select(SessionRow.seen_at))

    now.forward(seconds=59)
    _here(client)
    assert seen() == began
    now.forward(seconds=1)
    assert seats.find_seat(house, token, active=False)
    assert seen() == began
    _here(client)
    assert seen() == now.now


def test_wrong_login_and_wrong_password_are_told_alike(client: Client, house: House, people: dict[str, int]) -> None:
    wrong, unknown = _post(client, "agent", "not the password"), _post(client, "my-secret-typed-here", PASSWORD)
    assert wrong.status_code == unknown.status_code == 401
    assert wrong.content == unknown.content
    assert wrong.json()["title"] == WRONG
    assert _audited(house)[0] == ("sign_in_failed", "", "agent")
    assert "my-secret-typed-here" not in str(_audited(house)), "it may have been a password"


@pytest.mark.parametrize("login", ["agent", "nobody-of-that-name"])
def test_five_wrong_guesses_lock_a_login_for_a_quarter_of_an_hour(
    client: Client, people: dict[str, int], now: Clock, login: str
) -> None:
    for _ in range(MOST_LOGIN):
        assert _post(client, login, "wrong guess").status_code == 401
        now.forward(seconds=10)
    locked = _post(client, login, PASSWORD)
    assert locked.status_code == 429
    assert int(locked.headers["Retry-After"]) == 15 * 60 - 50
    assert _post(client, "housing", PASSWORD).status_code == 200, "somebody else at the same address"
    now.forward(seconds=int(locked.headers["Retry-After"]))
    assert _post(client, login, PASSWORD).status_code == (200 if login == "agent" else 401)


def test_a_right_password_forgives_the_wrong_ones(client: Client, people: dict[str, int]) -> None:
    for _ in range(3):
        for _ in range(MOST_LOGIN - 1):
            assert _post(client, "agent", "wrong guess").status_code == 401
        assert _post(client, "agent", PASSWORD).status_code == 200


def test_twenty_wrong_guesses_lock_an_address(client: Client, people: dict[str, int]) -> None:
    for guess in range(MOST_ADDRESS):
        assert _post(client, f"guess{guess}", "wrong guess").status_code == 401
    assert _post(client, "agent", PASSWORD).status_code == 429
    assert network("2001:db8:1:2:3::4") == network("2001:db8:1:2:ffff::1") != network("2001:db8:1:3::1")


def test_a_locked_browser_reads_how_long_and_keeps_its_login(client: Client, people: dict[str, int]) -> None:
    form = {"login": "agent", "password": "wrong guess", "_csrf": _form_token(client)}
    page = client.post("/signin", data=form, headers=HTML)
    assert (page.status_code, WRONG in page.text, 'value="agent"' in page.text) == (401, True, True)
    assert "wrong guess" not in page.text
    for _ in range(MOST_LOGIN):
        page = client.post("/signin", data=form, headers=HTML)
    assert (page.status_code, "请15分钟后再试" in page.text) == (429, True)


def test_nobody_is_sent_elsewhere_by_signing_in() -> None:
    assert local_path("/cases/1?a=b") == "/cases/1?a=b"
    for target in ("https://x.example", "//x.example", "/\\x.example", "\\\\x", "javascript:alert(1)", "x", "/a\nb", "///x"):
        assert local_path(target) == "", target


def test_a_changed_or_closed_account_is_felt_at_once(signed_in: SignIn, house: House, people: dict[str, int]) -> None:
    client = signed_in("agent")
    with house.writing() as connection:
        accounts.set_active(connection, people["agent"], active=False)
    assert _here(client) == 401
    assert _post(client, "agent", PASSWORD).status_code == 401
    with house.writing() as connection:
        accounts.set_active(connection, people["agent"], active=True)
    client = signed_in("agent")
    with house.writing() as connection:
        accounts.set_password(connection, people["agent"], "another password")
    assert _here(client) == 401
    assert _post(client, "agent", "another password").status_code == 200


def test_an_old_hash_is_made_anew_by_signing_in(client: Client, house: House, people: dict[str, int]) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=1024).hash(PASSWORD)
    with house.writing() as connection:
        connection.execute(update(UserRow).where(UserRow.login == "agent").values(password=weak))
    assert _post(client, "agent", PASSWORD).status_code == 200
    with house.reading() as connection:
        kept = connection.scalar(select(UserRow.password).where(UserRow.login == "agent"))
    assert kept != weak
    assert kept.startswith("$argon2id$")
    assert _post(client, "agent", PASSWORD).status_code == 200


def test_signing_in_again_ends_the_seat_before(signed_in: SignIn, house: House) -> None:
    client = signed_in("agent")
    before, typed = client.cookies[seats.COOKIE], {"login": "agent", "password": PASSWORD}
    assert client.post("/signin", json=typed, headers={"X-CSRF-Token": "wrong"}).status_code == 403
    assert client.post("/signin", json=typed).status_code == 200
    assert seats.find_seat(house, before) is None


def test_an_account_is_refused_with_every_field_named(house: House, people: dict[str, int]) -> None:
    wrong = accounts.Account(login="agent", name=" ", roles=frozenset({Role.HANDLER}), phone="12")
    with house.writing() as connection, pytest.raises(Problem) as told:
        accounts.add_user(connection, wrong, "short", house.vault, house.now())
    assert set(told.value.errors) == {"login", "name", "office", "phone", "password"}
    changed = accounts.Account(login="agent", name="新名", roles=frozenset({Role.SUPERVISOR}), phone="13812345678")
    with house.writing() as connection:
        accounts.change_user(connection, people["agent"], changed, house.vault)
    with house.reading() as connection:
        row = connection.execute(select(UserRow).where(UserRow.login == "agent")).one()
    assert (row.name, row.roles, house.vault.open(row.phone)) == ("新名", "supervisor", "+8613812345678")


def test_old_seats_are_swept_away(client: Client, house: House, now: Clock) -> None:
    add(house, "agent", Role.AGENT)
    sign_in(client, "agent")
    now.forward(hours=1)
    sign_in(client, "agent")
    with house.reading() as connection:
        assert len(connection.execute(select(SessionRow.token)).all()) == 1
    assert timedelta(hours=1) == seats.IDLE
