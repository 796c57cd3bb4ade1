"""What there is to translate: methods of extraction for Babel, and the catalogues written anew from them.

Texts are sorted by file and carry neither line nor date, so that a change of code is no change of catalogue.
"""

import ast
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from pathlib import Path
from typing import IO, Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2 import Environment

from cases.letter_kinds import KINDS
from hotline.english.catalogue import DOMAINS, FOLDER, read
from hotline.english.runs import CHINESE, Run, cut, literals

HOUSE = Path(__file__).parent.parent.parent
Found = Iterator[tuple[int, str | None, str, list[str]]]

APART = (  # what no page shows: terminals, logs, letters and messages that go out in Chinese, words that are matched
    "hotline/__main__.py", "hotline/commands", "hotline/calendar/due.py", "hotline/calendar/law.py", "hotline/logs.py",
    "hotline/seed.py", "hotline/sign_ins.py", "hotline/law_rooms/law_seed.py", "hotline/texts.py", "hotline/settings.py", "hotline/schema.py",
    "hotline/csv_rows.py",
    "hotline/imports.py",
    "hotline/migrate.py", "hotline/migrations", "hotline/embedded.py", "hotline/export/words.py",
    "hotline/english", "hotline/commands/message_sheets.py", "cases/law.py", "cases/letters.py", "cases/letter_kinds", "cases/proof.py",
    "cases/dossier.py", "cases/privacy.py", "cases/rebuild.py", "cases/indexing.py", "cases/checks",
    "hotline/figures/recount.py", "routing/words.py", "routing/asked.py",
    "routing/duplicates.py", "routing/topic_names.py", "hotline/up.py",
)  # fmt: skip
_KEEPS = frozenset({"compile", "option", "argument", "echo", "getLogger", "info", "warning", "error", "startswith"})
_KEEPS |= {"endswith", "removesuffix", "removeprefix", "partition", "rpartition", "split", "replace", "strip", "find"}
_UNSHOWN = frozenset({"SAMPLE", "IDLE", "FONT", "BODY", "_EVERYWHERE", "_OFFICES", "_BEFORE"})  # constants of such
_FOREIGN = ("{{{{", "仿宋", "<<<<<<<", ">>>>>>>", "\u3000\u3000")  # templates of papers, marks of a conflict
_NAMED = re.compile(r'name = "([^"]+)"')
_ENVIRONMENT = Environment(trim_blocks=True, lstrip_blocks=True, autoescape=True)


