"""The house rules as tests: what may stand where, how long it may be, what it may not touch.

Style is a test, so that no reader has to be the one who says it. Each violation comes with file and line.
Columns, imports' order and complexity are ruff's.
"""

import ast
import importlib
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

import pytest
from sqlalchemy import create_engine, inspect
from sqlalchemy.pool import NullPool

from cases.search_tables import APART
from hotline import migrate

HOUSE = Path(__file__).parent.parent
PACKAGES = ("hotline", "cases", "mediation", "routing")
TOP = {*PACKAGES, "tests", "pyproject.toml", "README.md"}
INSISTED = {"Makefile", "requirements.lock", "requirements-test.lock", ".ci", ".gitignore"}  # by tools
BANNED_ROOMS = {"utils", "helpers", "services", "managers", "base", "common", "misc"}
BANNED_SUFFIXES = ("Service", "Manager", "Repository", "DTO", "Factory", "Impl")
READS_ENVIRONMENT = {"hotline/settings.py", "hotline/__main__.py"}
WALL_CLOCK = {
    ("datetime", "now"), ("datetime", "utcnow"), ("datetime", "today"), ("date", "today"),
    ("time", "time"), ("time", "time_ns"), ("time", "localtime"), ("time", "gmtime"),
}
# Spelt in halves, so that this file does not name what it forbids.
HOSTS = re.compile(
    "|".join(
        left + re.escape(right)
        for left, right in (
            ("pypi", ".org"), ("python" + "hosted", ".org"), ("registry.npm", "js"), ("registry.yarn", "pkg"),
            ("deb.debian", ".org"), ("cdn.js", "delivr"), ("unpkg", ".com"), ("cdn", "js.cloudflare"),
        )
    )
)
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_./-])/(work|root|farm)/[a-z.]")
FOREIGN = re.compile(r"<(script|link|img|iframe)\b[^>]*\b(src|href)=[\"']?(https?:)?//", re.IGNORECASE)
ARQ_HOOKS = {"on_startup", "on_shutdown", "on_job_start", "on_job_end"}  # arq calls these; they are no jobs


def _rooms(*packages: str) -> Iterator[tuple[str, ast.Module]]:
    for package in packages:
        for file in sorted((HOUSE / package).rglob("*.py")):
            name = file.relative_to(HOUSE).as_posix()
            if "/migrations/versions/" not in name:
                yield name, ast.parse(file.read_text("utf-8"))


ROOMS = dict(_rooms(*PACKAGES))
BELOW_THE_DOOR = {name: tree for name, tree in ROOMS.items() if not name.startswith("hotline/")}


def _kept() -> list[str]:
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=HOUSE, capture_output=True, check=True, text=True,
    )
    return sorted(name for name in set(listed.stdout.split("\0")) if name and (HOUSE / name).is_file())


def _lines() -> Iterator[tuple[str, int, str]]:
    for name in _kept():
        data = (HOUSE / name).read_bytes()
        if b"\0" not in data[:8000]:
            for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
                yield name, number, line


