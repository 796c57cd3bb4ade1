"""A step's form, drawn from the struct it asks for, and what was typed made into that struct again.

The struct is the only description of a form: types give the control, `Meta` the bounds, the closed list beside
a `Literal` its words. A wrong entry is answered with a sentence beside its field, never with a stack trace.
"""

import re
import sys
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Literal, get_type_hints

import msgspec
from msgspec import Struct, inspect

from cases.calendar import LAST_YEAR
from hotline.office.captions import TITLES, WORDS
from hotline.problems import Problem

Control = Literal["line", "text", "choice", "check", "number", "date", "moment"]
Options = Sequence[tuple[str, str]]
YEARS = range(1900, LAST_YEAR)  # the calendar ends with its last year: nothing can fall due there
LINE = 200  # characters from which a text gets an area and not a line
AREAS = frozenset({"text", "reason", "told", "path", "basis", "part"})
UNDRAWN = frozenset(
    {"party", "version", "rule", "call", "because", "attachments", "from_case", "article", "spoke"}
)  # filled in by machine or own page
PARTED = re.compile(r"[、，,；;\n]+")  # how several names are written in one line
YES = frozenset({"1", "true", "on", "yes", "是"})


class Field(Struct, frozen=True, kw_only=True):
    """One control of a form. `value` is what stands in it, `error` the sentence beside it."""

    name: str
    title: str
    control: Control
    must: bool = False
    hint: str = ""
    options: Options = ()
    value: str = ""
    error: str = ""
    least: int | None = None
    most: int | None = None


def fields_of(
    asks: type[Any] | None,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    offers: Mapping[str, Options] | None = None,
) -> list[Field]:
    """The controls for `asks`. `offers` are options known only now (offices, letters waiting for an answer);
    a field it names is a select. What a machine fills in has no control."""
    typed, errors, offers = typed or {}, errors or {}, offers or {}
    found = []
    for field in _fields(asks):
        drawn = _drawn(asks, field, offers.get(field.encode_name))
        if drawn is not None:
            value = typed.get(drawn.name, drawn.value)
            found.append(msgspec.structs.replace(drawn, value=value, error=errors.get(drawn.name, "")))
    return found


def from_form(asks: type[Any] | None, typed: Mapping[str, str]) -> Any:
    """The facts that were typed into a form; `Problem` names every field that is wrong."""
    given: dict[str, Any] = {}
    for field in _fields(asks):
        name = field.encode_name
        said = str(typed.get(name, "")).strip()
        if said or isinstance(_bare(field.type), inspect.BoolType):
            given[name] = parted(asks, name, said)
    return from_values(asks, given)


def parted(asks: type[Any] | None, name: str, said: str) -> Any:
    """What was typed into one control, as plain values: a tick, several names parted, else the words."""
    kind = next(_bare(field.type) for field in _fields(asks) if field.encode_name == name)
    if isinstance(kind, inspect.BoolType):
        return said.casefold() in YES
    if isinstance(kind, inspect.VarTupleType):
        return [part.strip() for part in PARTED.split(said) if part.strip()]
    return said


def typed_of(facts: Any) -> dict[str, str]:
    """Facts as their controls hold them, by field."""
    return {} if facts is None else {name: _held(getattr(facts, name)) for name in facts.__struct_fields__}


def _held(value: Any) -> str:
    if value is None or isinstance(value, bool):
        return "1" if value else ""
    if isinstance(value, tuple):
        return "、".join(map(str, value))
    return value.isoformat() if isinstance(value, date | datetime) else str(value)


def from_values(asks: type[Any] | None, given: Mapping[str, Any]) -> Any:
    """The facts that JSON (or a form, made plain) gives; `Problem` names every field that is wrong."""
    if asks is None:
        return None
    fields = {field.encode_name: field for field in _fields(asks)}
    hints = get_type_hints(asks, include_extras=True)
    errors = {name: "没有这个字段" for name in given if name not in fields}
    values: dict[str, Any] = {}
    for name, field in fields.items():
        if name not in given:
            if field.required:
                errors[name] = should_be(asks, field, "")
            continue
        try:
            values[field.name] = msgspec.convert(given[name], hints[field.name], strict=False)
        except msgspec.ValidationError:
            errors[name] = should_be(asks, field, given[name])
            continue
        if isinstance(values[field.name], date) and values[field.name].year not in YEARS:
            errors[name] = f"应在{YEARS[0]}年至{YEARS[-1]}年之间"
    if errors:
        raise Problem("填写的内容有误，请看各栏的提示", errors)
    try:
        return asks(**values)
    except ValueError as wrong:  # what its fields may not be together
        raise Problem(str(wrong), {}) from None


