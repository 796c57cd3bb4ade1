"""Writing down what the house knows: a new version at each change, never over an old one, by who may; and counting
in which calls it was used and whom it helped.
"""

import re
from collections.abc import Mapping
from contextlib import suppress
from secrets import token_hex
from typing import Any

import msgspec
from sqlalchemy import Connection, RowMapping, delete, insert, select, update

from cases.bulk import insert_rows
from cases.people import Role
from cases.procedure import Refused
from cases.wording import plain_lines
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.knowledge.knowledge import ARTICLES, NORMS, RESTS, USES, VERSIONS, Content, one
from hotline.knowledge.norms import owner_of
from hotline.problems import Problem

SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,59}")


def may_write(seat: Seat, office: str) -> bool:
    """Supervisors and legal officers keep all articles, a chief those of the own office."""
    if seat.roles & {Role.SUPERVISOR, Role.LEGAL}:
        return True
    return Role.CHIEF in seat.roles and bool(seat.office) and office == seat.office


def save(
    connection: Connection,
    house: House,
    seat: Seat,
    content: Content,
    at: tuple[int, int] | None = None,
    why: str = "",
) -> str:
    """Writes a new article, or (`at`: its id and the version that was seen) a new version of one; its slug."""
    if not may_write(seat, content.office):
        raise Refused("单位负责人只能编写本单位的知识条目")
    rests = _rests(connection, content)
    if content.valid_until and content.valid_until < content.valid_from:
        raise Problem("填写的内容有误", {"valid_until": "有效期早于生效日期"})
    number = at[1] + 1 if at else 1
    row = _row(house, owner_of(connection, seat, content.owner), content) | {"version": number}
    article, slug = _made(connection, row, content.slug) if at is None else _changed(connection, row, at)
    kept = {"article_id": article, "version": number, "content": msgspec.json.encode(content).decode()}
    connection.execute(insert(VERSIONS).values(**kept, by=seat.actor.id, at=house.now(), why=why[:200]))
    connection.execute(delete(RESTS).where(RESTS.c.article_id == article))
    insert_rows(
        connection, RESTS, [{"article_id": article, "norm_id": n, "clause": c} for n, c in rests.items()]
    )
    audit(
        connection, house.now(), seat.actor.id, "article.save", about=slug, detail=f"{number} {content.title}"
    )
    return slug


def _made(connection: Connection, row: dict[str, Any], typed: str) -> tuple[int, str]:
    zero = {"slug": _slug(connection, typed), "withdrawn": False, "used": 0, "helpful": 0, "unhelpful": 0}
    made = insert(ARTICLES).values(**row, **zero).returning(ARTICLES.c.id, ARTICLES.c.slug)
    article, slug = connection.execute(made).one()
    return int(article), str(slug)


def _changed(connection: Connection, row: dict[str, Any], at: tuple[int, int]) -> tuple[int, str]:
    seen = update(ARTICLES).where(ARTICLES.c.id == at[0], ARTICLES.c.version == at[1])
    found = connection.execute(seen.values(**row).returning(ARTICLES.c.id, ARTICLES.c.slug)).one_or_none()
    if found is None:
        raise Refused("其他人刚刚修改了这个条目，请重新打开后再改")
    return int(found.id), str(found.slug)


def _slug(connection: Connection, typed: str) -> str:
    """The name of a new article in addresses, as typed or made."""
    if typed and not SLUG.fullmatch(typed):
        raise Problem("填写的内容有误", {"slug": "应为3至60个小写字母、数字或者短横"})
    if typed and one(connection, typed) is not None:
        raise Problem("填写的内容有误", {"slug": "这个网址简称已经使用"})
    return typed or f"q{token_hex(4)}"


def _row(house: House, owner: str, content: Content) -> dict[str, Any]:
    named = msgspec.structs.asdict(content)
    del named["basis"], named["slug"]
    said = plain_lines(f"{content.title}\n{content.text}")
    return named | {"owner": owner, "plain": said, "changed_at": house.now()}


def _rests(connection: Connection, content: Content) -> dict[int, str]:
    """The documents that were typed, by id, with the clause; `Problem` names what the register does not have."""
    typed = [line.split(maxsplit=1) for line in content.basis.splitlines() if line.strip()]
    known = {
        row.number: row.id
        for row in connection.execute(
            select(NORMS.c.number, NORMS.c.id).where(NORMS.c.number.in_([t[0] for t in typed]))
        )
    }
    if unknown := [words[0] for words in typed if words[0] not in known]:
        raise Problem("填写的内容有误", {"basis": f"登记簿里没有文号{'、'.join(unknown)}，请先登记该文件"})
    return {known[words[0]]: (words[1] if len(words) > 1 else "")[:100] for words in typed}


def withdraw(connection: Connection, house: House, seat: Seat, row: RowMapping, gone: bool) -> None:
    """Takes an article down, or puts it up again."""
    if not may_write(seat, row["office"]):
        raise Refused("单位负责人只能编写本单位的知识条目")
    connection.execute(
        update(ARTICLES).where(ARTICLES.c.id == row["id"]).values(withdrawn=gone, changed_at=house.now())
    )
    audit(
        connection,
        house.now(),
        seat.actor.id,
        "article.withdraw" if gone else "article.restore",
        about=row["slug"],
    )


def use(connection: Connection, house: House, seat: Seat, call: str, slug: str) -> bool:
    """Counts that an article was used in a call, once a call; whether it counted now. `LookupError` for none."""
    article = connection.scalar(
        select(ARTICLES.c.id).where(ARTICLES.c.slug == slug, ARTICLES.c.withdrawn.is_(False))
    )
    if article is None:
        raise LookupError(slug)
    row = {"call": call, "article_id": article, "by": seat.actor.id, "at": house.now()}
    fresh = bool(insert_rows(connection, USES, [row], or_leave=True))
    if fresh:
        connection.execute(update(ARTICLES).where(ARTICLES.c.id == article).values(used=ARTICLES.c.used + 1))
    return fresh


def told(house: House, seat: Seat, said: Mapping[str, str]) -> None:
    """Counts the article that an answer given at once named, in the call that it was given in."""
    call, slug = said.get("call", ""), said.get("answer.article", "")
    if call and slug and said.get("then") == "answer":
        with house.writing() as connection, suppress(LookupError):
            use(connection, house, seat, call[:80], slug)


def vote(house: House, slug: str, helpful: bool) -> None:
    """Counts whether somebody was helped."""
    column = ARTICLES.c.helpful if helpful else ARTICLES.c.unhelpful
    with house.writing() as connection:
        connection.execute(update(ARTICLES).where(ARTICLES.c.slug == slug).values({column: column + 1}))
