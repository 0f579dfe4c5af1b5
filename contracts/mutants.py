"""Faulty copies of the settlement contract: each differs from the sources in one small place.

A test suite that no such copy survives looks at every place. What is changed: comparisons, arithmetic and bit
operators, ``and`` and ``or``, numbers, ``min``; statements are left out, conditions turned round, parties
swapped, and locks taken off. Comments, texts, types and declarations stay as they are.
"""

import io
import re
import token
import tokenize
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SOURCES = Path(__file__).resolve().parent
FILES = ("Lanes.vy", *sorted(f"lanes/{path.name}" for path in (SOURCES / "lanes").glob("*.vy")))
FILES += ("parts/typed_signatures.vy",)

OTHERS: dict[str, tuple[str, ...]] = {
    "<": ("<=", ">"),
    "<=": ("<", ">"),
    ">": (">=", "<"),
    ">=": (">", "<"),
    "==": ("!=",),
    "!=": ("==",),
    "+": ("-",),
    "-": ("+",),
    "*": ("//",),
    "//": ("*",),
    "%": ("//",),
    "<<": (">>",),
    ">>": ("<<",),
    "&": ("|",),
    "|": ("&",),
    "^": ("&",),
    "+=": ("-=", "="),
    "-=": ("+=", "="),
    "|=": ("&=",),
    "&=": ("|=",),
    "and": ("or",),
    "or": ("and",),
    "not": ("",),
    "min": ("max",),
    "True": ("False",),
    "False": ("True",),
    "unsafe_add": ("unsafe_sub",),
    "unsafe_sub": ("unsafe_add",),
    "self": (),
}
KEPT = ("from ", "import ", "uses", "initializes", "exports", "event ", "struct ", "interface ", "def ", "@")
"""How statements begin that are declarations."""


@dataclass(frozen=True)
class Mutant:
    file: str
    line: int
    """Where it begins, counted from one."""
    before: str
    after: str
    """The statement, on one line and without comments."""
    source: str
    """The whole file."""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.before}  ->  {self.after or '(left out)'}"


@dataclass(frozen=True)
class _Statement:
    """A logical line: its tokens, and whether it stands in a function."""

    tokens: list[tokenize.TokenInfo]
    inside: bool

    @property
    def text(self) -> str:
        return _joined(t.string for t in self.tokens)


def mutants(file: str) -> Iterator[Mutant]:
    """All of one file, in the order of the source."""
    source = (SOURCES / file).read_text(encoding="utf-8")
    if "# pragma nonreentrancy on\n" in source:
        pragma = "# pragma nonreentrancy on"
        yield Mutant(file, 3, pragma, "", source.replace(pragma + "\n", "", 1))
    statements = list(_statements(source))
    for at, statement in enumerate(statements):
        if statement.text.startswith(KEPT) or statement.tokens[0].type == token.STRING:
            continue
        if _placeholder(statement, statements[at + 1 : at + 4]):
            continue
        yield from _changed_tokens(file, source, statement)
        if statement.inside:
            yield from _changed_statements(file, source, statement)


def _statements(source: str) -> Iterator[_Statement]:
    depth, current, in_function, declares = 0, list[tokenize.TokenInfo](), False, False
    for t in tokenize.generate_tokens(io.StringIO(source).readline):
        if t.type == token.INDENT:
            depth += 1
        elif t.type == token.DEDENT:
            depth -= 1
        elif t.type == token.NEWLINE:
            text = _joined(each.string for each in current)
            if depth == 0:
                in_function = text.startswith("def ")
                declares = text.startswith(("event ", "struct ", "interface "))
            if not (declares and depth > 0):
                yield _Statement(current, in_function and depth > 0)
            current = []
        elif t.type not in {token.COMMENT, token.NL, token.ENDMARKER}:
            current.append(t)


def _placeholder(statement: _Statement, following: list[_Statement]) -> bool:
    """A declaration of what a tuple fills right after it: its own value is never seen."""
    name, _, value = statement.text.partition(":")
    if not value.endswith("= 0"):
        return False
    return any(re.match(rf"(\w+, )?{name}(, \w+)? =", each.text) and "," in each.text for each in following)


