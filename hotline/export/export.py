"""A case as a file that can leave the house and be proved without it: over the web for who may see the case, and as
a command for the operator.

Whoever exports gets what the case's page would show and no more: people masked, the letters and attachments
that can be opened there. Every export is written down with the digest of what went out.
"""

from collections.abc import Iterable, Iterator
from datetime import UTC
from functools import partial
from tempfile import TemporaryFile
from typing import Any, BinaryIO

import msgspec
from litestar import get
from litestar.response import Stream
from msgspec import Struct
from msgspec.structs import asdict
from sqlalchemy import Connection, select

from cases.dossier import definition, places, readings, standing_of, written, years
from cases.letter_kinds import KINDS
from cases.lists import load_file
from cases.procedure import File
from cases.proof import Cover, Enclosed, Paper, attached
from cases.tables import EventRow
from hotline import bell
from hotline.access import seen_case
from hotline.accounts.accounts import audit
from hotline.accounts.seats import Seat
from hotline.attachments import known, place
from hotline.export.sealed import PIECE, Pack
from hotline.export.words import readme
from hotline.house import House
from hotline.letters.service import LETTERS
from hotline.masks import behind_mask, in_clear
from hotline.tables import LetterRow
from hotline.web import Asking

SHOWN = {"masked": "已隐去", "clear": "完整"}
KEPT = {"docx", "pdf"}


class Wish(Struct, frozen=True, kw_only=True):
    """Who exports, and how: people in clear only for a `reason`, `papers` whether letters and attachments go
    along."""

    by: str
    reason: str = ""
    clear: bool = False
    papers: bool = True


def export(house: House, case: int, wish: Wish, out: BinaryIO) -> str:
    """Writes the file of `case` into `out` and records that it was; the SHA-256 of what was written."""
    with house.reading() as connection:
        file = load_file(connection, case)
        assert file is not None, "who asks has seen it"
        rows = connection.execute(select(EventRow.__table__).where(EventRow.case_id == case).order_by(EventRow.seq))
        events = [written(file.procedure, row) for row in rows]
        people = _people(connection, house, file, wish)
        cover = _cover(connection, house, file, wish)
    pack = Pack(out)
    about = {"number": file.number, "title": file.procedure.title, "at": cover.exported_at[:19]}
    about |= {"parties": SHOWN[cover.parties], "last": cover.last_digest}
    pack.put("README.txt", [readme(**about).encode()])
    pack.put("case.json", [_json(cover)])
    pack.put("events.jsonl", (msgspec.json.encode(event) + b"\n" for event in events))
    pack.put("procedure.json", [_json(definition(file.procedure))])
    pack.put("city.json", [_json(places(house.city))])
    pack.put("calendar.json", [_json(years(house.city.calendar))])
    pack.put("readings.json", [_json(readings(file, house.city))])
    pack.put("parties.json", [_json(people)])
    for member, digest in _members(cover):
        pack.put(member, _pieces(place(house, digest)))
    digest = pack.close()
    with house.writing() as connection:
        said = f"{digest} 当事人{SHOWN[cover.parties]} {'含' if wish.papers else '不含'}文书附件 {wish.reason}"
        audit(connection, house.now(), wish.by, "case.export", about=file.number, detail=said.strip())
    return digest


def _json(value: Any) -> bytes:
    return msgspec.json.format(msgspec.json.encode(value), indent=1) + b"\n"


def _cover(connection: Connection, house: House, file: File, wish: Wish) -> Cover:
    return Cover(
        number=file.number,
        procedure=file.procedure.name,
        exported_at=house.now().astimezone(UTC).isoformat(timespec="seconds"),
        exported_by=wish.by,
        parties="clear" if wish.clear else "masked",
        reason=wish.reason,
        events=len(file.events),
        last_digest=file.events[-1].digest,
        standing=standing_of(file),
        people=bell.names(connection, {event.by for event in file.events}),
        letters=_letters(connection, house, file, wish.papers),
        attachments=_attachments(house, file, wish.papers),
    )


def _letters(connection: Connection, house: House, file: File, papers: bool) -> list[Paper]:
    titles = {kind.name: kind.title for kind in KINDS.get(file.procedure.name, ())}
    order = LetterRow.issued_at, LetterRow.seq, LetterRow.kind
    rows = connection.execute(select(LETTERS).where(LetterRow.case_id == file.id).order_by(*order)).mappings()
    found = []
    for row in rows:
        lies = [sort for sort in sorted(KEPT) if papers and place(house, row[sort]).is_file()]
        members = {sort: f"letters/{row['seq']}-{row['kind']}.{sort}" for sort in lies}
        found.append(
            Paper(
                **{name: row[name] for name in ("seq", "kind", "number", "office", "state", "issued_by", "means")},
                **{name: row[name] for name in ("receipt", "docx", "pdf")},
                title=titles.get(row["kind"], row["kind"]),
                issued_at=row["issued_at"].isoformat(),
                served_at=row["served_at"].isoformat() if row["served_at"] else None,
                members=members,
            )
        )
    return found


def _attachments(house: House, file: File, papers: bool) -> list[Enclosed]:
    digests = attached(file)
    kept = {one.digest: one for one in known(house, digests)}
    found = []
    for digest in digests:
        one = kept.get(digest)
        lies = papers and one is not None and place(house, digest).is_file()
        found.append(
            Enclosed(
                digest=digest,
                name=one.name if one else "",
                media=one.media if one else "",
                size=one.size if one else 0,
                member=f"attachments/{digest}" if lies else None,
            )
        )
    return found


def _members(cover: Cover) -> Iterator[tuple[str, str]]:
    """Name and digest of every paper that goes along."""
    for paper in cover.letters:
        yield from ((member, getattr(paper, sort)) for sort, member in sorted((paper.members or {}).items()))
    yield from ((one.member, one.digest) for one in cover.attachments if one.member)


def _people(connection: Connection, house: House, file: File, wish: Wish) -> dict[str, dict[str, str]]:
    """The parties by their place in the case."""
    asked, found = file.opening.facts, {}
    for part, party in (("applicant", asked.party), ("other", getattr(asked, "other_party", 0))):
        kept = bool(getattr(asked, "confidential", False))  # whoever the file is handed to
        person = in_clear(connection, house.vault, party) if wish.clear else behind_mask(connection, house.vault, party, kept)
        if party:
            found[part] = asdict(person)
    return found


def _pieces(path: Any) -> Iterable[bytes]:
    with path.open("rb") as file:
        yield from iter(partial(file.read, PIECE), b"")


@get("/cases/{number:str}/export", sync_to_thread=True)
def export_of(request: Asking, house: House, seat: Seat, number: str, papers: bool = True) -> Stream:
    """The case file as a zip, people masked; without letters and attachments where `papers` is false."""
    with house.reading() as connection:
        case = seen_case(connection, seat, number)
    out = TemporaryFile()  # noqa: SIM115  # closed when the last piece is sent
    export(house, case, Wish(by=seat.actor.id, papers=papers), out)
    headers = {
        "Content-Disposition": f'attachment; filename="{number}.zip"',
        "Content-Length": str(out.seek(0, 2)),
        "Cache-Control": "private, no-store",
    }
    return Stream(_sent(out), media_type="application/zip", headers=headers)


def _sent(out: BinaryIO) -> Iterator[bytes]:
    with out:
        out.seek(0)
        yield from iter(partial(out.read, PIECE), b"")


ROUTES: list[Any] = [export_of]
