"""What reached nobody is seen with its reason and sent once more: by whom it concerns, asked back, written down."""

import pytest
from sqlalchemy import select, update

from cases.tables import OutboxRow
from hotline import delivery
from hotline.house import House
from hotline.tables import AuditRow
from tests.hotline.conftest import Clock, SignIn
from tests.hotline.desk_work import PAGE
from tests.hotline.test_delivery import lines, owed

BAD, REFUSED = "短信网关不收这一条（400）", "运营商未送达"


@pytest.fixture
def lost(house: House) -> list[int]:
    """Three receipts that are dead and one that the operator could not deliver; their outbox ids."""
    found = owed(house, 4)
    with house.writing() as connection:
        for row, (state, error) in zip(found, [("dead", BAD)] * 3 + [("failed", REFUSED)], strict=True):
            connection.execute(update(OutboxRow).where(OutboxRow.id == row).values(state=state, error=error, tries=1))
    return found


def states(house: House) -> list[str]:
    with house.reading() as connection:
        return list(connection.scalars(select(OutboxRow.state).order_by(OutboxRow.id)))


def test_who_answers_for_the_city_sees_them_with_their_reason(lost: list[int], signed_in: SignIn) -> None:
    for login in ("supervisor", "admin"):
        page = signed_in(login).get("/undelivered", headers=PAGE).text
        assert page.count("再发一次</button>") == 4
        assert f"{BAD} 3" in page
        assert f"{REFUSED} 1" in page
        assert "受理回执" in page
        assert 'href="/undelivered"' in page, "it stands in the menu"
    assert "13812345678" not in page
    for login in ("agent", "housing", "auditor"):
        assert signed_in(login).get("/undelivered").status_code == 403
        assert signed_in(login).post("/undelivered", json={"row": str(lost[0])}).status_code == 403


def test_one_is_sent_again_after_it_was_asked_back(house: House, lost: list[int], signed_in: SignIn) -> None:
    client = signed_in("supervisor")
    asked = client.post("/undelivered", data={"row": str(lost[0])}, headers=PAGE)
    assert "确认再发1条" in asked.text
    assert states(house) == ["dead"] * 3 + ["failed"], "nothing yet"
    for n in (1, 0):  # pressed twice, it is put in line once
        answer = client.post(
            "/undelivered", data={"row": str(lost[0]), "confirmed": "1"}, headers=PAGE, follow_redirects=False
        )
        assert answer.headers["Location"] == f"/undelivered?sent={n}"
    assert states(house) == ["waiting", "dead", "dead", "failed"]
    assert delivery.deliver(house) == 1
    assert len(lines(house)) == 1
    with house.reading() as connection:
        row = connection.execute(select(AuditRow.by, AuditRow.about, AuditRow.detail).where(AuditRow.what == "outbox.again")).one()
    assert row.by.startswith("user:")
    assert (row.about, row.detail) == (f"短信{lost[0]}", "再发1条")


def test_all_of_a_reason_are_sent_again_and_no_other(house: House, lost: list[int], signed_in: SignIn) -> None:
    client = signed_in("admin")
    page = client.get("/undelivered", params={"reason": BAD}, headers=PAGE).text
    assert page.count("再发一次</button>") == 3 + 1
    client.post("/undelivered", data={"reason": BAD, "confirmed": "1"}, headers=PAGE)
    assert states(house) == ["waiting"] * 3 + ["failed"]
    assert client.post("/undelivered", json={"confirmed": "1"}).status_code == 422


def test_what_waits_for_the_gateway_is_counted_and_left_alone(house: House, signed_in: SignIn, now: Clock) -> None:
    owed(house, 2)
    with house.writing() as connection:
        connection.execute(update(OutboxRow).values(error=delivery.AWAY))
    page = signed_in("supervisor").get("/undelivered", headers=PAGE).text
    assert "另有2条在等短信网关恢复" in page
    assert "没有未送达的短信" in page
