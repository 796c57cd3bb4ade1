"""The citizens' pages in a real browser, on a small telephone and a wide screen: axe-core finds nothing, nothing
sticks out sideways, a first visit is light, and without a script all of it can be done."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from cases.changes import Taking
from hotline.house import House, open_house
from hotline.settings import from_environment
from tests.hotline.conftest import Clock
from tests.hotline.seen import a_context, browsing, first_load, looked_at, rooms, served
from tests.hotline.test_letters import HANDLER, answered
from tests.hotline.test_status import opened

HEAVY = 300 * 1024
PHOTO: FilePayload = {"name": "现场.jpg", "mimeType": "image/jpeg", "buffer": b"\xff\xd8\xff" + b"0" * 200_000}
PUBLIC = ("/", "/help", "/answers", "/status", "/mine", "/apply", "/apply/mediation", "/apply/disclosure", "/nothing-here")


@pytest.fixture(scope="module")
def clock() -> Clock:
    """The time of the story."""
    return Clock()


@pytest.fixture(scope="module")
def house(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[House]:
    """A house of its own."""
    folder = tmp_path_factory.mktemp("pages")
    file = folder / "hotline.db"
    file.write_bytes(sqlite_template.read_bytes())
    told = {"HOTLINE_DATA": str(folder / "data"), "HOTLINE_DATABASE_URL": f"sqlite:///{file}", "HOTLINE_PUBLIC_RATE": "0"}
    made = open_house(from_environment(told), clock)
    yield made
    made.close()


@pytest.fixture(scope="module")
def address(house: House) -> Iterator[str]:
    with served(house) as at:
        yield at


@pytest.fixture(scope="module")
def browser(chromium: str) -> Iterator[Browser]:
    with browsing(chromium) as found:
        yield found


@pytest.mark.timeout(180)
def test_every_public_page_is_clean_at_both_widths(house: House, address: str, browser: Browser, clock: Clock) -> None:
    context = a_context(browser)
    page = context.new_page()
    found = rooms(page, address, PUBLIC)
    found += _own_pages(page, house, address, clock)
    found += _mistakes(page, address)
    page.goto(f"{address}/large-type?on=1&back=/requests/new")
    found += looked_at(page)
    assert found == []


def _own_pages(page: Page, house: House, address: str, clock: Clock) -> list[str]:
    case = opened(house, clock).answered()
    served_on, petition = answered(house)
    at = clock()
    house.ledger.write(Taking(case=served_on, step="serve_opinion", actor=HANDLER, at=at, now=at))
    found = []
    for number, more in ((case.number, ("receipt", "corrections", "withdrawal")), (petition, ("steps/request_review",))):
        page.goto(f"{address}/requests/{number}?code={house.vault.code(number)}")
        page.locator("summary").first.click()
        found += looked_at(page)
        found += rooms(page, address, [f"/requests/{number}/{one}" for one in more])
    return found


def _mistakes(page: Page, address: str) -> list[str]:
    found = []
    for path, button in (
        ("/requests/new", "main form .actions button"), ("/apply/reconsideration", "main form .actions button"),
        ("/status", "main button"), ("/mine", "main button"),
    ):  # fmt: skip
        page.goto(f"{address}{path}")
        page.evaluate("document.querySelectorAll('form').forEach((form) => { form.noValidate = true; })")
        page.click(button)
        page.wait_for_load_state()
        assert page.locator("[role=alert]").count(), path
        found += looked_at(page)
    page.goto(f"{address}/mine")
    page.fill("#phone", "13812345678")
    page.click("main button")
    return found + looked_at(page)


@pytest.mark.timeout(120)
def test_without_a_script_from_the_form_to_the_application(house: House, address: str, browser: Browser) -> None:
    context = a_context(browser, scripts=False)
    page = context.new_page()
    page.goto(f"{address}/requests/new")
    page.check("#kind-complaint")
    page.fill("#text", "启明街道和平社区路灯坏了三天")
    page.set_input_files("#camera", [PHOTO])
    page.click("#where summary")
    box = page.locator(".sketch").bounding_box()
    assert box and box["width"] == box["height"] == 280, "a tap is counted in the picture's own pixels"
    page.locator(".sketch").click(position={"x": 150, "y": 120})
    expect(page.locator("main")).to_contain_text("您点的位置靠近")
    assert "现场.jpg" in page.inner_text("main"), "the photograph stays"
    page.click("main form .actions button")
    page.wait_for_url("**/receipt")
    page.click("text=查看进度")
    expect(page.locator("main")).to_contain_text("接下来")
    page.goto(f"{address}/apply/mediation")
    for one in ("#kind", "#court-no", "#other"):
        page.check(one)
    page.select_option("#office", "street-430702001")
    for one, said in {"#why": "楼上漏水", "#wants": "赔偿", "#name": "李青禾", "#phone": "13900001234"}.items():
        page.fill(one, said)
    page.click("main form .actions button")
    page.click("text=确认提交")
    page.wait_for_url("**/receipt")
    expect(page.locator("h1")).to_contain_text("已收到")


def test_a_first_visit_is_light(address: str, browser: Browser) -> None:
    for path in ("/", "/requests/new", "/apply/reconsideration", "/mine"):
        context: BrowserContext = a_context(browser)
        assert 5_000 < first_load(context, f"{address}{path}") < HEAVY, path
        context.close()
