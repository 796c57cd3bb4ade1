"""A learned model as a file: a zip of a JSON header and flat arrays, with the report of its training in it.

Nothing in it can run. Sizes are checked before anything is unpacked and the digest after, so that a broken or
strange file is refused whole with a sentence; a new one takes the place of the old in one move.
"""

import os
import sys
from array import array
from hashlib import blake2b
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

import msgspec
from msgspec import Struct

from routing.classify import Head, Model, numbered

FORMAT = 1
LARGEST = 64_000_000  # bytes unpacked
HEADER, TOKENS, RARITY, TRIALS = "header.json", "tokens.txt", "rarity.f32", "trials.bin"
DIGEST = 6  # bytes that stand for a message in the trials
_BORN = (1980, 1, 1, 0, 0, 0)  # of every part: the same content is the same file


class ModelError(ValueError):
    """A file that is no model; the message says why in Chinese."""


class ClassReport(Struct, frozen=True, kw_only=True):
    """How one label did where it was held back."""

    label: str
    support: int
    precision: float
    recall: float
    f1: float


class Bin(Struct, frozen=True, kw_only=True):
    """Calibration: of `rows` answers with this mean confidence, the share that was right."""

    rows: int
    confidence: float
    right: float


class HeadReport(Struct, frozen=True, kw_only=True):
    """How one question did on rows the judged model had not seen. `surest` is the accuracy of the surest
    80 %, `miscalibration` the mean distance of confidence and accuracy."""

    name: str
    rows: int
    macro_f1: float
    accuracy: float
    top2: float
    surest: float
    miscalibration: float
    classes: tuple[ClassReport, ...]
    bins: tuple[Bin, ...]
    omitted: tuple[str, ...] = ()


class Report(Struct, frozen=True, kw_only=True):
    """A training: from what, when, how well, and beside which predecessor. `anyway` is the reason
    given for publishing a worse one."""

    source: str
    made: str
    rows: int
    rules: str
    heads: tuple[HeadReport, ...]
    compared: tuple[str, ...] = ()
    anyway: str = ""


class Written(Struct, frozen=True, kw_only=True):
    """A model with what is known of its making. `trials` holds, by head and by message that was held back,
    the label it was then given: a later model is compared on the same messages."""

    model: Model
    report: Report
    trials: dict[str, dict[bytes, str]]


class _HeadShape(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    labels: tuple[str, ...]
    step: float
    bias: tuple[float, ...]
    sharpness: float
    trials: int


class _Shape(Struct, frozen=True, forbid_unknown_fields=True):
    format: int
    version: str
    heads: tuple[_HeadShape, ...]
    report: Report


def fingerprint(title: str, detail: str) -> bytes:
    """What stands for a message in the trials; nobody can read it back."""
    text = "".join(f"{title}\n{detail}".split())
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST).digest()


def version_of(tokens: tuple[str, ...], rarity: "array[float]", heads: dict[str, Head]) -> str:
    """The digest of what a model says."""
    digest = blake2b("\n".join(tokens).encode("utf-8", "surrogatepass"), digest_size=6)
    digest.update(_little(rarity))
    for head in heads.values():
        told = (head.name, head.labels, head.step, head.bias, head.sharpness)
        digest.update(msgspec.json.encode(told) + head.weights)
    return digest.hexdigest()


def dump(written: Written) -> bytes:
    """The file's content; the same model and report give the same bytes."""
    model = written.model
    shapes = tuple(_shape(head, written.trials.get(head.name, {})) for head in model.heads.values())
    header = _Shape(FORMAT, model.version, shapes, written.report)
    parts = {
        HEADER: msgspec.json.format(msgspec.json.encode(header), indent=1),
        TOKENS: "\n".join(model.tokens).encode("utf-8", "surrogatepass"),
        RARITY: _little(model.rarity),
        TRIALS: b"".join(_trials(head, written.trials.get(head.name, {})) for head in model.heads.values()),
    }
    parts |= {f"{n}.u8": head.weights for n, head in enumerate(model.heads.values())}
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as file:
        for name, content in parts.items():
            file.writestr(ZipInfo(name, _BORN), content, ZIP_DEFLATED)
    return out.getvalue()


def save(written: Written, path: Path) -> None:
    """Puts the model at `path` in one move; whoever reads meanwhile reads the old one whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with draft.open("wb") as out:
            out.write(dump(written))
            out.flush()
            os.fsync(out.fileno())
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)


def load(path: Path) -> Written:
    """The model of a file.

    Raises:
        ModelError: it is none, or not whole.
        OSError: it cannot be read.
    """
    try:
        with ZipFile(path) as file:
            if sum(part.file_size for part in file.infolist()) > LARGEST:
                raise ModelError(f"{path.name} 过大，不是本系统的模型")
            parts = {part.filename: file.read(part) for part in file.infolist()}
        return _whole(parts)
    except ModelError:
        raise
    except (BadZipFile, KeyError, ValueError, EOFError, NotImplementedError) as wrong:
        raise ModelError(f"{path.name} 不是本系统的模型，或者已经损坏（{type(wrong).__name__}）") from wrong


def _whole(parts: dict[str, bytes]) -> Written:
    shape = msgspec.json.decode(parts[HEADER], type=_Shape)
    if shape.format != FORMAT:
        raise ModelError(f"模型文件是第{shape.format}版格式，本系统读第{FORMAT}版，请重新训练")
    tokens = tuple(parts[TOKENS].decode("utf-8", "surrogatepass").split("\n"))
    rarity = array("f", parts[RARITY])
    if sys.byteorder == "big":
        rarity.byteswap()
    heads = {}
    for n, one in enumerate(shape.heads):
        heads[one.name] = Head(
            name=one.name, labels=one.labels, weights=parts[f"{n}.u8"], step=one.step, bias=one.bias,
            sharpness=one.sharpness,
        )  # fmt: skip
    sizes = {len(head.weights) == len(tokens) * len(head.labels) for head in heads.values()}
    several = all(len(head.labels) == len(head.bias) > 1 for head in heads.values())
    if sizes != {True} or not several or version_of(tokens, rarity, heads) != shape.version:
        raise ModelError("模型文件的内容与它的校验码不符，已经损坏")
    model = Model(version=shape.version, tokens=tokens, rows=numbered(tokens), rarity=rarity, heads=heads)
    return Written(model=model, report=shape.report, trials=_tried(shape.heads, parts[TRIALS]))


def _shape(head: Head, trials: dict[bytes, str]) -> _HeadShape:
    return _HeadShape(head.name, head.labels, head.step, head.bias, head.sharpness, len(trials))


def _trials(head: Head, trials: dict[bytes, str]) -> bytes:
    numbers = {label: n for n, label in enumerate(head.labels)}
    return b"".join(one + numbers[label].to_bytes(2, "little") for one, label in sorted(trials.items()))


def _tried(heads: tuple[_HeadShape, ...], content: bytes) -> dict[str, dict[bytes, str]]:
    found, at, size = {}, 0, DIGEST + 2
    for head in heads:
        rows = [content[n : n + size] for n in range(at, at + head.trials * size, size)]
        found[head.name] = {
            row[:DIGEST]: head.labels[int.from_bytes(row[DIGEST:], "little")]
            for row in rows
            if len(row) == size
        }
        at += head.trials * size
    return found


def _little(values: "array[float]") -> bytes:
    if sys.byteorder == "big":
        values = array("f", values)
        values.byteswap()
    return values.tobytes()
