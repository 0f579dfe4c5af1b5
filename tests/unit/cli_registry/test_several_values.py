"""Several values after one flag, as the existing client takes them."""

import pytest

from ocn.cli.party_options import _apart
from ocn.cli.registry.options import _repeated

FLAGS = {"--roles", "-r", "--si"}


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("--roles A B C", "--roles A --roles B --roles C"),
        ("-r A B -o X", "-r A -r B -o X"),
        ("-o X -r A", "-o X -r A"),
        ("-c DE CPO -r A B", "-c DE CPO -r A -r B"),
        ("-r A -r B C", "-r A -r B -r C"),
        ("--roles=A", "--roles=A"),
        ("--si --json", "--si --json"),
        ("", ""),
    ],
)
def test_flag_is_repeated_before_each_value(written: str, understood: str) -> None:
    assert _repeated(written.split(), FLAGS) == understood.split()


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        (["--party", "DE", "ABC", "--node", "X"], ["--party", "DE", "ABC", "--node", "X"]),
        (["--party", "DE ABC", "--node", "X"], ["--party", "DE", "ABC", "--node", "X"]),
        (["--party=DE ABC", "--node", "a b"], ["--party", "DE", "ABC", "--node", "a b"]),
        (["--node=a=b c", "--party", ""], ["--node=a=b c", "--party", ""]),
        (["--party"], ["--party"]),
    ],
)
def test_pair_in_quotes_is_taken_apart(written: list[str], understood: list[str]) -> None:
    assert _apart(written, {"--party", "-c"}) == understood
