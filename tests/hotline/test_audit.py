"""The audit list: for the auditor alone, every row once, page by page; and where each role begins."""

import pytest

from hotline.accounts import audit_pages
from hotline.accounts.accounts import audit
from hotline.accounts.signin import home
from hotline.house import House
from hotline.matrix import MATRIX
from tests.hotline.conftest import PEOPLE, Clock, SignIn

HTML = {"Accept": "text/html"}


def test_the_auditor_reads_every_row_once(
    signed_in: SignIn, house: House, now: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(audit_pages, "PAGE", 3)
    with house.writing() as connection:
        for n in range(7):
            audit(connection, now(), "user:1", "letter.read", about=f"2026{n}", detail=f"第{n}份")
    client, seen, url = signed_in("auditor"), [], "/audit?what=letter.read"
    while url:
        page = client.get(url).json()
        seen += [row["detail"] for row in page["results"]]
        url = page["next"]
    assert seen == [f"第{n}份" for n in reversed(range(7))]
    assert [row["about"] for row in client.get("/audit?about=20263").json()["results"]] == ["20263"]
    first = client.get("/audit").json()["results"][0]
    assert (first["what"], first["by"]) == ("登录", "审计员某")
    assert client.get("/audit?on=2026-11-22").json()["results"] == []
    mine = client.get("/audit?by=auditor").json()
    assert [row["what"] for row in mine["results"]] == ["登录"]
    assert (mine["end"]["entries"], len(mine["end"]["digest"])) == (8, 64)
    assert client.get("/audit?on=gestern").status_code == 422
    page = client.get("/audit?on=gestern", headers=HTML)
    assert (page.status_code, "gestern" in page.text) == (422, True)
    assert "更早的" in client.get("/audit", headers=HTML).text


@pytest.mark.parametrize("login", PEOPLE)
def test_everybody_begins_in_a_room_of_their_own(login: str) -> None:
    role = PEOPLE[login][0]
    rule = MATRIX["GET", home(frozenset({role}))]
    assert isinstance(rule, frozenset)
    assert role in rule
    assert home(frozenset({role})) != "/alerts"
