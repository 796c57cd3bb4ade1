"""One matter seen through a browser: the telephone rings, the agent logs it, the handler signs, the board knows.

The page is driven as a person drives it; what must happen by itself (the caller popping up, the preview, the
board) is waited for and never asked for.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from cases.alerts import sweep
from cases.tables import AlertRow
from hotline import pulse, streams
from hotline.bell import ALERTS
from hotline.house import House, open_house
from hotline.settings import from_environment
from tests.hotline.conftest import PASSWORD, PEOPLE, TOKEN, Clock, add
from tests.hotline.desk_work import logged
from tests.hotline.seen import browsing, served

expect.set_options(timeout=15_000)
TOLD = """document.addEventListener("DOMContentLoaded", () => {
  window.told = [];
  const note = (added) => added.forEach((one) => one.id?.startsWith("alert-") && window.told.push(one.id));
  new MutationObserver((seen) => seen.forEach(({ addedNodes }) => note(addedNodes))).observe(
    document.querySelector("[data-told]"), { childList: true });
});"""
TEXT = "华庭里小区物业费未经业主同意由每平方米1.2元涨到1.8元，要求核实。"


@pytest.fixture
def clock() -> Clock:
    """The time of the story."""
    return Clock()


@pytest.fixture
def house(sqlite_template: Path, tmp_path: Path, clock: Clock) -> Iterator[House]:
    """A house of its own with an account of every role."""
    file = tmp_path / "hotline.db"
    file.write_bytes(sqlite_template.read_bytes())
    settings = from_environment(
        {
            "HOTLINE_DATA": str(tmp_path / "data"),
            "HOTLINE_DATABASE_URL": f"sqlite:///{file}",
            "HOTLINE_CHANNEL_TOKEN": TOKEN,
        }
    )
    opened = open_house(settings, clock)
    for login in ("agent", "supervisor", "housing"):
        role, office = PEOPLE[login]
        add(opened, login, role, office)
    yield opened
    opened.close()


@pytest.fixture
def address(house: House) -> Iterator[str]:
    """The house served on a port of its own."""
    with served(house) as found:
        yield found


@pytest.fixture
def browser(chromium: str) -> Iterator[Browser]:
    """A browser that talks to nobody but us."""
    with browsing(chromium) as opened:
        yield opened


def signed_in(browser: Browser, address: str, login: str, width: int = 1440) -> Page:
    page = browser.new_context(viewport={"width": width, "height": 900}, locale="zh-CN").new_page()
    page.set_default_timeout(15_000)
    page.goto(f"{address}/signin")
    page.fill("[name=login]", login)
    page.fill("[name=password]", PASSWORD)
    page.click("main button")
    return page


def ring(address: str, call: str) -> None:
    event = {"event": "ringing", "call": call, "caller": "13812340001", "agent": "agent"}
    httpx.post(
        f"{address}/calls", json=event, headers={"Authorization": f"Bearer {TOKEN}"}
    ).raise_for_status()


def _alerts(house: House) -> list[Any]:
    mine = AlertRow.recipient.in_(("office:housing:handler", "user:3"))
    with house.reading() as connection:
        return list(connection.execute(ALERTS.where(mine)).mappings())


def until(page: Page, wanted: str) -> None:
    """Waits for an expression: the page's own policy forbids playwright's way of doing so."""
    for _ in range(150):
        if page.evaluate(wanted):
            return
        page.wait_for_timeout(100)
    raise AssertionError(wanted)


def fits(page: Page) -> bool:
    """Whether nothing sticks out sideways of the page that has been opened: after a click it may not be there yet."""
    page.wait_for_load_state()
    return bool(page.evaluate("document.documentElement.scrollWidth <= innerWidth"))


@pytest.mark.timeout(180)
def test_from_the_ring_to_the_board(house: House, address: str, browser: Browser, clock: Clock) -> None:
    desk = signed_in(browser, address, "agent")
    board = signed_in(browser, address, "supervisor")
    expect(board.locator("#board")).to_contain_text("没有超期或即将到期的事项")
    expect(desk.locator("#call")).to_contain_text("没有来电")
    ring(address, "c-1")
    expect(desk.locator("#call")).to_contain_text("138****0001")

    desk.check("[name=kind][value=complaint]")
    desk.fill("[name=text]", TEXT)
    expect(desk.locator("#route")).to_contain_text("承诺答复")
    desk.select_option("[name=office]", "housing")
    desk.click("#request .button--main")
    expect(desk.locator(".accepted")).to_contain_text("待签收")
    number = desk.locator(".accepted a.number").inner_text()
    expect(board.locator("#board")).to_contain_text(number)

    tray = signed_in(browser, address, "housing", width=360)
    assert fits(tray)
    tray.check(f"[name=number][value='{number}']")
    tray.click("text=签收勾选的工单")
    expect(tray.locator("main [role=status]").first).to_contain_text("已签收1件")
    tray.click(f"a[href='/cases/{number}']")
    assert fits(tray)
    tray.click("#step-start summary")
    tray.fill("#step-start textarea", "已电话联系来电人")
    tray.click("#step-start button")
    expect(tray.locator("main")).to_contain_text("办理中")

    clock.forward(days=12)
    tray.close()
    again = signed_in(browser, address, "supervisor")  # the sitting of twelve days ago is over
    sweep(house.engine, house.city, clock())
    expect(again.locator("#board")).to_contain_text("已超期")
    expect(again.locator("[data-bell]")).not_to_have_text("0")
    again.click("text=督办 >> nth=-1")
    expect(again.locator("#step-supervise")).to_have_attribute("open", "")


@pytest.mark.timeout(120)
@pytest.mark.parametrize("width", [360, 1440])
def test_no_room_sticks_out_sideways(address: str, browser: Browser, width: int) -> None:
    for login, rooms in {
        "agent": ("/desk", "/triage", "/alerts"), "supervisor": ("/board",), "housing": ("/tray",),
    }.items():  # fmt: skip
        page = signed_in(browser, address, login, width)
        for room in rooms:
            page.goto(f"{address}{room}")
            assert fits(page), f"{room} at {width}"


@pytest.mark.timeout(120)
def test_what_is_typed_survives_and_the_keys_work(address: str, browser: Browser) -> None:
    desk = signed_in(browser, address, "agent")
    ring(address, "c-1")
    expect(desk.locator("#call")).to_contain_text("138****0001")
    desk.keyboard.press("Alt+3")
    expect(desk.locator("[name=kind][value=complaint]")).to_be_checked()
    desk.keyboard.press("Alt+t")
    desk.keyboard.type(TEXT)
    desk.reload()  # before the draft's two seconds are over
    expect(desk.locator("[name=text]")).to_have_value(TEXT)
    expect(desk.locator("#draft")).to_contain_text("草稿已保存")

    second = desk.context.new_page()
    second.goto(f"{address}/desk")
    expect(second.locator("[name=text]")).to_have_value(TEXT)
    for window in (desk, second):
        expect(window.locator("[data-state=elsewhere]")).to_be_visible()
    second.fill("[name=title]", "第二个窗口")
    expect(second.locator("#draft")).to_contain_text("草稿已保存")
    desk.fill("[name=title]", "第一个窗口")
    expect(desk.locator("#draft")).to_contain_text("这里的内容没有保存")
    desk.click("text=以本窗口的内容为准")
    expect(desk.locator("#draft")).to_contain_text("草稿已保存")
    second.close()

    desk.context.set_offline(True)
    desk.fill("[name=place]", "断线时写的地点")
    expect(desk.locator("[data-state=offline]")).to_be_visible()
    until(desk, "Object.keys(localStorage).some((key) => key.startsWith('draft:'))")
    desk.context.set_offline(False)
    until(desk, "!Object.keys(localStorage).some((key) => key.startsWith('draft:'))")
    desk.reload()
    expect(desk.locator("[name=place]")).to_have_value("断线时写的地点")
    expect(desk.locator("[name=title]")).to_have_value("第一个窗口")

    desk.locator("body").click(position={"x": 2, "y": 300})
    desk.keyboard.press("?")
    expect(desk.locator("#keys")).to_be_visible()
    desk.keyboard.press("Escape")
    desk.keyboard.press("Alt+s")
    expect(desk.locator(".accepted")).to_contain_text("已登记")


@pytest.mark.timeout(120)
def test_each_alert_pops_up_once_over_broken_connections_and_windows(
    house: House, address: str, browser: Browser, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "LONGEST", 1.0)  # the line breaks again and again
    monkeypatch.setattr(streams, "QUIET", 0.3)
    monkeypatch.setattr(pulse, "BEAT", 0.05)
    first = signed_in(browser, address, "housing")
    asked: list[str] = []
    first.on("request", lambda request: asked.append(request.url) if "/bell/events" in request.url else None)
    second = first.context.new_page()
    for page in (first, second):
        page.add_init_script(TOLD)
        page.goto(f"{address}/tray")
        until(page, "window.told !== undefined")
    for _ in range(3):
        logged(house, office="housing")
        sweep(house.engine, house.city, clock() + timedelta(hours=24))
        first.wait_for_timeout(1300)
    alerts = [alert["id"] for alert in _alerts(house)]
    assert len(alerts) >= 3
    wanted = f"JSON.parse(localStorage.getItem('told:' + document.body.dataset.seat) || '[]').length >= {len(alerts)}"
    until(first, wanted)
    told = [one for page in (first, second) for one in page.evaluate("window.told")]
    assert sorted(told) == sorted(f"alert-{alert}" for alert in alerts), "each once, in one of the windows"
    for _ in range(100):  # the line breaks every second; each new connection says how far the page has heard
        if sum("last=" in url for url in asked) >= 2:
            break
        first.wait_for_timeout(200)
    assert sum("last=" in url for url in asked) >= 2
