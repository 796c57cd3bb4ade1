"""Normative documents: until when each is in force, what has come in its place, and who cites one that is not.

Five years after it comes into force a document lapses, two years where it is a trial one, unless it is continued;
every text that cites it is flagged from that day on, without anybody having to look.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection, RowMapping, insert, or_, select, update

from cases.bulk import insert_rows
from cases.calendar import published
from cases.law import years
from cases.outbox import message
from cases.periods import add_months
from cases.procedure import File, Refused
from cases.procedures.norm_review import LAW
from cases.tables import OutboxRow, table_of
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.knowledge.tables import ArticleNormRow, ArticleRow, NormRow
from hotline.problems import Problem
from hotline.tables import UserRow

ORDINARY, TRIAL = years(5), years(2)  # 规范性文件的有效期：五年；暂行、试行的二年
BASIS = LAW.article("有效期")
SOON = timedelta(days=90)
RUNGS = (90, 30, 7, 0)  # days before the last one on which the owner is told
MOST = 500
NORMS = table_of(NormRow)


class Norm(Struct, frozen=True, kw_only=True):
    """A document as it is typed. `lapses_on` empty: counted from the day it came into force."""

    title: Annotated[str, Meta(min_length=2, max_length=200, title="文件名称")]
    number: Annotated[str, Meta(min_length=4, max_length=80, title="文号")]
    issuer: Annotated[str, Meta(min_length=2, max_length=100, title="制定机关")]
    issued_on: Annotated[date, Meta(title="印发日期")]
    in_force_on: Annotated[date, Meta(title="施行日期")]
    trial: Annotated[bool, Meta(title="暂行、试行")] = False
    lapses_on: Annotated[date | None, Meta(title="有效期至")] = None
    repealed_on: Annotated[date | None, Meta(title="废止之日")] = None
    owner: Annotated[str, Meta(max_length=60, title="负责人")] = ""
    note: Annotated[str, Meta(max_length=500, title="说明")] = ""


class Standing(Struct, frozen=True, kw_only=True):
    """How a document stands on a day: `sort` is ok, soon, late or held (not yet in force); `words` says why."""

    sort: str
    words: str
    dead: bool = False


def lapse_of(norm: Norm) -> date:
    """The last day of force, as typed or as counted: five years, or two, to the day before the same day."""
    if norm.lapses_on is not None:
        return norm.lapses_on
    length = TRIAL if norm.trial else ORDINARY
    return add_months(norm.in_force_on, 12 * length.n) - timedelta(days=1)  # 施行之日计入


def standing(row: Mapping[Any, Any], today: date, by: Mapping[int, str] | None = None) -> Standing:
    """How the document of `row` stands today; `by` are the titles of those that replaced others."""
    if row["repealed_on"] and row["repealed_on"] <= today:
        other = (by or {}).get(row["replaced_by"] or 0, "")
        said = f"已被{other}代替" if other else "已经废止"
        return Standing(sort="late", words=said, dead=True)
    if row["lapses_on"] and row["lapses_on"] < today:
        return Standing(sort="late", words="有效期届满，已经失效", dead=True)
    if row["in_force_on"] > today:
        return Standing(sort="held", words="尚未施行")
    if row["lapses_on"] and row["lapses_on"] <= today + SOON:
        return Standing(sort="soon", words=f"还有{(row['lapses_on'] - today).days}天失效")
    return Standing(sort="ok", words="现行有效")


def quoted(row: Mapping[Any, Any]) -> str:
    """The document as it is cited."""
    return f"《{row['title']}》（{row['number']}）"


def titles(connection: Connection, wanted: Iterable[int]) -> dict[int, str]:
    """The documents of those ids as they are cited, in one statement."""
    ids = sorted(set(wanted))
    if not ids:
        return {}
    return {
        row["id"]: quoted(row)
        for row in connection.execute(select(NORMS).where(NORMS.c.id.in_(ids))).mappings()
    }


def listed(connection: Connection, today: date, view: str = "", most: int = MOST) -> Sequence[RowMapping]:
    """The register: all of it, what lapses in the next ninety days, or what is in force no more."""
    asked = select(NORMS)
    gone = or_(NORMS.c.lapses_on < today, NORMS.c.repealed_on <= today)
    if view == "soon":
        asked = asked.where(NORMS.c.lapses_on.between(today, today + SOON), NORMS.c.repealed_on.is_(None))
    elif view == "gone":
        asked = asked.where(gone)
    return connection.execute(asked.order_by(NORMS.c.lapses_on, NORMS.c.id).limit(most)).mappings().all()


def cited_in(connection: Connection, file: File) -> list[tuple[str, str]]:
    """What a case rests on though it was no longer in force when it was said: the sentence, and where it is read."""
    said = [(event, text) for event in file.history if (text := _text(event.facts))]
    if not any("《" in text or "〔" in text for _, text in said):
        return []
    last = published().day_of(file.history[-1].at)  # what was in force then was so before
    gone = or_(NORMS.c.lapses_on < last, NORMS.c.repealed_on <= last)
    found = []
    for row in connection.execute(select(NORMS).where(gone).order_by(NORMS.c.id).limit(MOST)).mappings():
        for event, text in said:
            how = standing(row, published().day_of(event.at))
            if how.dead and (f"《{row['title']}》" in text or row["number"] in text):
                step = file.procedure.step(event.step).title
                told = f"“{step}”引用了{quoted(row)}，该文件当时{how.words}，请核对依据。"
                found.append((told, f"/knowledge/norms/{row['id']}"))
                break
    return found


def _text(facts: Any) -> str:
    """All that a person wrote in an event."""
    fields = getattr(facts, "__struct_fields__", ())
    return "\n".join(value for name in fields if isinstance(value := getattr(facts, name), str))


# -- writing -----------------------------------------------------------------------------------------


def save(
    connection: Connection, house: House, seat: Seat, norm: Norm, at: tuple[int, int] | None = None
) -> int:
    """Writes a document, new or (`at`: its id and the revision that was seen) changed; its id."""
    lapses, owner = lapse_of(norm), owner_of(connection, seat, norm.owner)
    if norm.in_force_on < norm.issued_on:
        raise Problem("填写的内容有误", {"in_force_on": "施行日期早于印发日期"})
    if lapses < norm.in_force_on:
        raise Problem("填写的内容有误", {"lapses_on": "有效期早于施行日期"})
    known = select(NORMS.c.id).where(NORMS.c.number == norm.number, NORMS.c.id != (at[0] if at else 0))
    if connection.scalar(known):
        raise Problem("填写的内容有误", {"number": "该文号已经登记"})
    row = {**msgspec.structs.asdict(norm), "lapses_on": lapses, "owner": owner}
    row |= {"changed_by": seat.actor.id, "changed_at": house.now()}
    if at is None:
        made = insert(NORMS).values(**row, replaced_by=None, revision=1).returning(NORMS.c.id)
        found = int(connection.execute(made).scalar_one())
    else:
        found = at[0]
        changed = update(NORMS).where(NORMS.c.id == found, NORMS.c.revision == at[1])
        if not connection.execute(changed.values(**row, revision=at[1] + 1)).rowcount:
            raise Refused("其他人刚刚修改了这份文件，请重新打开后再改")
    audit(connection, house.now(), seat.actor.id, "norm.save", about=norm.number, detail=norm.title)
    return found


def owners(connection: Connection) -> list[tuple[str, str]]:
    """Who can be made the owner of a document or an article: every open account of the staff, by name."""
    asked = (
        select(UserRow.id, UserRow.name, UserRow.login)
        .where(UserRow.active)
        .order_by(UserRow.name)
        .limit(MOST)
    )
    return [(f"user:{row.id}", f"{row.name}（{row.login}）") for row in connection.execute(asked)]


def owner_of(connection: Connection, seat: Seat, typed: str) -> str:
    """Whom a person named as the owner, by account or as `user:12`; oneself where nobody was named."""
    if not typed:
        return seat.actor.id
    number = int(typed[5:]) if typed.startswith("user:") and typed[5:].isdecimal() else 0
    known = or_(UserRow.login == typed, UserRow.id == number)
    found = connection.scalar(select(UserRow.id).where(UserRow.active, known))
    if found is None:
        raise Problem("填写的内容有误", {"owner": "没有这个账号，或者账号已经停用"})
    return f"user:{found}"


def replace_by(connection: Connection, house: House, seat: Seat, norm: int, new: tuple[str, date]) -> None:
    """Says that a document gave way to the one of another number, from a day on."""
    number, day = new
    other = connection.execute(select(NORMS).where(NORMS.c.number == number)).mappings().one_or_none()
    if other is None or other["id"] == norm:
        raise Problem("填写的内容有误", {"number": "登记簿里没有这个文号，请先登记新的文件"})
    gone = update(NORMS).where(NORMS.c.id == norm, NORMS.c.repealed_on.is_(None))
    values = {"replaced_by": other["id"], "repealed_on": day, "revision": NORMS.c.revision + 1}
    if not connection.execute(
        gone.values(**values, changed_by=seat.actor.id, changed_at=house.now())
    ).rowcount:
        raise Refused("该文件已经废止或者被代替")
    audit(connection, house.now(), seat.actor.id, "norm.replace", about=str(norm), detail=number)


def citing(connection: Connection, norm: int) -> Sequence[RowMapping]:
    """The articles that rest on a document."""
    asked = (
        select(ArticleRow.slug, ArticleRow.title, ArticleRow.owner, ArticleNormRow.clause)
        .join(ArticleNormRow, ArticleNormRow.article_id == ArticleRow.id)
        .where(ArticleNormRow.norm_id == norm, ArticleRow.withdrawn.is_(False))
    )
    return connection.execute(asked.order_by(ArticleRow.title).limit(MOST)).mappings().all()


def warn(house: House) -> int:
    """Tells each owner of what lapses, once a rung; how many messages that makes. Safe to run at any time."""
    now = house.now()
    today = house.city.calendar.day_of(now)
    with house.reading() as connection:
        rows = listed(connection, today, "soon")
    owed = [
        message(
            dedupe=f"norm:{row['id']}:{row['lapses_on']}:{rung}",
            case=None,
            recipient=row["owner"],
            template="norm_lapses",
            facts={"norm": row["number"], "on": row["lapses_on"].isoformat()},
            now=house.city.calendar.next_open(now),
        )
        for row in rows
        if (rung := min(one for one in RUNGS if (row["lapses_on"] - today).days <= one)) is not None
    ]
    if not owed:
        return 0
    with house.writing() as connection:
        return insert_rows(connection, table_of(OutboxRow), owed, or_leave=True)
