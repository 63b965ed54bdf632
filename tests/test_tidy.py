"""The tree keeps to the house style: sizes, names, shapes; each check is shown to fire."""

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
TREES = ("src", "bench", "tests")
LINES_MAX, FUNCTION_LINES_MAX = 300, 50
PARAMETERS_MAX, POSITIONAL_MAX = 6, 2
ARCHITECTURE = frozenset(
    (
        *("engine", "intake", "invoice", "match", "pipeline"),
        *("rate", "reference", "report", "serve", "store"),
    )
)
VAGUE_NAMES = frozenset(
    (
        *("utils", "util", "helpers", "helper", "common", "manager", "managers"),
        *("handler", "handlers", "data", "info", "service", "services"),
    )
)
INEXACT = frozenset(("float", "round"))
TEXT_ENDINGS = frozenset((".py", ".sql", ".toml", ".html", ".css", ".mako"))
NOT_OURS = frozenset(("__pycache__", "vendor", "samples"))
MIGRATIONS = ROOT / "src/tieout/store/migrations/versions"
# recomputes a certificate for an auditor: it must not import tieout, and so not tieout.money
RECOMPUTE = tuple(ROOT / "bench" / f"{name}.py" for name in ("recompute", "recompute_records"))

# the framework calls what stands under these and so decides its parameters
FRAMEWORK_DECORATORS = frozenset(
    (
        *("command", "group", "option", "argument", "pass_obj", "pass_context"),  # click
        *("get", "post", "put", "patch", "delete", "head", "options", "api_route"),  # FastAPI
        *("exception_handler", "middleware", "websocket"),
        *("field_validator", "model_validator", "field_serializer", "model_serializer"),  # pydantic
    )
)

# methods of the storages of `limits`, which it calls by position
FRAMEWORK_METHODS = frozenset(("acquire_entry", "get_moving_window", "incr"))

Function = ast.FunctionDef | ast.AsyncFunctionDef
Check = Callable[[str], Iterator[str]]
# what SQL may hold beside statements: text, quoted names, comments
SQL_ASIDES = re.compile(r"'(?:[^']|'')*'|\"[^\"]*\"|--[^\n]*|/\*.*?\*/", re.DOTALL)


def over_long_module(text: str) -> Iterator[str]:
    """Complain about a module of more than 300 lines."""
    lines = len(text.splitlines())
    if lines > LINES_MAX:
        yield f"{lines} lines, {LINES_MAX} at most"


def missing_docstring(text: str) -> Iterator[str]:
    """Complain about a module that does not open with a docstring."""
    if not ast.get_docstring(ast.parse(text)):
        yield "does not open with a docstring"


def over_long_function(text: str) -> Iterator[str]:
    """Complain about each function of more than 50 lines, decorators not counted."""
    for function, _ in functions(text):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES_MAX:
            yield f"{function.name}: {lines} lines, {FUNCTION_LINES_MAX} at most"


def too_many_parameters(text: str) -> Iterator[str]:
    """Complain about more than 6 parameters, or more than 2 that may come by position."""
    for function, in_class in functions(text):
        if is_called_by_framework(function):
            continue
        shape = function.args
        positional = len(shape.posonlyargs) + len(shape.args)
        if in_class and "staticmethod" not in decorator_names(function):
            positional -= 1  # self or cls
        rest = len(shape.kwonlyargs) + bool(shape.vararg) + bool(shape.kwarg)
        if positional + rest > PARAMETERS_MAX:
            yield f"{function.name}: {positional + rest} parameters, {PARAMETERS_MAX} at most"
        if positional > POSITIONAL_MAX:
            yield f"{function.name}: {positional} by position, keyword-only after {POSITIONAL_MAX}"


def inexact_call(text: str) -> Iterator[str]:
    """Complain about each call of `float` or `round`."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in INEXACT:
                yield f"line {node.lineno}: {name}("
            case ast.Call(func=ast.Attribute(value=ast.Name(id="builtins"), attr=name)) if (
                name in INEXACT
            ):
                yield f"line {node.lineno}: builtins.{name}("


def decimal_import(text: str) -> Iterator[str]:
    """Complain about each import of `decimal`, also where ruff's ban is lifted for others."""
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Import(names=names) if any(n.name in {"decimal", "_decimal"} for n in names):
                yield f"line {node.lineno}: import decimal"
            case ast.ImportFrom(module="decimal" | "_decimal"):
                yield f"line {node.lineno}: from decimal import"


