"""The example of signed meter values on the page runs as it stands."""

from pathlib import Path

from ocn.settlement import SignedMeters


def test_example_of_signed_meters_makes_a_verifier(code_blocks: list[tuple[Path, str, str]]) -> None:
    [text] = [text for page, kind, text in code_blocks if kind == "python" and "SignedMeters(" in text]
    names: dict[str, object] = {}
    exec(compile(text, "settlement.md", "exec"), names)  # noqa: S102  the page is ours
    assert isinstance(names["meters"], SignedMeters)