def templates(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's method for pages: each run and each text inside `{{ … }}`."""
    stream = _ENVIRONMENT.lexer.tokenize(source.read().decode("utf-8"))
    for piece in cut(stream):
        if isinstance(piece, Run) and CHINESE.search(piece.message):
            yield piece.line, None, piece.message, []
        for group in piece.variables if isinstance(piece, Run) else [piece]:
            for _, token in literals(group):
                if CHINESE.search(token.value):
                    yield token.lineno, None, token.value, []


def code(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's method for Python: each text with Chinese in it that is neither docstring nor compared."""
    text = source.read().decode("utf-8")
    lines = frozenset(n for n, line in enumerate(text.splitlines(), 1) if CHINESE.search(line))
    for line, message in _texts(ast.parse(text), lines):
        if CHINESE.search(message) and not any(sign in message for sign in _FOREIGN):
            yield line, None, message, []


def _texts(node: ast.AST, lines: frozenset[int]) -> Iterator[tuple[int, str]]:
    """The texts below `node`; only `lines` have Chinese, so that the rest need not be walked."""
    if isinstance(node, ast.stmt) and lines.isdisjoint(range(node.lineno, (node.end_lineno or 0) + 1)):
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value.replace("{", "{{").replace("}", "}}")
    elif isinstance(node, ast.JoinedStr):
        yield node.lineno, pattern(node)
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value, lines)
    elif not isinstance(node, ast.Compare | ast.MatchValue):
        for child in _children(node):
            yield from _texts(child, lines)


def _children(node: ast.AST) -> Iterable[ast.AST]:
    """What below `node` may be shown."""
    kept = list(ast.iter_child_nodes(node))
    if isinstance(node, ast.Call) and getattr(node.func, "attr", getattr(node.func, "id", "")) in _KEEPS:
        return []
    if isinstance(node, ast.Assign) and not _UNSHOWN.isdisjoint(_names(node.targets)):
        return []
    if isinstance(node, ast.keyword) and node.arg == "font":
        return []
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and ast.get_docstring(node):
        kept.remove(node.body[0])
    return kept


def _names(targets: Iterable[ast.AST]) -> set[str]:
    """The names that an assignment gives."""
    return {name.id for target in targets for name in ast.walk(target) if isinstance(name, ast.Name)}


def titles(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's method for texts that go out in Chinese, letters and short messages: only their names are shown."""
    for node in ast.walk(ast.parse(source.read())):
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Wording" and node.args:
            for line, message in _texts(node.args[0], frozenset()):
                yield line, None, message, []


def holidays(source: IO[bytes], keywords: Any, comment_tags: Any, options: Any) -> Found:
    """Babel's method for the table of holidays: their names are shown as reasons."""
    for line, text in enumerate(source.read().decode("utf-8").splitlines(), 1):
        for name in _NAMED.findall(text):
            yield line, None, name, []


def pattern(node: ast.JoinedStr) -> str:
    """An f-string as a message: {0}, {1} … for what is put in."""
    made, n = "", 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            made += str(part.value).replace("{", "{{").replace("}", "}}")
        else:
            made += f"{{{n}}}"
            n += 1
    return made


def found() -> dict[str, dict[str, list[str]]]:
    """Every message there is, by domain, with the files it stands in."""
    made: dict[str, dict[str, list[str]]] = {domain: {} for domain in DOMAINS}
    for file in sorted(HOUSE.glob("hotline/pages/**/*.html")):
        _note(made["pages"], file, templates)
    for package, domain in {"hotline": "hotline", "cases": "cases", "routing": "routing", "mediation": "routing"}.items():
        for file in sorted(HOUSE.glob(f"{package}/**/*.py")):
            if not file.relative_to(HOUSE).as_posix().startswith(APART):
                _note(made[domain], file, code)
    _note(made["hotline"], HOUSE / "hotline" / "texts.py", titles)
    _note(made["cases"], HOUSE / "cases" / "holidays.toml", holidays)
    for kind in chain.from_iterable(KINDS.values()):
        made["cases"].setdefault(kind.title, ["cases/letter_kinds/__init__.py"])
    return made


def _note(messages: dict[str, list[str]], file: Path, method: Any) -> None:
    name = file.relative_to(HOUSE).as_posix()
    for _, message, *_ in extract(method, io.BytesIO(file.read_bytes())):
        files = messages.setdefault(str(message), [])
        if name not in files:
            files.append(name)


def update(given: Mapping[str, str] | None = None) -> dict[str, tuple[int, int]]:
    """Writes the catalogues anew with what is known, and `given`; tells how many of how many are translated."""
    there, told = {domain: read(domain) for domain in DOMAINS}, {}
    known = {str(entry.id): str(entry.string) for one in there.values() for entry in one if entry.id and entry.string}
    for domain, messages in found().items():
        mine, made = there[domain], Catalog(locale="en")
        for message, files in messages.items():
            before: Message | None = mine.get(message)
            kept = (given or {}).get(message) or str(before.string if before else "") or known.get(message, "")
            made.add(message, kept, locations=[(name, 0) for name in files])
        _write(domain, made)
        told[domain] = (sum(bool(entry.string) for entry in made if entry.id), len(messages))
    return told


def _write(domain: str, catalogue: Catalog) -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{domain}.po").open("wb") as target:
        write_po(target, catalogue, width=0, omit_header=True, sort_by_file=True, include_lineno=False)


def missing(there: Mapping[str, Iterable[str]]) -> dict[str, list[str]]:
    """What of `there` has no English yet, by domain."""
    told: dict[str, list[str]] = {}
    for domain, messages in there.items():
        known = {str(entry.id) for entry in read(domain) if entry.id and entry.string}
        told[domain] = [message for message in messages if message not in known]
    return told
