"""Every room of every role, looked at in a real browser over the demonstration: nothing that keeps anybody out
(axe-core, WCAG 2.2 AA), nothing that sticks out sideways on a small telephone or a wide screen, no script that
breaks, and no first load that is heavy. A room that is added is looked at without being named here.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page
from sqlalchemy import select

from cases.tables import CaseOfficeRow, CaseRow
from hotline import seed
from hotline.house import House, open_house
from hotline.matrix import MATRIX
from hotline.settings import from_environment
from hotline.sign_ins import PASSWORD
from tests.hotline.seen import a_context, browsing, looked_at, served

LOGINS = {  # in the order in which a room that several may enter is given to one of them to look at
    "agent": "agent", "auditor": "auditor", "security": "security", "housing": "handler", "mediator": "mediator",
    "legal": "legal", "admin": "admin", "housing-chief": "chief", "supervisor": "supervisor",
}  # fmt: skip
NO_PAGES = ("/home", "/events")  # one sends on to another room, the others never end
LIGHT = 300 * 1024
CHARTS = ("/figures", "/board", "/topics", "/statistics")


@pytest.fixture(scope="module")
def demonstration(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """The demonstration city as `make run` loads it."""
    folder = tmp_path_factory.mktemp("city")
    (folder / "hotline.db").write_bytes(sqlite_template.read_bytes())
    told = {"HOTLINE_DATA": str(folder), "HOTLINE_DATABASE_URL": f"sqlite:///{folder}/hotline.db"}
    house = open_house(from_environment(told))
    seed.seed(house)
    yield house
    house.close()


@pytest.fixture(scope="module")
def address(demonstration: House) -> Iterator[str]:
    """Where it is served."""
    with served(demonstration) as found:
        yield found


def rooms_of(login: str) -> list[str]:
    """The bare addresses, from the table of the doors, of which this person is the first of all here who may enter."""
    found = []
    for (method, path), rule in MATRIX.items():
        if method == "GET" and isinstance(rule, frozenset) and "{" not in path and not path.endswith(NO_PAGES):
            first = next((one for one, role in LOGINS.items() if role in rule), "")
            found += [path] if first == login else []
    return found


def cases_of(house: House, login: str) -> list[str]:
    """A case of each procedure that this person may see by the simplest of rules."""
    asked = select(CaseRow.procedure, CaseRow.number).order_by(CaseRow.id)
    if login.startswith("housing"):
        held = select(CaseOfficeRow.case_id).where(CaseOfficeRow.office == "housing")
        asked = asked.where(CaseRow.id.in_(held))
    with house.reading() as connection:
        first = {row.procedure: row.number for row in connection.execute(asked)}
    wanted = {
        "legal": {*first} - {"work_order", "research_project"}, "mediator": {"mediation"},
        "admin": set(), "security": set(), "auditor": set(),
    }.get(login, {"work_order", "petition"})  # fmt: skip
    return [f"/cases/{number}" for procedure, number in first.items() if procedure in wanted]


def opened(page: Page, address: str, path: str) -> bool:
    """Whether the address is a page; files, fragments and streams are not, and what asks for more says so."""
    answer = page.request.get(f"{address}{path}", headers={"Accept": "text/html"}, timeout=15_000, max_redirects=0)
    whole = "text/html" in answer.headers.get("content-type", "") and "<main" in answer.text()
    assert answer.status in (200, 303, 404, 422), f"{path}: {answer.status}"
    return whole and answer.status == 200


@pytest.mark.timeout(400)
@pytest.mark.parametrize("login", LOGINS)
def test_every_room_is_open_to_everybody(login: str, demonstration: House, address: str, chromium: str) -> None:
    wrong: list[str] = []
    heavy: list[int] = []
    with browsing(chromium) as browser:
        context = a_context(browser)
        page = context.new_page()
        page.on("response", lambda answer: heavy.append(int(answer.headers.get("content-length", 0))))
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: script: {error}"))
        page.goto(f"{address}/signin")
        page.fill("[name=login]", login)
        page.fill("[name=password]", PASSWORD)
        page.click("main button")
        looked = 0
        for path in [*rooms_of(login), *cases_of(demonstration, login)]:
            if not opened(page, address, path):
                continue
            heavy.clear()
            page.goto(f"{address}{path}")
            if not path.startswith(CHARTS) and sum(heavy) > LIGHT:
                wrong.append(f"{path}: {sum(heavy) // 1024} KB")
            wrong += looked_at(page)
            looked += 1
    assert looked
    assert not wrong, "\n".join(wrong)
