"""Options that several commands share, declared once.

A command names the group it needs as an argument (``connection``, ``keys``); :func:`takes` replaces that
argument by the group's own options and hands over what the group makes of them.
"""

import functools
import inspect
from collections.abc import Callable
from typing import Annotated, Any

import typer

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


def takes(**groups: Callable[..., Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Give a command the options of these groups in place of the arguments of these names."""

    def decorate(command: Callable[..., None]) -> Callable[..., None]:
        own = [p for p in inspect.signature(command).parameters.values() if p.name not in groups]
        shared = {name: inspect.signature(group).parameters for name, group in groups.items()}
        every = [*own, *(parameter for group in shared.values() for parameter in group.values())]

        @functools.wraps(command)
        def run(**values: Any) -> None:
            made = {
                name: group(**{option: values.pop(option) for option in shared[name]})
                for name, group in groups.items()
            }
            command(**values, **made)

        keyword = [parameter.replace(kind=inspect.Parameter.KEYWORD_ONLY) for parameter in every]
        run.__signature__ = inspect.Signature(keyword)  # type: ignore[attr-defined]  # read by typer
        run.__annotations__ = {parameter.name: parameter.annotation for parameter in keyword}
        return run

    return decorate
