"""The register of letters: what a case owes, numbers without gaps, letters frozen and their service.

The number is taken, the letter drawn with it and both files' digests written in one transaction: who loses a
race or meets a broken template gives the number back. A draft shows people masked; issuing records the look.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec import Struct
from sqlalchemy import Connection, RowMapping, insert, select, text
from sqlalchemy.exc import IntegrityError

from cases.changes import Taking
from cases.history import Event
from cases.letter_kinds.kind import Kind
from cases.letters import OF_LEAD, Letter, Missing, Source, day_words, draw, owed
from cases.people import Role
from cases.procedure import File, Refused
from cases.procedures.mediation_guards import mediators
from cases.procedures.work_order_facts import Unmasking
from cases.procedures.work_order_guards import withheld
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.attachments import keep_own
from hotline.city.figures import word_of
from hotline.city.letters import template_name, template_of
from hotline.house import House
from hotline.letters.service import LETTERS, MEANS, row_of
from hotline.letters.sheets import Sheet, pdf, word
from hotline.masks import behind_mask, in_clear
from hotline.problems import Problem
from hotline.tables import LetterRow, UserRow

ISSUERS = {
    "office": frozenset({Role.CHIEF, Role.LEGAL}),
    "table": frozenset({Role.CHIEF, Role.LEGAL, Role.MEDIATOR}),
    "government": frozenset({Role.CHIEF, Role.LEGAL}),
    "petition": frozenset({Role.LEGAL, Role.SUPERVISOR}),
    "centre": frozenset({Role.SUPERVISOR}),
}
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
RECORDED_BY = {"office": frozenset({Role.HANDLER}), "table": frozenset({Role.HANDLER}), "centre": frozenset({Role.AGENT})}
UNNUMBERED = "（签发时编号）"
TAKE = text(
    "INSERT INTO letter_serials (office, series, year, taken) VALUES (:office, :series, :year, 1) "
    "ON CONFLICT (office, series, year) DO UPDATE SET taken = letter_serials.taken + 1 RETURNING taken"
)


class Owed(Struct, frozen=True, kw_only=True):
    """A letter as the case's page lists it: a draft with what is missing, issued with its number, or `elsewhere`:
    gone out under a number that is not of this register. `record`: a paper without number, for the file."""

    seq: int
    kind: str
    title: str
    article: str
    for_step: str
    state: str = "draft"
    number: str = ""
    missing: tuple[Missing, ...] = ()
    refused: str = ""  # why this seat may not issue it
    issued_at: datetime | None = None
    served_at: datetime | None = None
    means: str = ""
    receipt: str = ""
    record: bool = False


def listed(connection: Connection, house: House, seat: Seat, file: File) -> list[Owed]:
    """Every letter the case owes, in the order of its events."""
    rows = {(row["seq"], row["kind"]): row for row in _rows(connection, file.id)}
    source = _source(connection, house, file, seat)
    return [_owed(file, pair, rows.get((pair[0].seq, pair[1].name)), source, seat) for pair in owed(file)]


def found(file: File, seq: int, name: str) -> tuple[Event, Kind] | None:
    """The event and kind of a letter the case owes, or None."""
    return next((pair for pair in owed(file) if pair[0].seq == seq and pair[1].name == name), None)


def drafted(
    house: House, seat: Seat, file: File, pair: tuple[Event, Kind], supplied: Mapping[str, str]
) -> Letter:
    """The letter as it stands, people masked."""
    with house.reading() as connection:
        return draw(file, *pair, _source(connection, house, file, seat, supplied))


def sheet(house: House, letter: Letter, number: str, issued: bool) -> Sheet:
    """What of a letter stands on paper; a letter that goes out has its receipt behind it."""
    return Sheet(
        head=letter.head,
        number=number,
        title=letter.kind.title,
        addressee=letter.addressee,
        paragraphs=letter.paragraphs,
        remedies=letter.remedies,
        attached=letter.attached,
        signed=letter.signed,
        date=day_words(house.city.calendar.day_of(house.now())),
        receipt=issued and bool(letter.kind.word),
    )


def issue(
    house: House, seat: Seat, file: File, pair: tuple[Event, Kind], supplied: Mapping[str, str]
) -> Mapping[str, Any]:
    """Issues the letter, once: its row. `Refused` to who may not, `Problem` names what is missing."""
    event, kind = pair
    if said := _may_not(seat, file, kind):
        raise Refused(said, kind.article)
    with house.reading() as connection:
        if row_of(connection, file.id, event.seq, kind.name):
            raise Refused("该文书已经签发", kind.article)
        if theirs := kind.number_elsewhere(event.facts):
            raise Refused(f"该文书已有文号{theirs}，不在本登记簿另行编号", kind.article)
        letter = draw(file, event, kind, _source(connection, house, file, seat, supplied, clear=True))
        names_nobody = letter == draw(file, event, kind, _source(connection, house, file, seat, supplied))
    if letter.missing:
        raise Problem("文书还缺内容，不能签发", {one.name: str(one) for one in letter.missing})
    if not names_nobody:
        _record_look(house, seat, file, letter)
    try:
        with house.writing() as connection:
            return _freeze(connection, house, seat, file, letter)
    except IntegrityError as lost:
        raise Refused("该文书已经签发", kind.article) from lost


def _owed(file: File, pair: tuple[Event, Kind], row: RowMapping | None, source: Source, seat: Seat) -> Owed:
    event, kind = pair
    known = Owed(
        seq=event.seq,
        kind=kind.name,
        title=kind.title,
        article=str(kind.article),
        for_step=file.procedure.step(event.step).title,
        record=not kind.word,
    )
    if row is None and (theirs := kind.number_elsewhere(event.facts)):
        return msgspec.structs.replace(known, state="elsewhere", number=theirs, issued_at=event.at)
    if row is None:
        missing = draw(file, event, kind, source).missing
        return msgspec.structs.replace(known, missing=missing, refused=_may_not(seat, file, kind))
    return msgspec.structs.replace(
        known,
        state=row["state"],
        number=row["number"],
        issued_at=row["issued_at"],
        served_at=row["served_at"],
        means=MEANS.get(row["means"], ""),
        receipt=row["receipt"],
    )


def _may_not(seat: Seat, file: File, kind: Kind) -> str:
    """Why this seat may not issue such a letter, or empty."""
    by = ISSUERS[kind.by] if kind.word else ISSUERS[kind.by] | RECORDED_BY.get(kind.by, frozenset())
    if not seat.roles & by:
        return f"{kind.title}须由{'、'.join(sorted(role.label for role in by))}签发"
    unbound = seat.roles & by & {Role.LEGAL, Role.MEDIATOR}
    if kind.by in OF_LEAD and not unbound and seat.office != file.office:
        return "只有主办单位才能签发"
    return ""


def _rows(connection: Connection, case: int) -> list[RowMapping]:
    return list(connection.execute(select(LETTERS).where(LetterRow.case_id == case)).mappings())


def _source(
    connection: Connection,
    house: House,
    file: File,
    seat: Seat,
    supplied: Mapping[str, str] | None = None,
    clear: bool = False,
) -> Source:
    asked, people, kept = file.opening.facts, dict[str, str](), withheld(file, seat.actor)
    for place, party in (("applicant", asked.party), ("other", getattr(asked, "other_party", 0))):
        shown = in_clear(connection, house.vault, party) if clear and not kept else behind_mask(connection, house.vault, party, kept)
        people |= {place: shown.name, f"{place}_address": shown.address}
    if file.procedure.name == "mediation":
        named = select(UserRow.name).where(UserRow.login.in_(mediators(file))).order_by(UserRow.name)
        people["mediator_name"] = "、".join(connection.scalars(named))
    return Source(city=house.city, people=people, supplied=supplied or {}, office=seat.office)


def _record_look(house: House, seat: Seat, file: File, letter: Letter) -> None:
    """Whoever issues a letter sees the person in clear: the procedure's own step says so, where it has one."""
    if all(step.name != "unmask" for step in file.procedure.steps):
        return
    facts = Unmasking(party=file.opening.facts.party, reason=f"签发{letter.kind.title}")
    now, key = house.now(), f"letter:{file.id}:{letter.seq}:{letter.kind.name}:{seat.actor.id}"
    house.ledger.write(
        Taking(
            case=file.id,
            step="unmask",
            actor=seat.actor,
            at=now,
            now=now,
            facts=facts,
            key=key,
            asked=key[:64],
        )
    )


