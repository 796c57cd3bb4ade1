"""Who may come through which door, asked of every route there is: a new route is tried without being named."""

import re
from typing import Any

import pytest
from litestar import Litestar, get
from litestar.testing import TestClient
from msgspec.structs import replace
from sqlalchemy import select

from cases.parties import Person
from cases.people import Actor, Role
from cases.procedures import PROCEDURES
from cases.tables import CaseRow
from hotline import access, app
from hotline.access import may_see, rows_of, visible
from hotline.accounts import seats
from hotline.accounts.seats import Seat
from hotline.accounts.signing import WRONG
from hotline.app import create_app
from hotline.house import House
from hotline.intake import Incoming, receive
from hotline.matrix import CHANNEL, FILES, MATRIX, OPERATOR, PUBLIC, Rule
from tests.hotline.conftest import PASSWORD, PEOPLE, TOKEN, Clock, SignIn, client_of, slowed

Client = TestClient[Litestar]
HTML = {"Accept": "text/html"}
STRANGER = "您的岗位不能使用这个页面"


@pytest.fixture
def case(house: House) -> tuple[int, str]:
    """A case that `housing` holds: its id and number."""
    agent = Actor("user:1", "话务员", frozenset({Role.AGENT}))
    incoming = Incoming(
        kind="complaint", text="物业费乱涨价", channel="phone", actor=agent, person=Person(name="张三", phone="13812345678"),
        office="housing",
    )  # fmt: skip
    written = receive(house, incoming).result()
    assert written.stage == "dispatched"
    return written.case, written.number


def _address(template: str, number: str) -> str:
    known = {"number": number, "file_path": "hotline.css", "step": "note", "path": "nothing"}
    return re.sub(r"\{(\w+)\}", lambda found: known.get(found[1], "1"), template)


def _seat(client: Client, house: House, user: int) -> None:
    """Puts `client` on a seat without the quarter second a password takes."""
    client.cookies.clear()
    with house.writing() as connection:
        token = seats.begin(connection, user, "", house.now())
    seat = seats.find_seat(house, token)
    assert seat
    client.cookies.set(seats.COOKIE, token)
    client.headers["X-CSRF-Token"] = seat.csrf


def _ask(client: Client, method: str, template: str, number: str, **more: Any) -> Any:
    body = {} if method in ("GET", "HEAD") else {"json": {}}
    return client.request(method, _address(template, number), follow_redirects=False, **body, **more)


def _rules(*kinds: Rule | type) -> list[tuple[str, str, Any]]:
    routes = sorted((method, path, rule) for (method, path), rule in MATRIX.items() if _is(rule, kinds))
    assert routes
    return routes


def _is(rule: Rule, kinds: tuple[Any, ...]) -> bool:
    return any(rule is kind or (isinstance(kind, type) and isinstance(rule, kind)) for kind in kinds)


def _staff() -> list[tuple[str, str, frozenset[Role]]]:
    return [(method, path, rule) for (method, path), rule in MATRIX.items() if isinstance(rule, frozenset)]


def test_every_route_has_its_row_and_every_row_its_route(client: Client) -> None:
    assert sorted(rows_of(client.app)) == sorted(MATRIX)