def _nodes(rooms: dict[str, ast.Module], *kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in rooms.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield name, node


def _matching(pattern: re.Pattern[str]) -> Iterator[str]:
    return (f"{name}:{at} {line.strip()[:80]}" for name, at, line in _lines() if pattern.search(line))


def _none(found: Iterator[str]) -> None:
    violations = list(found)
    assert not violations, "\n" + "\n".join(violations)


def _dotted(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    return (*_dotted(node.value), node.attr) if isinstance(node, ast.Attribute) else ()


def test_only_the_allowed_names_stand_at_the_top() -> None:
    assert {name.partition("/")[0] for name in _kept()} <= TOP | INSISTED


def test_imports_go_one_way_and_rules_stay_pure() -> None:
    lint = Path(sys.executable).with_name("lint-imports")
    done = subprocess.run([lint, "--no-cache"], cwd=HOUSE, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_functions_are_short_and_ask_for_little() -> None:
    def long() -> Iterator[str]:
        for name, node in _nodes(ROOMS, ast.FunctionDef, ast.AsyncFunctionDef):
            assert isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
            length = (node.end_lineno or node.lineno) - node.lineno + 1
            if length > 40:
                yield f"{name}:{node.lineno} {node.name} has {length} lines, 40 is the most"
            asked = [a.arg for a in chain(node.args.posonlyargs, node.args.args, node.args.kwonlyargs)]
            asked += [a.arg for a in (node.args.vararg, node.args.kwarg) if a]
            count = len(asked) - (asked[:1] in (["self"], ["cls"]))
            if count > 6:
                yield f"{name}:{node.lineno} {node.name} asks for {count} things, 6 is the most"

    _none(long())


def test_files_are_at_most_300_lines() -> None:
    sizes = {name: len((HOUSE / name).read_text("utf-8").splitlines()) for name in ROOMS}
    _none(f"{name}:{size} is more than 300 lines: two rooms" for name, size in sizes.items() if size > 300)


def test_names_say_what_a_thing_is() -> None:
    def vague() -> Iterator[str]:
        for name in ROOMS:
            for part in Path(name).with_suffix("").parts:
                if part.strip("_") in BANNED_ROOMS:
                    yield f"{name}:1 {part!r} says nothing"
        for name, node in _nodes(ROOMS, ast.ClassDef):
            assert isinstance(node, ast.ClassDef)
            if node.name.endswith(BANNED_SUFFIXES):
                yield f"{name}:{node.lineno} {node.name} ends in ceremony"

    _none(vague())


def test_every_room_says_what_it_is_for() -> None:
    _none(f"{name}:1 has no docstring" for name, tree in ROOMS.items() if not ast.get_docstring(tree))


def test_nothing_catches_everything() -> None:
    def greedy() -> Iterator[str]:
        for name, node in _nodes(ROOMS, ast.ExceptHandler):
            assert isinstance(node, ast.ExceptHandler)
            caught = node.type.elts if isinstance(node.type, ast.Tuple) else [node.type]
            for kind in caught:
                if kind is None or _dotted(kind)[-1:] in (("Exception",), ("BaseException",)):
                    yield f"{name}:{node.lineno} catches everything"

    _none(greedy())


def test_no_wall_clock_below_the_door() -> None:
    def looks() -> Iterator[str]:
        for name, node in _nodes(BELOW_THE_DOOR, ast.Attribute):
            assert isinstance(node, ast.Attribute)
            if _dotted(node)[-2:] in WALL_CLOCK:
                yield f"{name}:{node.lineno} reads the clock: {'.'.join(_dotted(node))}"
        for name, node in _nodes(BELOW_THE_DOOR, ast.ImportFrom):
            assert isinstance(node, ast.ImportFrom)
            if node.module == "time" and {a.name for a in node.names} & {moment for _, moment in WALL_CLOCK}:
                yield f"{name}:{node.lineno} takes the clock in"

    _none(looks())


def test_the_environment_is_read_in_one_place() -> None:
    def reads() -> Iterator[str]:
        for name, node in _nodes(ROOMS, ast.Attribute, ast.ImportFrom):
            if name in READS_ENVIRONMENT:
                continue
            assert isinstance(node, ast.Attribute | ast.ImportFrom)
            taken = [a.name for a in node.names] if isinstance(node, ast.ImportFrom) else [node.attr]
            owner = node.module if isinstance(node, ast.ImportFrom) else ".".join(_dotted(node.value))
            if owner == "os" and {"environ", "getenv", "environb"} & set(taken):
                yield f"{name}:{node.lineno} reads the environment"

    _none(reads())


def test_no_registry_host_is_named() -> None:
    _none(_matching(HOSTS))


def test_no_path_of_one_machine_is_named() -> None:
    _none(_matching(MACHINE_PATH))


def test_no_page_loads_from_elsewhere() -> None:
    _none(_matching(FOREIGN))


def test_every_job_is_listed() -> None:
    worker = importlib.import_module("hotline.worker")
    written = {
        node.name
        for node in ROOMS["hotline/worker.py"].body
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and [a.arg for a in node.args.args[:1]] == ["ctx"]
        and node.name not in ARQ_HOOKS
    }
    listed = [getattr(job, "__name__", None) or job.name for job in worker.JOBS]
    assert sorted(listed) == sorted(written)


def test_migrations_lead_up_and_down_and_up_again(empty_database_url: str) -> None:
    url = empty_database_url
    assert migrate.pending(url)
    for _ in range(2):
        migrate.upgrade(url)
        assert not migrate.pending(url)
        assert migrate.differences(url) == []
        migrate.downgrade(url, "base")
        assert _tables(url) == set()
    migrate.upgrade(url)
    assert _tables(url) == {*migrate.metadata().tables, APART}


def _tables(url: str) -> set[str]:
    with create_engine(url, poolclass=NullPool).connect() as connection:
        found = set(inspect(connection).get_table_names()) - {"alembic_version"}
    return {name for name in found if not name.startswith(f"{APART}_")}  # what FTS5 keeps for its index


@pytest.mark.parametrize("line", ["see https://" + "pypi" + ".org/x", "cd " + "/" + "work/main"])
def test_the_rules_above_can_fail(line: str) -> None:
    assert HOSTS.search(line) or MACHINE_PATH.search(line)