def options_of(asks: type[Any], values: Sequence[Any]) -> list[tuple[str, str]]:
    """A closed list with its words: the table beside the struct that has just these keys."""
    module = vars(sys.modules[asks.__module__]).values()
    keys = {str(value) for value in values} - {""}  # nothing chosen is no choice of its own
    titles = next((found for found in module if isinstance(found, dict) and set(found) == keys), {})
    return [(str(value), str(titles.get(value) or WORDS.get(str(value), value))) for value in values if value != ""]


def title_of(asks: type[Any], name: str) -> str:
    """What a field is called on forms and in the history; its own name where nobody has named it."""
    own = next((_titled(field.type) for field in _fields(asks) if field.encode_name == name), "")
    return own or TITLES.get(f"{asks.__name__}.{name}") or TITLES.get(name) or name


def should_be(asks: type[Any], field: inspect.Field, given: Any) -> str:
    """What would be right in `field`, in a sentence."""
    kind = _bare(field.type)
    if field.required and given in ("", None):
        return "请填写" if not isinstance(kind, inspect.LiteralType) else "请从列表中选择一项"
    if isinstance(kind, inspect.LiteralType):
        return "请从列表中选择：" + "、".join(title for _, title in options_of(asks, kind.values))
    if isinstance(kind, inspect.IntType):
        bounded = kind.ge is not None and kind.le is not None
        return f"应为{kind.ge}至{kind.le}的整数" if bounded else "应为整数"
    if isinstance(kind, inspect.DateType):
        return "应为日期，例如2026-11-23"
    if isinstance(kind, inspect.DateTimeType):
        return "应为带时区的日期和时间，例如2026-11-23T09:30:00+08:00"
    if isinstance(kind, inspect.StrType) and isinstance(given, str):
        least, most = kind.min_length or 0, kind.max_length
        return f"至少{least}个字" if len(given) < least else f"最多{most}个字，现有{len(given)}个字"
    return "填写的内容不合要求"


def _fields(asks: type[Any] | None) -> Sequence[inspect.Field]:
    if asks is None:
        return ()
    described = inspect.type_info(asks)
    assert isinstance(described, inspect.StructType), "facts are structs"
    return described.fields


def _titled(kind: inspect.Type) -> str:
    return str((kind.extra_json_schema or {}).get("title", "")) if isinstance(kind, inspect.Metadata) else ""


def _bare(kind: inspect.Type) -> inspect.Type:
    """The type itself: without its metadata, and of `X | None` the X."""
    if isinstance(kind, inspect.Metadata):
        return _bare(kind.type)
    if isinstance(kind, inspect.UnionType):
        rest = [_bare(one) for one in kind.types if not isinstance(one, inspect.NoneType)]
        return rest[0] if len(rest) == 1 else kind
    return kind


def _drawn(asks: Any, field: inspect.Field, offered: Options | None) -> Field | None:
    kind, name = _bare(field.type), field.encode_name
    control, options = _control(asks, kind, name, offered)
    if control is None or name in UNDRAWN:
        return None
    least, most, hint = _bounds(kind)
    return Field(
        name=name,
        title=title_of(asks, name),
        control=control,
        must=field.required and control != "check",
        hint=hint,
        options=options,
        value=_default(field),
        least=least,
        most=most,
    )


def _control(
    asks: Any, kind: inspect.Type, name: str, offered: Options | None
) -> tuple[Control | None, Options]:
    if offered is not None:
        return "choice", offered
    if isinstance(kind, inspect.LiteralType):
        return "choice", options_of(asks, kind.values)
    if isinstance(kind, inspect.StrType):
        area = name in AREAS or (kind.max_length or 0) > LINE
        return ("text" if area else "line"), ()
    if isinstance(kind, inspect.VarTupleType) and isinstance(_bare(kind.item_type), inspect.StrType):
        return "line", ()
    plain: dict[type[inspect.Type], Control] = {
        inspect.BoolType: "check",
        inspect.IntType: "number",
        inspect.DateType: "date",
        inspect.DateTimeType: "moment",
    }
    return plain.get(type(kind)), ()


def _bounds(kind: inspect.Type) -> tuple[int | None, int | None, str]:
    if isinstance(kind, inspect.IntType):
        told = f"{kind.ge}至{kind.le}" if kind.ge is not None and kind.le is not None else ""
        return kind.ge, kind.le, told
    if isinstance(kind, inspect.StrType):
        told = f"不超过{kind.max_length}字" if kind.max_length and kind.max_length <= LINE else ""
        return kind.min_length, kind.max_length, told
    if isinstance(kind, inspect.VarTupleType):
        return None, None, "多项用顿号分开"
    return None, None, ""


def _default(field: inspect.Field) -> str:
    value = field.default
    return "" if value is msgspec.NODEFAULT or isinstance(value, tuple) else _held(value)
