"""Similar requests as a citizen may know of them.

Citizens never read one another: they are told heading, street, day and stage, and only when several people
spoke of it, since of one alone the neighbour would know who it was. Confidential requests and reports (举报)
count for nobody.
"""

from datetime import date

from msgspec import Struct
from sqlalchemy import Connection, select

from cases.bulk import insert_rows
from cases.tables import CaseRow, table_of
from hotline.alike.index import people_of, words_of
from hotline.alike.rules import alike_rules
from hotline.alike.search import Found, scored, signed
from hotline.alike.tables import SameSaidRow
from hotline.house import House
from hotline.texts import plain_stage

LINES = 3
OPEN_KINDS = ("help", "complaint", "consult", "suggestion")  # what may be spoken of to others at all


class Line(Struct, frozen=True):
    """A similar request as anybody may know of it."""

    topic: str
    street: str
    day: date
    stage: str


class Similar(Struct, frozen=True):
    """What a citizen is told of requests like the own one: how many people, and a neutral line of some."""

    people: int = 0
    lines: tuple[Line, ...] = ()
    said: bool = False  # the citizen has already said that it is the same


def similar(house: House, case: int) -> Similar:
    """What the citizen of `case` may know of requests like it."""
    rules = alike_rules(house)
    with house.reading() as connection:
        found = _spoken_of(house, connection, case, rules.near)
        people = len({one.person for one in found})
        if people < rules.web_people:
            return Similar()
        columns = CaseRow.id, CaseRow.topic, CaseRow.street, CaseRow.stage
        shown = [one.case for one in found[:LINES]]
        rows = {row.id: row for row in connection.execute(select(*columns).where(CaseRow.id.in_(shown)))}
        said = connection.scalar(select(SameSaidRow.case_id).where(SameSaidRow.case_id == case).limit(1))
    streets, day_of = house.book.places.streets, house.city.calendar.day_of
    lines = tuple(
        Line(
            topic=_topic(house, rows[one.case].topic),
            street=streets.get(rows[one.case].street, ""),
            day=day_of(one.at),
            stage=plain_stage(rows[one.case].stage, ""),
        )
        for one in found[:LINES]
    )
    return Similar(people, lines, said is not None)


def _spoken_of(house: House, connection: Connection, case: int, least: float) -> list[Found]:
    """The open cases like `case` of other people that may be spoken of, the likest first."""
    words, at = words_of(connection, [case])[case]
    own = people_of(connection, [case])[case]
    may = CaseRow.ended.is_(False) & CaseRow.kind.in_(OPEN_KINDS)
    found = scored(connection, signed(house, words), at, may & (CaseRow.id != case))
    alike = [one for one in found if one.score >= least and one.person != own]
    told = words_of(connection, [one.case for one in alike])
    return [one for one in alike if not told[one.case][0].confidential]


def _topic(house: House, code: str) -> str:
    """The heading of a topic; what lies below it may already say too much."""
    book = house.book
    return book.topics[book.numbers[code]].full.partition("—")[0] if code in book.numbers else "其他事项"


def note_same(house: House, case: int) -> None:
    """Keeps the citizen's word about the requests that were shown."""
    rules = alike_rules(house)
    with house.reading() as connection:
        found = _spoken_of(house, connection, case, rules.near)
    if len({one.person for one in found}) < rules.web_people:
        return  # what was not shown cannot be agreed with
    rows = [{"case_id": case, "other": one.case, "at": house.now()} for one in found[:LINES]]
    with house.writing() as connection:
        insert_rows(connection, table_of(SameSaidRow), rows, or_leave=True)