def several_statements(text: str) -> Iterator[str]:
    """Complain about SQL text that is not exactly one statement."""
    bare = SQL_ASIDES.sub(lambda aside: "" if aside[0][:2] in {"--", "/*"} else "x", text).strip()
    if not bare.rstrip(";"):
        yield "holds no statement"
    elif ";" in bare.removesuffix(";"):
        yield "holds more than one statement"


def tab_character(text: str) -> Iterator[str]:
    """Complain about each line with a tab."""
    for number, line in enumerate(text.splitlines(), start=1):
        if "\t" in line:
            yield f"line {number}: a tab"


def vague_name(path: str) -> Iterator[str]:
    """Complain about a folder or file whose name says nothing."""
    for name in (Path(part).stem for part in Path(path).parts):
        if name in VAGUE_NAMES:
            yield f"'{name}' says nothing"


def unplaced_folder(name: str) -> Iterator[str]:
    """Complain about a folder that the architecture does not know."""
    if name not in ARCHITECTURE:
        yield f"'{name}' has no place in the architecture"


def functions(text: str) -> Iterator[tuple[Function, bool]]:
    """Give every function, and whether it stands in a class."""
    for parent in ast.walk(ast.parse(text)):
        for child in ast.iter_child_nodes(parent):
            if isinstance(child, Function):
                yield child, isinstance(parent, ast.ClassDef)


def decorator_names(function: Function) -> set[str]:
    """Give the last word of each decorator: `get` for `@app.get("/")`."""
    bare = (d.func if isinstance(d, ast.Call) else d for d in function.decorator_list)
    return {ast.unparse(d).rpartition(".")[2] for d in bare}


def is_called_by_framework(function: Function) -> bool:
    """Tell whether a dunder, a framework's decorator or click's context sets the parameters."""
    if function.name.startswith("__") and function.name.endswith("__"):
        return True
    if function.name in FRAMEWORK_METHODS:
        return True
    shape = function.args
    annotations = [a.annotation for a in (*shape.posonlyargs, *shape.args) if a.annotation]
    return bool(decorator_names(function) & FRAMEWORK_DECORATORS) or any(
        "click.Context" in ast.unparse(annotation) for annotation in annotations
    )


def found(*trees: str, endings: frozenset[str] = frozenset((".py",))) -> list[Path]:
    """Give the project's own files under some of its trees."""
    return sorted(
        path
        for tree in trees
        for path in (ROOT / tree).rglob("*")
        if path.suffix in endings and not NOT_OURS & set(path.relative_to(ROOT).parts)
    )


def complaints(check: Check, files: list[Path]) -> str:
    """Give what a check says about files, a line each, with the file's name."""
    return "\n".join(
        f"{path.relative_to(ROOT)}: {complaint}"
        for path in files
        for complaint in check(path.read_text("utf-8"))
    )


@pytest.mark.parametrize("check", [over_long_module, over_long_function])
def test_modules_and_functions_are_short(check: Check) -> None:
    assert complaints(check, found(*TREES)) == ""


def test_modules_say_what_they_are_for() -> None:
    assert complaints(missing_docstring, found(*TREES)) == ""


def test_functions_take_few_parameters_and_name_all_but_two() -> None:
    # in tests, pytest passes fixtures by name; the auditor's page is plain Python
    files = [path for path in found("src", "bench") if path not in RECOMPUTE]
    assert complaints(too_many_parameters, files) == ""


def test_nothing_in_src_calls_float_or_round() -> None:
    assert complaints(inexact_call, found("src")) == ""


def test_only_money_imports_decimal() -> None:
    exempt = (ROOT / "src/tieout/money.py", *RECOMPUTE)
    files = [path for path in found("src", "bench") if path not in exempt]
    assert complaints(decimal_import, files) == ""


