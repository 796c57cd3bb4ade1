"""What goes wrong is told in the asker's own form: a page to a browser, problem details to a program."""

import json
import re
from typing import Any

import pytest
from litestar import Litestar, Response, get, post
from litestar.datastructures import UploadFile
from litestar.exceptions import NotFoundException
from litestar.testing import TestClient
from sqlalchemy import text

from cases.changes import Overloaded
from cases.law import Article
from cases.procedure import Refused
from hotline import access, app
from hotline.house import House
from hotline.matrix import PUBLIC
from hotline.problems import Problem
from hotline.web import Asking, render, see_other
from tests.hotline.conftest import client_of

Client = TestClient[Litestar]
HTML = {"Accept": "text/html,application/xhtml+xml"}
NAME, PHONE = "张三", "13812345678"


@get("/break/{how:str}", sync_to_thread=True)
def broken(how: str, house: House) -> None:
    """Breaks in every way there is."""
    match how:
        case "refused":
            raise Refused("本单位已提交协办意见", Article("工单管理规则", "协办"), "office")
        case "problem":
            raise Problem("提交的内容有误", {"phone": "应为11位手机号码", "text": "不能为空"})
        case "overloaded":
            raise Overloaded
        case "missing":
            raise NotFoundException(detail="没有编号为1的案件")
        case "sql":
            with house.reading() as connection:
                connection.execute(text("SELECT :name FROM no_such_table"), {"name": f"{NAME}{PHONE}"})
        case _:
            raise RuntimeError(f"no way {PHONE}")


@post("/echo", status_code=200, sync_to_thread=True)
def echo(typed: dict[str, Any]) -> dict[str, Any]:
    """What was understood of what was sent."""
    return {name: value.filename if isinstance(value, UploadFile) else value for name, value in typed.items()}


@get("/onward", sync_to_thread=False)
def onward(request: Asking) -> Response[Any]:
    """Renders and redirects."""
    return see_other("/x") if request.query_params else render(request, "refused.html")


@pytest.fixture
def client(house: House, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The door with three rooms more."""
    ours = app.routes()
    monkeypatch.setattr(app, "routes", lambda: [*ours, broken, echo, onward])
    rows = {("GET", "/break/{how}"): PUBLIC, ("POST", "/echo"): PUBLIC, ("GET", "/onward"): PUBLIC}
    monkeypatch.setattr(access, "MATRIX", {**access.MATRIX, **rows})
    with client_of(house, app.create_app(house)) as opened:
        yield opened


@pytest.mark.parametrize(
    ("how", "status", "said"),
    [
        ("refused", 409, "本单位已提交协办意见"),
        ("problem", 422, "应为11位手机号码"),
        ("overloaded", 503, "没有受理"),
        ("missing", 404, "没有编号为1的案件"),
        ("anything", 500, "错误编号"),
        ("sql", 503, "没有保存"),
    ],
)
def test_each_has_a_page_and_problem_details(client: Client, how: str, status: int, said: str) -> None:
    status = 500 if how == "sql" and "psycopg" in client.app.state.house.settings.database_url else status
    problem, page = client.get(f"/break/{how}"), client.get(f"/break/{how}", headers=HTML)
    assert problem.status_code == page.status_code == status
    assert problem.headers["Content-Type"] == "application/problem+json"
    assert problem.json()["status"] == status
    assert page.headers["Content-Type"].startswith("text/html")
    assert said in page.text or status == 500
    assert problem.json()["title"] in page.text
    for answer in (problem, page):
        assert PHONE not in answer.text
        assert "Traceback" not in answer.text
        assert "default-src 'self'" in answer.headers["Content-Security-Policy"]
        assert answer.headers.get("Retry-After") or status != 503


def test_a_refusal_quotes_its_article_and_names_the_field(client: Client) -> None:
    told = client.get("/break/refused").json()
    assert "协办" in told["article"]
    assert told["errors"] == [{"field": "office", "detail": "本单位已提交协办意见"}]
    assert "协办" in client.get("/break/refused", headers=HTML).text
    assert [error["field"] for error in client.get("/break/problem").json()["errors"]] == ["phone", "text"]


@pytest.mark.parametrize("how", ["anything", "sql"])
def test_the_number_of_a_mishap_is_in_the_log_with_the_reason(
    client: Client, how: str, capsys: pytest.CaptureFixture[str]
) -> None:
    number = re.search(r'class="mono">([a-z]{8})<', client.get(f"/break/{how}", headers=HTML).text)
    assert number
    logged = capsys.readouterr().err
    line = next(json.loads(line) for line in logged.splitlines() if '"mishap"' in line)
    assert line["number"] == number[1]
    assert "Traceback" in line["exception"]
    assert "test_errors.py" in line["exception"]
    assert PHONE not in logged
    assert NAME not in logged


def test_unknown_addresses_and_methods(client: Client) -> None:
    for headers in ({}, HTML):
        missing, method = client.get("/no/such/page", headers=headers), client.delete("/signin", headers=headers)
        assert (missing.status_code, method.status_code) == (404, 405)
        assert "没有找到" in missing.text
        assert missing.headers["X-Frame-Options"] == "DENY"


def test_a_form_and_json_are_read_alike(client: Client) -> None:
    key = {"Idempotency-Key": "1"}
    assert client.post("/echo", json={"a": "1", "b": ["x", "y"]}).json() == {"a": "1", "b": ["x", "y"]}
    assert client.post("/echo", data={"a": "1", "b": ["x", "y"]}, headers=key).json() == {"a": "1", "b": ["x", "y"]}
    files = [("file", ("图.png", b"1", "image/png"))]
    assert client.post("/echo", data={"a": "1"}, files=files, headers=key).json() == {"a": "1", "file": "图.png"}
    for wrong in ("{", "[1]", "null"):
        answer = client.post("/echo", content=wrong, headers={"Content-Type": "application/json"})
        assert (answer.status_code, "JSON" in answer.json()["title"]) == (400, True)


def test_pages_are_not_kept_by_the_way(client: Client) -> None:
    assert client.get("/onward?x=1", follow_redirects=False).status_code == 303
    assert client.get("/signin", headers=HTML).headers["Cache-Control"] == "no-store"


def test_the_interface_is_described_without_a_cdn(client: Client) -> None:
    described = client.get("/schema").json()
    assert described["openapi"].startswith("3.1")
    assert "/health/ready" in described["paths"]
    page = client.get("/schema/docs", headers=HTML)
    assert "//" not in re.sub(r"/schema/openapi.json", "", page.text).replace("<!doctype", "")
    for address in re.findall(r'(?:src|href)="([^"]+)"', page.text):
        assert client.get(address).status_code == 200, address
