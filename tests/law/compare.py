"""A table of limits beside ours: `python -m tests.law.compare LIMITS.yaml` prints every difference between such a file
and `hotline law --json` with its explanation, and fails where one has none. The file stays where it is.
"""

import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]
from click.testing import CliRunner

from hotline.calendar.law import law

Difference = tuple[str, str, Any, Any]  # limit, field, theirs, ours
EXCUSED = "要扣除的日子是申请书里的事实（excused），逐段写明首日、末日和事由，不是停止计时的步骤"
COURTS = "耽误的期间由人民法院（赔偿义务机关）认定，不在机关的案卷里停止计时；`hotline due --excluded` 可以扣除"
CITY = "没有核实到条文和数字，是城市自己的规则（hotline/city/rules.toml），有施行日期，可以改"
EXPLAINED: dict[tuple[str, str], str] = {
    ("*", "second_source"): "期限只写数字所在的那部文书；另一部说明起算或者限缩，写在定义旁的注释里",
    ("ar.apply.general", "pauses"): EXCUSED,
    ("ar.apply.uninformed", "pauses"): EXCUSED,
    ("ar.apply.after_duty", "pauses"): EXCUSED,
    ("al.sue.direct", "pauses"): COURTS,
    ("sc.apply", "pauses"): COURTS,
    **{("md.admin.hunan", field): CITY for field in ("length", "unit", "article", "in_force", "extendable")},
}
FAMILIES = frozenset({"ar", "xf", "al", "md", "gi", "sc"})


def ours() -> dict[str, dict[str, Any]]:
    """What `hotline law --json` prints, by id."""
    done = CliRunner().invoke(law, ["--json"])
    assert done.exit_code == 0, done.output
    return {row["id"]: row for row in json.loads(done.output)}


def theirs(path: Path) -> dict[str, dict[str, Any]]:
    """The limits of the file, by id."""
    return {row["id"]: row for row in yaml.safe_load(path.read_text("utf-8"))["deadlines"]}


def differences(path: Path) -> Iterator[Difference]:
    """Every field in which the two say something else, in the order of the file."""
    known = ours()
    for name, row in theirs(path).items():
        own = known.get(name)
        if own is None:
            yield name, "missing", row["length"], None
            continue
        for field, wanted, found in _pairs(row, own):
            if wanted != found:
                yield name, field, wanted, found


def _pairs(row: dict[str, Any], own: dict[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    more, extension = row["extendable"], own["extension"]
    yield "length", row["length"], own["length"]
    yield "unit", row["unit"], own["unit"]
    yield "direction", row["direction"], own["direction"]
    yield "first_day_counted", row["first_day_counted"], own["first_day_counted"]
    first, second = _sources(row["article"])
    yield "article", first, _sources(own["article"])[0]
    yield "second_source", second, ""
    since = row["instrument"].get("in_force")
    yield "in_force", None if since == "unknown" else since, own["in_force"]
    yield "soft", row["soft_limit"], own["soft"]
    yield "verified", row["verified"].split()[0], own["verified"]
    if row["unit"] != "working_day":  # whose last day is never a day of rest
        yield "rolls", row["rolls_forward_over_rest_days"], own["rolls"]
    yield "extendable", more["possible"], extension is not None
    if more["possible"] and extension:
        yield "extension", (more["length"], more["unit"]), (extension["length"], extension["unit"])
    if own["procedure"]:
        yield "pauses", bool(row["excluded_or_suspending"]), bool(own["pauses"])


def _sources(article: str) -> tuple[str, str]:
    """The places in the limit's own instrument, and those in another one, which begin with its sign."""
    plain = re.sub(r"[（(](?:article|条号)[^）)]*[）)]", "", str(article)).translate(str.maketrans("[]；;+", "(),,,"))
    plain = re.sub(r"\s", "", plain)
    if not re.match(r"\d", plain):  # no article that anybody has seen
        return ("" if plain in ("-", "post-incidentreport", "事后报告") else plain), ""
    own, *other = re.split(r",(?=[A-Z])", plain, maxsplit=1)
    return own, "".join(other)


def main(path: Path) -> int:
    """Prints the comparison; 1 where a difference has no explanation."""
    known, found = theirs(path), list(differences(path))
    scope = [name for name in known if name.split(".")[0] in FAMILIES]
    bare = [(name, field) for name, field, _, _ in found if not explanation(name, field)]
    for name, field, wanted, own in found:
        print(f"{name} {field}: {wanted!r} ≠ {own!r}  {explanation(name, field) or '没有说明'}")
    print(f"{len(known)}项期限，其中{len(scope)}项属于各程序的门类；{len(found)}处不同，{len(bare)}处没有说明")
    return 1 if bare else 0


def explanation(name: str, field: str) -> str:
    """Why the two differ there, or empty."""
    return EXPLAINED.get((name, field), "") or EXPLAINED.get(("*", field), "")


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
