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
    *(("func", name) for name in ("now", "current_timestamp", "current_date", "current_time", "localtimestamp")),
    *(("functions", name) for name in ("now", "current_timestamp", "current_date", "current_time", "localtimestamp")),
}
ENVIRONMENT = {("os", "environ"), ("os", "environb"), ("os", "getenv")}
SQL_CLOCK = re.compile(r"\b(current_timestamp|current_date|localtimestamp)\b|'now'", re.IGNORECASE)
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
MACHINE_PATH = re.compile(r"(^|[^A-Za-z0-9_./-])/(work|root|farm)/[a-z.]", re.MULTILINE)
FOREIGN = re.compile(
    r"(<(script|link|img|iframe|source|video|audio|embed|object|image|use)\b[^>]*\b(src|srcset|href|data)\s*=\s*"
    r"|@import\s|\burl\()\s*[\"']?\s*(https?:)?//",
    re.IGNORECASE,
)
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


def _texts() -> Iterator[tuple[str, str]]:
    for name in _kept():
        data = (HOUSE / name).read_bytes()
        if b"\0" not in data[:8000]:
            yield name, data.decode("utf-8", "replace")


def _nodes(rooms: dict[str, ast.Module], *kinds: type[ast.AST]) -> Iterator[tuple[str, ast.AST]]:
    for name, tree in rooms.items():
        for node in ast.walk(tree):
            if isinstance(node, kinds):
                yield name, node


def _matching(pattern: re.Pattern[str]) -> Iterator[str]:
    for name, text in _texts():
        for found in pattern.finditer(text):
            yield f"{name}:{text.count(chr(10), 0, found.end()) + 1} {' '.join(found[0].split())[:80]}"


def _none(found: Iterator[str]) -> None:
    violations = list(found)
    assert not violations, "\n" + "\n".join(violations)


def _dotted(node: ast.AST) -> tuple[str, ...]:
    if isinstance(node, ast.Name):
        return (node.id,)
    return (*_dotted(node.value), node.attr) if isinstance(node, ast.Attribute) else ()


def _spelt_out(tree: ast.Module) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every dotted name and every name taken in, with its line, by what it is and not by what it is called here."""
    called: dict[str, tuple[str, ...]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            called |= {a.asname: tuple(a.name.split(".")) for a in node.names if a.asname}
        elif isinstance(node, ast.ImportFrom):
            for a in node.names:
                called[a.asname or a.name] = whole = (*(node.module or "").split("."), a.name)
                yield node.lineno, whole
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and (dotted := _dotted(node)):
            yield node.lineno, (*called.get(dotted[0], dotted[:1]), *dotted[1:])


def _clocks(tree: ast.Module) -> Iterator[str]:
    for line, name in _spelt_out(tree):
        if name[-2:] in WALL_CLOCK:
            yield f"{line} reads the clock: {'.'.join(name)}"
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and SQL_CLOCK.search(node.value):
            yield f"{node.lineno} has the database read the clock"


def _environment(tree: ast.Module) -> Iterator[str]:
    return (f"{line} reads the environment" for line, name in _spelt_out(tree) if name[:2] in ENVIRONMENT)


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
    _none(f"{name}:{found}" for name, tree in BELOW_THE_DOOR.items() for found in _clocks(tree))


def test_the_environment_is_read_in_one_place() -> None:
    rooms = ((name, tree) for name, tree in ROOMS.items() if name not in READS_ENVIRONMENT)
    _none(f"{name}:{found}" for name, tree in rooms for found in _environment(tree))


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


@pytest.mark.parametrize("line", ["see https://" + "pypi" + ".org/x", "cd " + "/" + "work/main", "x\n/" + "root/x"])
def test_the_rules_above_can_fail(line: str) -> None:
    assert HOSTS.search(line) or MACHINE_PATH.search(line)


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import datetime as _dt\n_dt.now()",
        "import datetime as d\nd.datetime.utcnow()",
        "import datetime\ndatetime.date.today()",
        "from time import time as t",
        "import time as t\nt.time_ns()",
        "from sqlalchemy import func\nfunc.now()",
        "from sqlalchemy import func as f\nx = [f.current_timestamp()]",
        "import sqlalchemy as sa\nsa.func.now()",
        "from sqlalchemy.sql.functions import now as moment",
        "text('SELECT current_timestamp')",
        "text(\"SELECT datetime('now')\")",
    ],
)
def test_a_clock_is_found_whatever_it_is_called(source: str) -> None:
    assert list(_clocks(ast.parse(source)))


@pytest.mark.parametrize(
    "source", ["import os\nos.environ['X']", "import os as o\no.getenv('X')", "from os import environ as e\ne['X']"]
)
def test_the_environment_is_found_whatever_it_is_called(source: str) -> None:
    assert list(_environment(ast.parse(source)))


def test_what_only_looks_like_the_clock_is_none() -> None:
    for source in ("from datetime import datetime, time\ndatetime.combine(day, time())", "house.now()", "now = attempt.now"):
        assert not list(_clocks(ast.parse(source)))


@pytest.mark.parametrize(
    "page",
    [
        '<script src="ht' + 'tps://x.example/a.js">',
        "<script\n  defer\n  src=/" + "/x.example/a.js>",
        '<img alt="" src = "ht' + 'tp://x.example/a.png">',
        '@import url("ht' + 'tps://x.example/a.css");',
        "@import '/" + "/x.example/a.css';",
        "a { background: url(\n  ht" + "tps://x.example/a.png) }",
    ],
)
def test_what_loads_from_elsewhere_is_found_on_whatever_lines(page: str) -> None:
    assert FOREIGN.search(page)


@pytest.mark.parametrize("page", ['<a href="ht' + 'tps://x.example/">', "a { background: url(/static/a.png) }", "<script>1</script>"])
def test_a_link_or_what_is_our_own_loads_nothing_from_elsewhere(page: str) -> None:
    assert not FOREIGN.search(page)
