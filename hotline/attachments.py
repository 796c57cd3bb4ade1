"""Files that people hand in: kept outside the database under their own digest, judged by their content.

The name and the type a browser claims decide nothing, and the name is not kept: it is what one person called the
file, may name people, and the same file is another's as well. A file is written under another name, flushed to disk
and renamed, so that a digest that can be found is a file that is whole.
"""

import os
import re
from collections.abc import Iterable, Sequence
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from secrets import token_hex
from typing import Any, BinaryIO

import puremagic
from litestar import Request, get
from litestar.exceptions import NotFoundException
from litestar.response import File
from msgspec import Struct
from sqlalchemy import Connection, select, update

from cases.bulk import insert_rows
from cases.lists import load_file
from cases.tables import table_of
from hotline.access import seen_case
from hotline.accounts.seats import Seat
from hotline.house import House
from hotline.progress import digests
from hotline.tables import AttachmentRow

MOST = 9  # files with one request
LARGEST = 20 * 1024 * 1024  # bytes of one file
ALLOWED = "图片（JPG、PNG、GIF、WebP、HEIC）、录音（MP3、M4A、AAC、AMR、WAV、OGG）或PDF"
HEIC = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
AUDIO_BRANDS = {b"M4A ", b"M4B "}
EITHER_BRANDS = {b"mp42", b"mp41", b"isom", b"iso2", b"3gp4", b"3gp5", b"3gp6", b"dash"}  # sound or film
DIGEST = re.compile(r"[0-9a-f]{64}")
SUFFIXES = {
    "image/jpeg": ".jpg", "image/png": ".png", "image/gif": ".gif", "image/webp": ".webp",
    "image/heic": ".heic",
    "audio/mpeg": ".mp3", "audio/mp4": ".m4a", "audio/aac": ".aac", "audio/amr": ".amr", "audio/wav": ".wav",
    "audio/ogg": ".ogg", "application/pdf": ".pdf",
}  # fmt: skip


class Kept(Struct, frozen=True):
    """A file that was kept; `name` is what it is called in its place, by its sender's word only for the sender."""

    digest: str
    name: str
    media: str
    size: int


