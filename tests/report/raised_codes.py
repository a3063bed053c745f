"""Which codes the network modules raise, with which facts, as their source says.

A code that is not written out where it is raised is followed: to the calls of the function that
was given it, to the loop or the constant that names it. One that cannot be followed is a failure,
so that no code escapes the tests that ask for its sentence.
"""

import ast
import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from pathlib import Path

from parvis import networks
from parvis.networks import errors

ROOT = Path(networks.__file__).parent
ERRORS = frozenset(
    name
    for name, kind in inspect.getmembers(errors, inspect.isclass)
    if issubclass(kind, errors.NetworkError)
)
NO_FACTS = frozenset({"until", "remote_id"})
Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """`facts` is None where they cannot be read from the source."""

    code: str
    kind: str
    facts: frozenset[str] | None
    place: str


def raised_codes() -> list[Raised]:
    return list(_Sources().raised())


@dataclass(frozen=True, slots=True)
class _Resolved:
    """A code, and the calls that handed it on, from where it is raised to where it is written
    out: their keywords may be facts as well."""

    code: str
    given_by: tuple[ast.Call, ...] = ()


class _Sources:
    def __init__(self) -> None:
        self.modules = {path: ast.parse(path.read_text("utf-8")) for path in ROOT.rglob("*.py")}
        self.parents: dict[ast.AST, ast.AST] = {
            child: node
            for tree in self.modules.values()
            for node in ast.walk(tree)
            for child in ast.iter_child_nodes(node)
        }

    def raised(self) -> Iterator[Raised]:
        for path, tree in self.modules.items():
            for call in ast.walk(tree):
                if isinstance(call, ast.Call) and called(call) in ERRORS and call.args:
                    yield from self._raised_by(call, f"{path.relative_to(ROOT)}:{call.lineno}")

    def _raised_by(self, call: ast.Call, place: str) -> Iterator[Raised]:
        for resolved in self._resolve(call.args[0]):
            yield Raised(
                code=resolved.code,
                kind=called(call),
                facts=_facts(call, resolved.given_by),
                place=place,
            )

    def _resolve(self, node: ast.expr) -> Iterator[_Resolved]:
        match node:
            case ast.Constant(value=str(code)):
                yield _Resolved(code)
            case ast.IfExp():
                for one in either(node):
                    yield from self._resolve(one)
            case ast.JoinedStr(values=pieces):
                yield from self._joined(pieces)
            case ast.FormattedValue(value=value):
                yield from self._resolve(value)
            case ast.Name():
                yield from self._named(node)
            case ast.Attribute(attr="code"):
                yield from self._fields_named_code(node)
            case _:
                raise AssertionError(f"which code is {ast.unparse(node)} (line {node.lineno})?")

    def _joined(self, pieces: list[ast.expr]) -> Iterator[_Resolved]:
        for chosen in product(*(list(self._resolve(piece)) for piece in pieces)):
            given_by = next((one.given_by for one in chosen if one.given_by), ())
            yield _Resolved("".join(one.code for one in chosen), given_by)

    def _named(self, node: ast.Name) -> Iterator[_Resolved]:
        found = False
        for scope in self._around(node):
            for resolved in self._bound_in(scope, node.id):
                found = True
                yield resolved
            if found:
                return
        around = ast.unparse(self.parents[node])
        raise AssertionError(f"nothing tells what {node.id} is (line {node.lineno}): {around}")

    def _around(self, node: ast.AST) -> Iterator[ast.AST]:
        """The functions around it, the innermost first, and its module."""
        at: ast.AST | None = node
        while at := self.parents.get(at) if at else None:
            if isinstance(at, Function | ast.Module):
                yield at

    def _bound_in(self, scope: ast.AST, name: str) -> Iterator[_Resolved]:
        if isinstance(scope, Function):
            yield from self._given(scope, name)
        for node in ast.walk(scope):
            match node:
                case ast.Assign(targets=[ast.Name(id=target)], value=value) if target == name:
                    yield from self._resolve(value)
                case ast.Assign(targets=[ast.Tuple() as target], value=value):
                    yield from self._column(target, [value], name)
                case ast.For(target=ast.Tuple() as target, iter=ast.Tuple(elts=rows)):
                    yield from self._column(target, rows, name)

    def _column(
        self, target: ast.Tuple, rows: Sequence[ast.expr], name: str
    ) -> Iterator[_Resolved]:
        names = [each.id if isinstance(each, ast.Name) else "" for each in target.elts]
        if name in names:
            for row in rows:
                for cells in either(row):
                    assert isinstance(cells, ast.Tuple), ast.unparse(cells)
                    yield from self._resolve(cells.elts[names.index(name)])

    def _given(self, function: Function, name: str) -> Iterator[_Resolved]:
        parameters = [arg.arg for arg in function.args.args if arg.arg != "self"]
        if name not in parameters:
            return
        at = parameters.index(name)
        is_method = isinstance(self.parents[function], ast.ClassDef)
        for call in self._calls_of(function.name, function):
            if is_method is not is_call_of_a_method(call):
                continue
            named = [keyword.value for keyword in call.keywords if keyword.arg == name]
            for argument in [*named, *call.args[at : at + 1]]:
                for resolved in self._resolve(argument):
                    yield _Resolved(resolved.code, (call, *resolved.given_by))

    def _fields_named_code(self, node: ast.Attribute) -> Iterator[_Resolved]:
        """Of the dataclasses of its module: what they are made with."""
        module = self._module_of(node)
        holders = {
            holder.name
            for holder in ast.walk(module)
            if isinstance(holder, ast.ClassDef)
            for field in holder.body[:2]
            if isinstance(field, ast.AnnAssign) and ast.unparse(field.target) == "code"
        }
        for holder in holders:
            for call in self._calls_of(holder, node):
                yield from self._resolve(call.args[0])

    def _calls_of(self, name: str, seen_from: ast.AST) -> list[ast.Call]:
        """A private name means another thing in another module."""
        module, calls = self._module_of(seen_from), self._calls.get(name, [])
        private = name.startswith("_")
        return [call for call in calls if not private or self._module_of(call) is module]

    def _module_of(self, node: ast.AST) -> ast.AST:
        return list(self._around(node))[-1]

    @cached_property
    def _calls(self) -> dict[str, list[ast.Call]]:
        calls: dict[str, list[ast.Call]] = {}
        for tree in self.modules.values():
            for node in ast.walk(tree):
                if isinstance(node, ast.Call):
                    calls.setdefault(called(node), []).append(node)
        return calls


def called(call: ast.Call) -> str:
    match call.func:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name
    return ""


def either(node: ast.expr) -> Iterator[ast.expr]:
    """Both sides of a choice."""
    match node:
        case ast.IfExp(body=one, orelse=other):
            yield from [*either(one), *either(other)]
        case _:
            yield node


def is_call_of_a_method(call: ast.Call) -> bool:
    """Modules are called by their names as well, so only what `self` is called on counts."""
    match call.func:
        case ast.Attribute(value=ast.Name(id="self")):
            return True
    return False


def _facts(call: ast.Call, given_by: Sequence[ast.Call]) -> frozenset[str] | None:
    """Those of the call, and where it passes on what it was given (`**facts`) of the next one."""
    found: set[str] = set()
    for each in (call, *given_by):
        keywords = {keyword.arg for keyword in each.keywords}
        found |= {name for name in keywords if name}
        if None not in keywords:
            return frozenset(found) - NO_FACTS
    return None
