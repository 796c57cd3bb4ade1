"""Numbers and days that nobody was shown, at every route: answered with what is wrong, never with an error of ours."""

import inspect
import re
from collections.abc import Iterator
from itertools import groupby
from typing import Any

from litestar import Litestar, Router
from litestar.testing import TestClient

from cases.people import Role
from hotline.app import ROOMS
from hotline.house import House
from hotline.matrix import MATRIX
from hotline.sent import MOST
from tests.hotline.conftest import PEOPLE, TOKEN, SignIn, sign_in
from tests.people import a_case

Client = TestClient[Litestar]
NAMES = (
    "page before after taken sent done seen year version old new from to since until on at first last day days outbox "
    "status number revision size lat lon week case state edition effective"
).split()
READ = re.compile(rf"(?:\"(?={'|'.join(NAMES)})|\b)({'|'.join(NAMES)})(?:\"|: (?:Number|int) )")
DAYS = frozenset("on at from to since until day first last week effective".split())
WRONG = ("-" + "9" * 25, "²", "-1")
ID = "9" * 24
IDS = (ID, "²")
ENDLESS = ("/bell/events", "/desk/events", "/board/events")
REAL = {"sort": "ladder", "name": "ladder", "sheet": "reconsideration", "what": "reconsideration", "slug": "x"}


def routes() -> Iterator[tuple[str, str, set[str]]]:
    """Every route with what its room reads by itself of a query."""
    for room in ROOMS:
        read = set(READ.findall(inspect.getsource(room)))
        for handler in (one for one in room.ROUTES if not isinstance(one, Router)):  # a router is a shelf of files
            for path in handler.paths:
                for method in sorted(handler.http_methods & {"GET", "POST"}):
                    yield method, re.sub(r":\w+\}", "}", path), read


def who(method: str, path: str) -> str:
    """Somebody who may come in there, the same one for as many routes as possible."""
    rule = MATRIX[method, path]
    able = (login for login, (role, _) in PEOPLE.items() if not isinstance(rule, frozenset) or role in rule)
    return max(able, key=lambda login: (PEOPLE[login][0] in (Role.SUPERVISOR, Role.ADMIN), login))


def filled(path: str, given: str, real: dict[str, str]) -> str:
    return re.sub(r"\{(\w+)\}", lambda found: real.get(found[1], given), path)


def asked(number: str) -> Iterator[tuple[str, str, str, dict[str, str]]]:
    """Who asks, the method, the address and the query."""
    for method, path, read in routes():
        login, real = who(method, path), {**REAL, "number": number}
        if "{" in path:
            for wrong in IDS:
                yield from ((login, method, at, {}) for at in {filled(path, wrong, {}), filled(path, wrong, real)})
        if method == "GET" and path not in ENDLESS:
            at = filled(path, "1", real)
            yield from ((login, method, at, {name: "9" * 25}) for name in sorted(read))
            yield from ((login, method, at, {name: day}) for name in sorted(read & DAYS) for day in ("0001-01-01", "9999-12-31"))
            yield from ((login, method, at, dict.fromkeys(NAMES, wrong)) for wrong in WRONG)


def test_no_number_and_no_day_breaks_a_route(house: House, client: Client, people: dict[str, int]) -> None:
    told = sorted(asked(a_case(house).number), key=lambda one: one[0])
    broken = []
    for login, group in groupby(told, key=lambda one: one[0]):
        sign_in(client, login)
        for _, method, path, query in group:
            headers: dict[str, Any] = {"Authorization": f"Bearer {TOKEN}"}
            body: dict[str, Any] = {"json": {}} if method == "POST" else {}
            answer = client.request(method, path, params=query, headers=headers, follow_redirects=False, **body)
            if answer.status_code >= 500:
                broken.append(f"{answer.status_code} {method} {path[:60]} {str(query)[:80]} {answer.text[:90]}")
    assert not broken, f"{len(broken)}\n" + "\n".join(broken[:60])


def test_an_id_that_no_row_can_have_is_not_found(signed_in: SignIn) -> None:
    client = signed_in("admin")
    for path in (f"/people/{ID}", f"/people/{ID}/handover", f"/people/handovers/{MOST + 1}", f"/rulesets/{ID}/files/x"):
        assert client.get(path).status_code == 404, path


def test_a_number_out_of_range_is_named(signed_in: SignIn) -> None:
    client = signed_in("admin")
    for path, name in (("/people/changes", "before"), ("/city", "before"), ("/alerts", "page")):
        answer = client.get(path, params={name: "9" * 25})
        assert answer.status_code == 400
        assert [error["field"] for error in answer.json()["errors"]] == [name]
    for day in ("0001-01-01", "9999-12-31"):
        answer = sign_in(client, "auditor").get("/audit", params={"on": day})
        assert (answer.status_code, answer.json()["errors"][0]["field"]) == (422, "on")
    sign_in(client, "admin")
    assert client.get("/alerts?page=-1").status_code == 200
