"""The command line ``ofone``: every command, and what typer must know about it."""

from collections.abc import Callable, Mapping

import typer

from services.console.commands import (
    customers,
    decisions,
    events,
    health,
    households,
    identities,
    imports,
    items,
    offers,
    personas,
    privacy,
    questions,
)
from services.console.invocation import build, command, flat
from services.console.session import Session
from services.console.settings import ConsoleSettings
from services.console.terminal import Terminal

_CUSTOMERS = "Customers and offers"
_CATALOGUE = "Catalogue and model"
_CHARGE = "In charge"
_OPERATION = "Operation"

Command = Callable[..., int | None]

_IN_CHARGE: Mapping[str, Command] = {
    "export": privacy.export_customer,
    "erase": privacy.erase_customer,
    "erasure": privacy.show_erasure,
    "accesses": privacy.list_accesses,
    "identity": identities.show_identity,
    "merge": identities.merge,
    "unmerge": identities.unmerge,
    "block": identities.block,
    "unblock": identities.unblock,
    "household": households.show_household,
    "leave": households.leave_household,
}
"""What a customer may ask for, and what people decide about who is who."""


def make_app() -> typer.Typer:
    """Return the command line with all of its commands."""
    app = _group("Ofone: what to offer whom, when, and why.")
    app.callback()(flat(_begin, ConsoleSettings))
    _add(app, "customer", customers.show_customer, panel=_CUSTOMERS)
    _add(app, "offers", decisions.select_offers, panel=_CUSTOMERS)
    _add(app, "recommend", decisions.recommend_items, panel=_CUSTOMERS)
    _add(app, "explain", decisions.explain_decision, panel=_CUSTOMERS)
    _add(app, "ask", questions.ask, panel=_CUSTOMERS)
    _add(app, "answer", questions.record_answer, panel=_CUSTOMERS)
    _add(app, "consent", customers.set_consent, panel=_CUSTOMERS)
    _add(app, "similar", items.list_similar_items, panel=_CATALOGUE)
    _add(app, "model", items.show_model, panel=_CATALOGUE)
    _add(app, "import", imports.import_file, panel=_CUSTOMERS)
    for name, function in _IN_CHARGE.items():
        _add(app, name, function, panel=_CHARGE)
    _add(app, "health", health.show_health, panel=_OPERATION)

    told = _group("Tell what happened.")
    _add(told, "send", events.send_file)
    _add(told, "buy", events.buy)
    app.add_typer(told, name="events", rich_help_panel=_CUSTOMERS)

    defined = _group("The offers that people define.")
    _add(defined, "write", offers.write_offers)
    _add(defined, "list", offers.list_offers)
    _add(defined, "show", offers.show_offer)
    _add(defined, "archive", offers.archive_offer)
    app.add_typer(defined, name="offer", rich_help_panel=_CUSTOMERS)

    kinds = _group("The personas: kinds of customers, written or learned.")
    _add(kinds, "write", personas.write_personas)
    _add(kinds, "list", personas.list_personas)
    _add(kinds, "show", personas.show_persona)
    _add(kinds, "delete", personas.delete_persona)
    _add(kinds, "learned", personas.replace_learned)
    app.add_typer(kinds, name="persona", rich_help_panel=_CUSTOMERS)

    asked = _group("The questions that people define.")
    _add(asked, "write", questions.write_questions)
    _add(asked, "list", questions.list_questions)
    _add(asked, "show", questions.show_question)
    _add(asked, "delete", questions.delete_question)
    app.add_typer(asked, name="question", rich_help_panel=_CUSTOMERS)

    catalogue = _group("The catalogue.")
    _add(catalogue, "write", items.write_items)
    _add(catalogue, "list", items.list_items)
    _add(catalogue, "show", items.show_item)
    app.add_typer(catalogue, name="items", rich_help_panel=_CATALOGUE)
    return app


def main() -> None:
    """Run the command line."""
    make_app()(prog_name="ofone")


def _group(sentence: str) -> typer.Typer:
    return typer.Typer(
        help=sentence,
        no_args_is_help=True,
        add_completion=False,
        context_settings={"help_option_names": ["-h", "--help"]},
        pretty_exceptions_show_locals=False,  # they may hold personal data
    )


def _add(group: typer.Typer, name: str, function: Command, *, panel: str | None = None) -> None:
    group.command(name, rich_help_panel=panel)(command(function))


def _begin(context: typer.Context, **values: object) -> None:
    settings = build(ConsoleSettings, values)
    session = Session(settings, console=Terminal(), errors=Terminal(stderr=True))
    context.obj = session
    context.call_on_close(session.close)


if __name__ == "__main__":
    main()
