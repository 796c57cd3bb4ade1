"""Which ways remain: with a day once served, without one before, to each party its own, by the kind of decision."""

from datetime import UTC, date, datetime
from typing import Any

from cases.calendar import published
from cases.city import City
from cases.history import Event
from cases.procedure import File
from cases.procedures import PROCEDURES
from cases.procedures.petition_facts import Opinion, Petition
from cases.remedies import remedies

CITY = City(calendar=published(), editions=(), ladder=(), name="试验市", offices={})
OPINION = Opinion(result="refuse", text="不支持", basis="条例")


def file_of(procedure: str, *steps: tuple[int, str, Any]) -> File:
    events = tuple(
        Event(seq=n, step=step, at=moment(day), recorded_at=moment(day), by="system", facts=facts)
        for n, (day, step, facts) in enumerate(steps, start=1)
    )
    return File(id=1, number="1", procedure=PROCEDURES[procedure], events=events)


def moment(day: int) -> datetime:
    return datetime(2026, 3, day, 2, tzinfo=UTC)


PETITION = ((2, "register", Petition(party=1, text="诉求")), (3, "accept", None), (4, "answer", OPINION))


def test_an_opinion_not_served_yet_has_its_remedy_and_no_day() -> None:
    found = remedies(file_of("petition", *PETITION), CITY, moment(5))
    assert [(one.title, one.until) for one in found] == [("请求复查", None)]


def test_after_the_service_there_is_a_day_and_after_it_nothing() -> None:
    file = file_of("petition", *PETITION, (6, "serve_opinion", None))
    assert [one.until for one in remedies(file, CITY, moment(7))] == [date(2026, 4, 7)]  # Qingming: 5 rolls to 7
    assert remedies(file, CITY, datetime(2026, 4, 8, tzinfo=UTC)) == ()


def test_a_failed_mediation_leaves_three_ways() -> None:
    file = file_of("mediation", (2, "apply", None), (3, "fail", None))
    assert len(remedies(file, CITY, moment(4))) == 3
