"""The container of a case file: a zip whose members are listed with their SHA-256 and whose last 64 bytes, the
zip's comment, are the SHA-256 of all before them, so that no byte of it can change unseen.

Written and read in pieces: a case with hours of recordings needs no more memory than one with none.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from cases import proof

SUMS = "SHA256SUMS"
PIECE = 1 << 16
MOST_JSON = 64 << 20  # bytes of a member that has to be read whole
LINES = 5  # differences told of one file
SEAL = 64
UNREADABLE = (BadZipFile, zlib.error, struct.error, EOFError, OSError, ValueError, LookupError, ArithmeticError,
              RuntimeError, NotImplementedError)  # fmt: skip  # what a zip that was touched may break on


class Pack:
    """Writes one: `put` the members, then `close`. `out` must be readable and seekable."""

    def __init__(self, out: BinaryIO) -> None:
        self.out = out
        self._zip = ZipFile(out, "w", ZIP_DEFLATED)
        self._sums: list[str] = []

    def put(self, name: str, content: Iterable[bytes]) -> None:
        """One member, piece by piece."""
        digest = sha256()
        with self._zip.open(_entry(name), "w") as member:
            for piece in content:
                digest.update(piece)
                member.write(piece)
        self._sums.append(f"{digest.hexdigest()}  {name}\n")

    def close(self) -> str:
        """Writes the list of digests and the seal; the SHA-256 of the whole file."""
        with self._zip.open(_entry(SUMS), "w") as member:
            member.write("".join(self._sums).encode())
        self._zip.comment = b"0" * SEAL
        self._zip.close()
        digest = _digest_of(self.out, self.out.seek(0, 2) - SEAL)
        seal = digest.hexdigest().encode()
        self.out.seek(-SEAL, 2)
        self.out.write(seal)
        digest.update(seal)
        return str(digest.hexdigest())


def _entry(name: str) -> ZipInfo:
    entry = ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    entry.compress_type, entry.external_attr = ZIP_DEFLATED, 0o644 << 16
    return entry


def _digest_of(file: BinaryIO, until: int) -> Any:  # hashlib's own type has no name
    digest = sha256()
    file.seek(0)
    while until > 0 and (piece := file.read(min(PIECE, until))):
        digest.update(piece)
        until -= len(piece)
    return digest


def differences(path: Path) -> Iterator[str]:
    """What is not as it left the house, in whole sentences, the first that can be named first; nothing where all
    is well. Needs nothing but the file."""
    found = 0
    try:
        with ZipFile(path) as archive:
            for difference in _inside(archive):
                found += 1
                yield difference
                if found == LINES:
                    return
    except UNREADABLE as error:
        yield f"不是完整的卷宗压缩包：{error}"
        return
    if not found and not _seal_holds(path):
        yield "压缩包的目录、压缩数据或者封存摘要被改动（内容与清单相符，整包的摘要与末尾64个字符不符）"


def _seal_holds(path: Path) -> bool:
    with path.open("rb") as file:
        size = file.seek(0, 2)
        said = _digest_of(file, size - SEAL).hexdigest().encode()
        return size > SEAL and bool(said == file.read())


def _inside(archive: ZipFile) -> Iterator[str]:
    """The members against the list, then what they say against what follows from the events."""
    names = [entry.filename for entry in archive.infolist()]
    listed = dict(_listed(_whole(archive, SUMS)))
    really: dict[str, str] = {}
    broken = False
    for name in dict.fromkeys((*listed, *names)):
        if name == SUMS and names.count(name) == 1:
            continue
        really[name] = said = _digest(archive, name) if names.count(name) == 1 else "缺失或者重复"
        if said != listed.get(name):
            broken = True
            yield f"{name}：与 {SUMS} 所列的摘要不符" if name in listed else f"{name}：{SUMS} 中没有这个文件"
    if not broken:
        yield from proof.differences(lambda name: _whole(archive, name), really)


def _listed(sums: bytes) -> Iterator[tuple[str, str]]:
    for line in sums.decode().splitlines():
        digest, _, name = line.partition("  ")
        yield name, digest


def _digest(archive: ZipFile, name: str) -> str:
    """The digest of a member, or why it cannot be read."""
    digest = sha256()
    try:
        with archive.open(name) as member:
            while piece := member.read(PIECE):
                digest.update(piece)
    except UNREADABLE as error:
        return str(error)
    return digest.hexdigest()


def _whole(archive: ZipFile, name: str) -> bytes:
    if archive.getinfo(name).file_size > MOST_JSON:
        raise ValueError(f"{name}：超过{MOST_JSON >> 20}兆，不是本系统导出的")
    return archive.read(name)
