"""Text of strangers on a terminal."""

from rich.markup import escape


def literal(text: str) -> str:
    r"""Return text as rich prints it to the letter, on one line.

    What a terminal would obey or could not show (control characters, line breaks, half of a character, marks
    that turn the direction of writing) becomes its escape, such as ``\x1b``.
    """
    return escape("".join(each if each.isprintable() else repr(each)[1:-1] for each in text))