def _freeze(
    connection: Connection, house: House, seat: Seat, file: File, letter: Letter
) -> Mapping[str, Any]:
    now, kind = house.now(), letter.kind
    year = house.city.calendar.day_of(now).year
    series = kind.word or f"{file.procedure.name}.{kind.name}"
    counted = {"office": letter.issuer, "series": series, "year": year}
    serial = connection.execute(TAKE, counted).scalar_one()
    number = f"{word_of(house, letter.issuer)}{kind.word}〔{year}〕{serial}号" if kind.word else ""
    drawn, folder = sheet(house, letter, number, issued=True), house.settings.data / "letters"
    row = {
        **counted, "case_id": file.id, "seq": letter.seq, "kind": kind.name, "serial": serial, "number": number,
        "state": "issued", "issued_by": seat.actor.id, "issued_at": now, "served_at": None, "means": "", "receipt": "",
        "docx": keep_own(house, connection, WORD, word(drawn, template_of(house, connection, template(file, kind)))),
        "pdf": keep_own(house, connection, "application/pdf", pdf(drawn, folder)),
    }  # fmt: skip
    connection.execute(insert(LETTERS).values(**row))
    audit(connection, now, seat.actor.id, "letter.issue", about=file.number, detail=f"{kind.title}{number}")
    return row


def template(file: File, kind: Kind) -> str:
    """The name of the office's own template for such letters."""
    return template_name(file.procedure.name, kind)