def _changed_tokens(file: str, source: str, statement: _Statement) -> Iterator[Mutant]:
    start = _first_of_value(statement)
    for at, t in enumerate(statement.tokens):
        if at < start or t.type not in {token.OP, token.NAME, token.NUMBER}:
            continue
        unary = t.string == "-" and statement.tokens[at - 1].string in {"(", "=", ","}
        for other in _others(t) if not unary else ():
            yield _replaced(file, source, statement, at, at, other)


def _others(t: tokenize.TokenInfo) -> tuple[str, ...]:
    if t.type != token.NUMBER:
        return OTHERS.get(t.string, ())
    if t.string.startswith("0x"):
        return (f"{t.string[:-1]}{(int(t.string[-1], 16) + 1) % 16:x}",)
    number = int(t.string.replace("_", ""))
    return (str(number + 1), str(number - 1)) if number else ("1",)


def _first_of_value(statement: _Statement) -> int:
    """Where in a declaration with a value the value begins: types are left alone."""
    strings = [t.string for t in statement.tokens]
    if len(strings) > 1 and strings[1] == ":" and strings[0] not in {"else"}:
        return strings.index("=") + 1 if "=" in strings else len(strings)
    if strings[0] == "for":
        return strings.index("in") + 1
    return 0


def _changed_statements(file: str, source: str, statement: _Statement) -> Iterator[Mutant]:
    tokens = statement.tokens
    strings = [t.string for t in tokens]
    last = len(tokens) - 1
    if strings[0] in {"if", "elif"}:
        yield _replaced(
            file, source, statement, 1, last - 1, f"not ({_span(source, tokens[1], tokens[last - 1])})"
        )
        return
    if strings[0] == "assert":
        comma = _top_level_comma(strings)
        condition = _span(source, tokens[1], tokens[comma - 1])
        yield _replaced(file, source, statement, 1, comma - 1, f"not ({condition})")
    for at in range(last - 1):
        if strings[at : at + 3] in (["payer", ",", "payee"], ["payee", ",", "payer"], ["payee", ",", "peer"]):
            yield _replaced(file, source, statement, at, at + 2, f"{strings[at + 2]}, {strings[at]}")
    declares = len(strings) > 1 and strings[1] == ":"
    if not declares and strings[0] not in {"for", "else", "return", "pass"}:
        yield _replaced(file, source, statement, 0, last, "pass")


def _top_level_comma(strings: list[str]) -> int:
    depth = 0
    for at, string in enumerate(strings):
        depth += (string in "([{") - (string in ")]}")
        if string == "," and depth == 0:
            return at
    return len(strings)


def _replaced(file: str, source: str, statement: _Statement, first: int, last: int, by: str) -> Mutant:
    tokens = statement.tokens
    lines = source.splitlines(keepends=True)
    offset = [0]
    for line in lines:
        offset.append(offset[-1] + len(line))
    begin = offset[tokens[first].start[0] - 1] + tokens[first].start[1]
    end = offset[tokens[last].end[0] - 1] + tokens[last].end[1]
    changed = [*(t.string for t in tokens[:first]), by, *(t.string for t in tokens[last + 1 :])]
    return Mutant(
        file,
        tokens[0].start[0],
        statement.text,
        "" if by == "pass" else _joined(changed),
        source[:begin] + by + source[end:],
    )


def _span(source: str, first: tokenize.TokenInfo, last: tokenize.TokenInfo) -> str:
    lines = source.splitlines(keepends=True)[first.start[0] - 1 : last.end[0]]
    lines[-1] = lines[-1][: last.end[1]]
    return "".join(lines)[first.start[1] :]


def _joined(strings: Iterator[str] | list[str]) -> str:
    text = " ".join(strings)
    text = re.sub(r" ?([.(\[]) ?", r"\1", text)
    return re.sub(r" ([,:)\]])", r"\1", text)