def media_of(content: bytes) -> str | None:
    """What the content is, by its own signature; None for anything that is not allowed."""
    head = content[:16]
    for signature, media in (
        (b"\xff\xd8\xff", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "image/png"),
        (b"GIF87a", "image/gif"),
        (b"GIF89a", "image/gif"),
        (b"%PDF-", "application/pdf"),
        (b"#!AMR", "audio/amr"),
        (b"OggS", "audio/ogg"),
        (b"ID3", "audio/mpeg"),
    ):
        if head.startswith(signature):
            return media
    if head[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(head[8:12])
    if head[4:8] == b"ftyp":
        return _boxed(head[8:12], content)
    return _framed(head)


def _boxed(brand: bytes, content: bytes) -> str | None:
    """ISO media boxes: pictures, sound, or film, which is not taken."""
    if brand in HEIC:
        return "image/heic"
    if brand in AUDIO_BRANDS:
        return "audio/mp4"
    sound = brand in EITHER_BRANDS and b"soun" in content and b"vide" not in content
    return "audio/mp4" if sound else None


def _framed(head: bytes) -> str | None:
    """MPEG audio and ADTS, which have no signature but the first bits of a frame."""
    if len(head) < 4 or head[0] != 0xFF or head[1] & 0xE0 != 0xE0:
        return None
    layer, version = head[1] >> 1 & 3, head[1] >> 3 & 3
    if head[1] & 0xF6 == 0xF0:
        return "audio/aac"
    rates = head[2] >> 4 not in (0, 15) and head[2] >> 2 & 3 != 3
    return "audio/mpeg" if layer == 1 and version != 1 and rates else None


def refusal(name: str, content: bytes) -> str | None:
    """Why a file is not taken, with what is; None when it is."""
    shown = plain_name(name)
    if not content:
        return f"“{shown}”是空文件"
    if len(content) > LARGEST:
        return f"“{shown}”超过{LARGEST // 1024 // 1024}兆，请压缩后再传"
    if media_of(content) is None:
        return f"“{shown}”{_really(content)}，只能上传{ALLOWED}"
    return None


def _really(content: bytes) -> str:
    try:
        found = puremagic.from_string(content[:4096])
    except (puremagic.PureError, ValueError):
        return "的格式不认识"
    return f"实际是{found.lstrip('.').upper()}文件" if found else "的格式不认识"


def keep(house: House, files: Iterable[tuple[str, BinaryIO]]) -> tuple[tuple[Kept, ...], list[str]]:
    """Keeps what may be kept of `files` (name and content), each once however often it comes, one in memory
    at a time; and says of the others why not."""
    kept, refused = [], []
    for name, source in files:
        content = source.read(LARGEST + 1)
        if said := refusal(name, content):
            refused.append(said)
            continue
        one = Kept(sha256(content).hexdigest(), plain_name(name), media_of(content) or "", len(content))
        _store(place(house, one.digest), content)
        with house.writing() as connection:
            _insert(connection, one, house.now(), claimed=False)
        _store(place(house, one.digest), content)  # where the night's tidying took it away just before the row
        kept.append(one)
    return tuple(kept), refused


def keep_own(house: House, connection: Connection, media: str, content: bytes) -> str:
    """Keeps a file the house made itself, recorded in a transaction that is open already because what refers to it
    is written there too; its digest."""
    digest = sha256(content).hexdigest()
    _store(place(house, digest), content)
    _insert(connection, Kept(digest, "", media, len(content)), house.now(), claimed=True)
    return digest


def _insert(connection: Connection, one: Kept, now: datetime, claimed: bool) -> None:
    """The row of a file. One that is there begins its time anew."""
    row = {"digest": one.digest, "media": one.media, "size": one.size}
    made = {**row, "created_at": now, "claimed": claimed}
    if not insert_rows(connection, table_of(AttachmentRow), [made], or_leave=True):
        again = update(AttachmentRow).where(AttachmentRow.digest == one.digest)
        known = {"created_at": now, **({"claimed": True} if claimed else {})}
        connection.execute(again.values(known))


def known(house: House, digests: Iterable[str]) -> tuple[Kept, ...]:
    """What is known of `digests`, called by their order; those never kept are left out."""
    wanted = list(dict.fromkeys(digests))
    if not wanted:
        return ()
    columns = (AttachmentRow.digest, AttachmentRow.media, AttachmentRow.size)
    with house.reading() as connection:
        found = connection.execute(select(*columns).where(AttachmentRow.digest.in_(wanted)))
        rows = {row.digest: row for row in found}
    held = [(n, rows[digest]) for n, digest in enumerate(wanted, 1) if digest in rows]
    return tuple(
        Kept(row.digest, f"附件{n}{SUFFIXES.get(row.media, '')}", row.media, row.size) for n, row in held
    )


def place(house: House, digest: str) -> Path:
    """Where the content of a digest lies."""
    assert DIGEST.fullmatch(digest), digest
    return house.settings.data / "attachments" / digest[:2] / digest[2:4] / digest


def _store(file: Path, content: bytes) -> None:
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    draft = file.with_name(f".{file.name}.{token_hex(6)}")
    try:
        with open(draft, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)
    for folder in (file.parent, file.parent.parent, file.parent.parent.parent):  # the names themselves
        held = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(held)
        finally:
            os.close(held)


def answer(house: House, digest: str, held: Sequence[str], name: str = "") -> File:
    """The file as a response, if it is one of those `held` by the case that was asked about; 404 otherwise. It is
    called `name`, or by its place among them. Whatever a browser may think it is, it is shown as what it was judged to be and runs nothing."""
    one = next((one for one in known(house, held) if one.digest == digest), None)
    if one is None:
        raise NotFoundException(detail="没有这个附件")
    policy = "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'"
    framed = one.media == "application/pdf"
    policy += "; frame-ancestors 'self'" if framed else "; frame-ancestors 'none'"
    if not framed:  # the browser's own reader of PDF does not work in a sandbox
        policy += "; sandbox"
    return File(
        path=place(house, digest),
        filename=name or one.name,
        media_type=one.media,
        content_disposition_type="inline",
        headers={
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "SAMEORIGIN" if framed else "DENY",  # a PDF is read in place on the case page
            "Content-Security-Policy": policy,
            "Cache-Control": "private, no-store",
        },
    )


@get("/attachments/{digest:str}", sync_to_thread=True)
def attachment(request: Request[Any, Any, Any], house: House, seat: Seat, digest: str) -> File:
    """A file of a case that `seat` may see; `?case=` is the case's number."""
    number = str(request.query_params.get("case", ""))
    with house.reading() as connection:
        file = load_file(connection, seen_case(connection, seat, number))
    return answer(house, digest, digests(file) if file else ())


def plain_name(name: str) -> str:
    """A file name without folders, control and quoting characters; never empty, at most 100 characters."""
    last = re.split(r"[\\/]", name)[-1]
    clean = re.sub(r"[\x00-\x1f\x7f\"<>|:*?\u200e\u200f\u202a-\u202e\u2066-\u2069]", "", last).strip(". ")
    return clean[-100:] or "附件"


ROUTES: list[Any] = [attachment]
