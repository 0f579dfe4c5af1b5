"""The simple commands of a shell text, as far as pages have them."""

import re
import shlex
from collections.abc import Iterator

_ENDS = {";", "&", "&&", "|", "||", "(", ")", ";;", "|&"}
_REDIRECTIONS = {"<", ">", ">>", "<<<", ">&", "&>"}
_KEYWORDS = {"until", "while", "if", "then", "else", "do", "done", "exec", "!", "time", "{", "}"}
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*=")
_INNER = re.compile(r"\$\(([^()]*)\)")


def commands(text: str) -> Iterator[list[str]]:
    """Every simple command as words, without variables set before it and redirections.

    Those of pipes, lists, loops and ``$(...)`` are each their own. Words keep their ``$VARIABLES``.
    """
    for line in _lines(text):
        for inner in _INNER.findall(line):
            yield from commands(inner)
        yield from filter(None, map(_plain, _parts(_INNER.sub("RESULT", line))))


def _lines(text: str) -> Iterator[str]:
    """Lines of the shell: with those that a quote or a backslash continues."""
    line = ""
    for more in text.replace("\\\n", " ").splitlines():
        line += more + "\n"
        try:
            list(_lexer(line))
        except ValueError:
            continue
        yield line
        line = ""
    assert not line.strip(), f"a quote is not closed: {line}"


def _lexer(line: str) -> shlex.shlex:
    lexer = shlex.shlex(line, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    return lexer


def _parts(line: str) -> Iterator[list[str]]:
    words: list[str] = []
    for word in _lexer(line):
        if word in _ENDS:
            yield words
            words = []
        else:
            words.append(word)
    yield words


def _plain(words: list[str]) -> list[str]:
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in _REDIRECTIONS:
            kept = kept[:-1] if kept[-1:] in (["1"], ["2"]) else kept
            next(rest, None)
        elif kept or not (word in _KEYWORDS or _ASSIGNMENT.match(word)):
            kept.append(word)
    return kept
