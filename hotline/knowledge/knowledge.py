"""What the house knows, as articles: written, kept in versions, found by words, used in calls.

An article is changed by a new version and never overwritten, so that what a citizen was told on a day can be read
again; it rests on documents of the register, and says so itself when one of them is in force no more.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    RowMapping,
    and_,
    case,
    func,
    literal,
    or_,
    select,
)

from cases.tables import table_of
from cases.wording import plain, runs
from hotline.house import House
from hotline.knowledge.norms import Standing, quoted, standing, titles
from hotline.knowledge.tables import ArticleNormRow, ArticleRow, ArticleUseRow, ArticleVersionRow, NormRow

ARTICLES, VERSIONS, RESTS = table_of(ArticleRow), table_of(ArticleVersionRow), table_of(ArticleNormRow)
NORMS, USES = table_of(NormRow), table_of(ArticleUseRow)
PAGE = 30
SLUG = re.compile(r"[a-z0-9][a-z0-9-]{2,59}")
BESIDE = 5  # articles beside a call
ENOUGH = 3  # points from which an article fits what is typed
PAIRS = 40  # pairs of letters looked for, the last typed first
IDLE = frozenset(
    [
        "没有",
        "什么",
        "怎么",
        "可以",
        "一个",
        "这个",
        "那个",
        "现在",
        "请问",
        "需要",
        "问题",
        "不能",
        "已经",
        "就是",
        "时候",
        "我们",
        "你们",
        "他们",
        "知道",
        "希望",
        "情况",
        "有人",
        "电话",
    ]
)
STATES = {
    "": "现行的",
    "flagged": "依据失效的",
    "review": "该复核的",
    "over": "过期或者尚未生效的",
    "withdrawn": "已撤下的",
}


class Content(Struct, frozen=True, kw_only=True):
    """An article as it is typed."""

    title: Annotated[str, Meta(min_length=2, max_length=120, title="标题（市民会怎么问）")]
    text: Annotated[str, Meta(min_length=2, max_length=20_000, title="正文")]
    topic: Annotated[str, Meta(max_length=80, title="事项")] = ""
    office: Annotated[str, Meta(max_length=60, title="负责单位")] = ""
    public: Annotated[bool, Meta(title="向市民公开")] = False
    valid_from: Annotated[date, Meta(title="生效日期")]
    valid_until: Annotated[date | None, Meta(title="有效期至")] = None
    review_on: Annotated[date | None, Meta(title="复核日期")] = None
    owner: Annotated[str, Meta(max_length=60, title="负责人")] = ""
    basis: Annotated[str, Meta(max_length=2_000, title="法律依据")] = ""
    slug: Annotated[str, Meta(max_length=60, title="网址简称")] = ""


class Rests(Struct, frozen=True, kw_only=True):
    """A document that an article rests on, and how it stands today."""

    norm: int
    words: str
    clause: str
    stands: Standing


def valid(today: date) -> ColumnElement[bool]:
    """The condition that an article may be told today."""
    until = or_(ARTICLES.c.valid_until.is_(None), ARTICLES.c.valid_until >= today)
    return and_(ARTICLES.c.withdrawn.is_(False), ARTICLES.c.valid_from <= today, until)


def open_to_all(today: date) -> ColumnElement[bool]:
    """The condition that citizens see it."""
    return and_(ARTICLES.c.public, valid(today))


def _flagged(today: date) -> ColumnElement[bool]:
    dead = or_(NORMS.c.lapses_on < today, NORMS.c.repealed_on <= today)
    joined = select(RESTS.c.article_id).join(NORMS, NORMS.c.id == RESTS.c.norm_id).where(dead)
    return and_(ARTICLES.c.withdrawn.is_(False), ARTICLES.c.id.in_(joined))


def in_state(state: str, today: date) -> ColumnElement[bool]:
    """The condition of a list."""
    if state == "flagged":
        return _flagged(today)
    if state == "review":
        return and_(ARTICLES.c.withdrawn.is_(False), ARTICLES.c.review_on <= today)
    if state == "withdrawn":
        return ARTICLES.c.withdrawn
    if state == "over":
        return and_(
            ARTICLES.c.withdrawn.is_(False),
            or_(ARTICLES.c.valid_from > today, ARTICLES.c.valid_until < today),
        )
    return valid(today)


def holding(words: str) -> list[ColumnElement[bool]]:
    """The conditions that an article holds every word of what was typed, two letters and one letter included."""
    return [ARTICLES.c.plain.contains(needle, autoescape=True) for needle in plain(words).split()[:10]]


def found(
    connection: Connection, where: Sequence[ColumnElement[bool]], page: int = 1, most: int = PAGE
) -> tuple[Sequence[RowMapping], int]:
    """A page of articles, the most used first, and how many there are: two statements."""
    total = connection.scalar(select(func.count()).select_from(ARTICLES).where(*where)) or 0
    asked = select(ARTICLES).where(*where).order_by(ARTICLES.c.used.desc(), ARTICLES.c.id)
    return connection.execute(asked.limit(most).offset(most * (page - 1))).mappings().all(), total


def one(connection: Connection, slug: str) -> RowMapping | None:
    """The article of that slug."""
    return connection.execute(select(ARTICLES).where(ARTICLES.c.slug == slug)).mappings().one_or_none()


def rests_on(connection: Connection, articles: Sequence[int], today: date) -> Mapping[int, list[Rests]]:
    """What each of `articles` rests on, two statements however many."""
    told: dict[int, list[Rests]] = {article: [] for article in articles}
    asked = select(RESTS.c.article_id, RESTS.c.clause, NORMS).join(NORMS, NORMS.c.id == RESTS.c.norm_id)
    rows = connection.execute(asked.where(RESTS.c.article_id.in_(told)).order_by(NORMS.c.id)).mappings().all()
    others = titles(connection, [row["replaced_by"] for row in rows if row["replaced_by"]])
    for row in rows:
        stands = standing(row, today, others)
        told[row["article_id"]].append(
            Rests(norm=row["id"], words=quoted(row), clause=row["clause"], stands=stands)
        )
    return told


def versions(connection: Connection, article: int) -> Sequence[RowMapping]:
    """The versions of an article, the newest first, without their text."""
    columns = VERSIONS.c.version, VERSIONS.c.by, VERSIONS.c.at, VERSIONS.c.why
    asked = select(*columns).where(VERSIONS.c.article_id == article).order_by(VERSIONS.c.version.desc())
    return connection.execute(asked.limit(100)).mappings().all()


def content_of(connection: Connection, article: int, version: int) -> Content | None:
    """What one version said."""
    wanted = select(VERSIONS.c.content).where(VERSIONS.c.article_id == article, VERSIONS.c.version == version)
    said = connection.scalar(wanted)
    return msgspec.json.decode(said, type=Content) if said else None


def fitting(connection: Connection, house: House, topic: str, words: str) -> Sequence[RowMapping]:
    """The articles that fit a topic and what is being typed, the best first: one statement. Every two neighbouring
    letters they share are a point, three in the title; a topic or one above it is six."""
    today = house.city.calendar.day_of(house.now())
    pairs = list(
        dict.fromkeys(run[n : n + 2] for run in reversed(runs(words[-400:])) for n in range(len(run) - 1))
    )
    pairs = [pair for pair in pairs if pair not in IDLE][:PAIRS]
    path = next((one.path for one in house.book.topics if one.code == topic), ())
    points: list[ColumnElement[int]] = [
        case(
            (ARTICLES.c.title.contains(pair, autoescape=True), 3),
            (ARTICLES.c.plain.contains(pair, autoescape=True), 1),
            else_=0,
        )
        for pair in pairs
    ]
    if path:
        points.append(case((ARTICLES.c.topic.in_((*path, topic)), 6), else_=0))
    if not points:
        return []
    score = sum(points[1:], points[0] + literal(0)).label("score")
    inner = select(ARTICLES, score).where(valid(today)).subquery()
    asked = select(inner).where(inner.c.score >= ENOUGH).order_by(inner.c.score.desc(), inner.c.used.desc())
    return connection.execute(asked.limit(BESIDE)).mappings().all()
