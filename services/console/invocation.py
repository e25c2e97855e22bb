"""From what typer reads to what a command is written for.

A command is a function of a session and a few groups of options, each a frozen dataclass whose
fields are annotated as typer wants it. So a group is written once, commands stay short, and this
is the one place where a failure becomes an exit code.
"""

import dataclasses
import functools
import inspect
from collections.abc import Callable
from typing import Any, TypeVar, get_type_hints

import typer

from services.console.rendering.failures import failure_text
from services.console.session import Session
from services.serving.failures import Failure

EXIT_REFUSED = 1
"""Exit code: a service refused, or did not answer. Wrong usage is 2, as everywhere."""

Group = TypeVar("Group")


def command(function: Callable[..., int | None]) -> Callable[..., None]:
    """Return what typer is to register for a command.

    Args:
        function: Takes a session and then groups of options; returns the exit code, ``None`` for
            0. Its docstring is the help.
    """
    groups = {name: kind for name, kind in get_type_hints(function).items() if name != "return"}
    session_kind, *kinds = groups.values()
    if session_kind is not Session:
        raise TypeError(f"{function.__name__} must take a session first")

    @functools.wraps(function)
    def run(context: typer.Context, **values: object) -> None:
        session = context.find_object(Session)
        assert session is not None
        try:
            code = function(session, *(build(kind, values) for kind in kinds))
        except Failure as failure:
            session.errors.print(failure_text(failure))
            code = EXIT_REFUSED
        if code:
            raise typer.Exit(code)

    return flat(run, *kinds)


def flat(function: Callable[..., Any], *groups: type[Any]) -> Callable[..., Any]:
    """Make ``function`` look to typer as if it took the context and every field of the groups."""
    parameters = [_parameter("context", typer.Context)]
    for group in groups:
        hints = get_type_hints(group, include_extras=True)
        for field in dataclasses.fields(group):
            missing = field.default is dataclasses.MISSING
            default = inspect.Parameter.empty if missing else field.default
            parameters.append(_parameter(field.name, hints[field.name], default))
    function.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    function.__annotations__ = {each.name: each.annotation for each in parameters}
    return function


def build(group: type[Group], values: dict[str, Any]) -> Group:
    """Return the group filled from what typer read.

    Raises:
        typer.BadParameter: when a word is not valid UTF-8.
    """
    names = [field.name for field in dataclasses.fields(group)]  # type: ignore[arg-type]  # any will do
    for name in names:
        words = values[name] if isinstance(values[name], list) else [values[name]]
        if any(isinstance(word, str) and not _is_text(word) for word in words):
            raise typer.BadParameter(f"{name}: is not valid UTF-8")
    return group(**{name: values[name] for name in names})


def _is_text(word: str) -> bool:
    """Say whether a word of the command line came as valid UTF-8."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _parameter(
    name: str, annotation: Any, default: Any = inspect.Parameter.empty
) -> inspect.Parameter:
    return inspect.Parameter(
        name, inspect.Parameter.KEYWORD_ONLY, default=default, annotation=annotation
    )