def test_an_sql_file_holds_one_statement() -> None:
    assert complaints(several_statements, found(*TREES, endings=frozenset((".sql",)))) == ""


def test_no_file_holds_a_tab() -> None:
    assert complaints(tab_character, found(*TREES, endings=TEXT_ENDINGS)) == ""


def test_every_name_says_something() -> None:
    files = [str(path.relative_to(ROOT)) for path in found(*TREES, endings=TEXT_ENDINGS)]
    assert [f"{path}: {said}" for path in files for said in vague_name(path)] == []


def test_every_top_level_folder_is_the_architectures() -> None:
    folders = {path.relative_to(ROOT / "src/tieout").parts[0] for path in found("src/tieout")}
    names = sorted(name for name in folders if not name.endswith(".py"))
    assert [said for name in names for said in unplaced_folder(name)] == []


def test_the_checks_read_this_project() -> None:
    assert ROOT / "src/tieout/__init__.py" in found(*TREES)
    assert Path(__file__) in found(*TREES)
    assert set(found("bench")).issuperset(RECOMPUTE)
    assert any(path.parent == MIGRATIONS for path in found("src"))


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (over_long_module, "x = 1\n" * 301),
        (missing_docstring, "x = 1\n"),
        (missing_docstring, ""),
        (over_long_function, "def f():\n" + "    x = 1\n" * 50),
        (over_long_function, "class A:\n    async def f(self):\n" + "        x = 1\n" * 50),
        (too_many_parameters, "def f(a, b, c): ..."),
        (too_many_parameters, "def f(a, b, *, c, d, e, f, g): ..."),
        (too_many_parameters, "def f(*a, b, c, d, e, f, **g): ..."),
        (too_many_parameters, "class A:\n    def f(self, a, b, c): ..."),
        (too_many_parameters, "class A:\n    @staticmethod\n    def f(a, b, c): ..."),
        (too_many_parameters, "@cache\ndef f(a, b, c): ..."),
        (inexact_call, "x = float('0.1')"),
        (inexact_call, "x = [round(y, 2) for y in z]"),
        (inexact_call, "import builtins\nx = builtins.float(1)"),
        (decimal_import, "import json, decimal"),
        (decimal_import, "def f():\n    from decimal import Decimal"),
        (several_statements, "SELECT 1; SELECT 2"),
        (several_statements, "SELECT ';';\n-- two\nSELECT 2;"),
        (several_statements, "SELECT 1;;"),
        (several_statements, "-- nothing yet;\n"),
        (tab_character, "x = 1\n\ty = 2\n"),
        (vague_name, "src/tieout/rate/utils.py"),
        (vague_name, "src/tieout/data/tax.sql"),
        (unplaced_folder, "services"),
    ],
)
def test_a_check_fires_on_bad_text(check: Check, text: str) -> None:
    assert len(list(check(text))) == 1


@pytest.mark.parametrize(
    ("check", "text"),
    [
        (over_long_module, "x = 1\n" * 300),
        (missing_docstring, '"""What it is for."""\n'),
        (over_long_function, "def f():\n" + "    x = 1\n" * 49),
        (too_many_parameters, "def f(a, b, *, c, d, e, f): ..."),
        (too_many_parameters, "class A:\n    def f(self, a, b, *, c, d, e, f): ..."),
        (too_many_parameters, "class A:\n    def __exit__(self, a, b, c): ..."),
        (too_many_parameters, "@click.option('--x')\ndef f(a, b, c, d, e, f, g): ..."),
        (too_many_parameters, "@app.get('/')\nasync def f(a, b, c): ..."),
        (too_many_parameters, "def f(context: click.Context, parameter, value): ..."),
        (inexact_call, "def f(seconds: float) -> str: return engine.round('float(1)')"),
        (decimal_import, "from tieout.money import Decimal"),
        (several_statements, "-- a; b\nSELECT ';' AS \"a;b\" /* ; */;\n"),
        (vague_name, "src/tieout/intake/vendor_text.py"),
        (unplaced_folder, "match"),
    ],
)
def test_a_check_lets_good_text_pass(check: Check, text: str) -> None:
    assert list(check(text)) == []