def test_a_route_without_a_row_stops_the_start(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    @get("/forgotten", sync_to_thread=False)
    def forgotten() -> str:
        return "open to all"

    ours = app.routes()
    monkeypatch.setattr(app, "routes", lambda: [*ours, forgotten])
    with pytest.raises(AssertionError, match="/forgotten"):
        create_app(house)


def test_nobody_passes_where_a_role_is_asked(client: Client, case: tuple[int, str]) -> None:
    for method, path, _ in _staff():
        assert _ask(client, method, path, case[1]).status_code == 401, (method, path)
        page = _ask(client, method, path, case[1], headers=HTML)
        assert page.status_code == 303, (method, path)
        assert page.headers["Location"].startswith("/signin"), (method, path)


@pytest.mark.parametrize("login", PEOPLE)
def test_every_route_answers_every_role_by_its_row(
    client: Client, house: House, people: dict[str, int], case: tuple[int, str], login: str
) -> None:
    role = PEOPLE[login][0]
    _seat(client, house, people[login])
    for method, path, roles in sorted(_staff(), key=lambda row: row[1] == "/signout"):
        if role in roles and path.endswith("/events"):
            continue  # answers for ever
        answer = _ask(client, method, path, case[1])
        turned_away = answer.status_code == 403 and STRANGER in answer.text
        assert turned_away == (role not in roles), (login, method, path, answer.text[:200])
        assert answer.status_code not in (401,) and answer.status_code < 500, (login, method, path, answer.text[:200])


def test_another_office_s_case_is_not_there(
    client: Client, house: House, people: dict[str, int], case: tuple[int, str]
) -> None:
    _seat(client, house, people["urban"])
    for method, path, roles in _staff():
        if "{number}" in path and Role.HANDLER in roles:
            assert _ask(client, method, path, case[1]).status_code == 404, (method, path)


def test_what_anybody_may_ask_breaks_for_nobody(client: Client, case: tuple[int, str]) -> None:
    for method, path, _ in _rules(PUBLIC, FILES):
        answer = _ask(client, method, path, case[1])
        expected = 503 if path == "/health/ready" else 499  # no Redis, perhaps no migration: said, not broken
        assert answer.status_code <= expected, (method, path, answer.text[:200])
        assert "number" not in answer.text or answer.status_code < 500, (method, path)


def test_channels_show_their_token(client: Client, people: dict[str, int], case: tuple[int, str]) -> None:
    for method, path, _ in _rules(CHANNEL, OPERATOR):
        for wrong in ({}, {"headers": {"Authorization": "Bearer wrong"}}, {"params": {"token": "wrong"}}):
            assert _ask(client, method, path, case[1], **wrong).status_code == 401, (method, path)
        for right in ({"headers": {"Authorization": f"Bearer {TOKEN}"}}, {"params": {"token": TOKEN}}):
            answer = _ask(client, method, path, case[1], **right)
            assert answer.status_code not in (401, 403), (method, path)
            assert answer.status_code < 500, (method, path, answer.text[:200])


def test_who_sees_which_case(house: House, people: dict[str, int], case: tuple[int, str]) -> None:
    def seen(login: str, **changed: Any) -> bool:
        role, office = PEOPLE[login]
        actor = Actor("user:1", login, frozenset({role}), office)
        seat = Seat(user_id=1, login=login, name=login, roles=frozenset({role}), office=office, csrf="", actor=actor)
        seat = replace(seat, **changed)
        with house.reading() as connection:
            listed = connection.scalars(visible(select(CaseRow.id), seat)).all()
            assert may_see(connection, seat, case[0]) == (list(listed) == [case[0]])
            assert not may_see(connection, seat, 1)
            return bool(listed)

    assert {login for login in PEOPLE if seen(login)} == {"agent", "supervisor", "housing", "housing-chief"}
    assert not seen("housing", office="")
    assert not seen("legal", office="housing"), "an office opens cases to its handlers only"
    assert seen("auditor", roles=frozenset({Role.AUDITOR, Role.AGENT})), "each role adds what it may see"
    assert set(access.NOT_FOR_LAWYERS) <= set(PROCEDURES), "names that exist"


def test_a_form_from_elsewhere_changes_nothing(signed_in: SignIn) -> None:
    client = signed_in("agent")
    good = client.headers.pop("X-CSRF-Token")
    for sent in ({}, {"json": {}}, {"data": {"_csrf": "wrong"}}, {"headers": {"Idempotency-Key": "1"}}):
        assert client.post("/signout", **sent).status_code == 403  # type: ignore[arg-type]
    assert client.post("/signout", data={"_csrf": good}).status_code == 200


def test_a_stale_public_form_keeps_what_was_typed_but_no_password(client: Client) -> None:
    form = {"login": "张三<b>", "password": "typed-password", "next": "/tray", "kept": ["one", "two"]}
    page = client.post("/signin", data=form, headers=HTML)
    assert page.status_code == 403
    assert "张三&lt;b&gt;" in page.text
    assert "typed-password" not in page.text
    assert page.text.count('name="kept"') == 2
    token = re.search(r'name="_csrf" value="([^"]+)"', page.text)
    assert token
    again = client.post("/signin", data={**form, "_csrf": token[1]}, headers=HTML)
    assert (again.status_code, WRONG in again.text) == (401, True)


def test_a_token_that_we_did_not_sign_is_none(client: Client) -> None:
    client.cookies.set("hotline_form", "planted.00000000000000000000000000000000")
    form = {"login": "x", "password": "y", "_csrf": "planted.00000000000000000000000000000000"}
    assert client.post("/signin", data=form).status_code == 403


def test_public_posts_are_slowed_per_address(house: House, now: Clock) -> None:
    with client_of(replace(house, settings=slowed(house.settings, 3))) as client:
        posts = [client.post("/signin", json={}).status_code for _ in range(4)]
        assert posts == [401, 401, 401, 429]
        answer = client.post("/signin", json={})
        assert answer.headers["Retry-After"] == "20"
        now.forward(seconds=20)
        assert client.post("/signin", json={}).status_code == 401
        assert client.get("/signin").status_code == 200


def test_signed_in_and_signed_out_are_apart(signed_in: SignIn, client: Client) -> None:
    signed_in("agent")
    client.cookies.set(seats.COOKIE, "made-up")
    assert client.post("/signout").status_code == 401
    assert PASSWORD not in str(client.cookies)
