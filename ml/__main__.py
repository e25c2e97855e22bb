"""``python -m ml``: every command of those who make models; ``--help`` lists them.

Exit codes: 0 done; 1 the gate refused, or something drifts; 2 the command line is wrong; 3 data,
files or MLflow do not allow it, said in a sentence.
"""

import os

import typer

from ml.command_line import champion, insight, learning, life, linkage, typical

app = typer.Typer(
    help="Data sets, models, their evaluation, promotion and publication.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command("import")(learning.import_)
app.command()(learning.erase)
app.command()(learning.simulate)
app.command()(learning.train)
app.command()(learning.evaluate)
app.command()(learning.tune)
app.command()(insight.ablate)
app.command()(insight.timing)
app.command("cold-start")(insight.cold_start)
app.command()(insight.newcomers)
app.command()(insight.questions)
app.command()(insight.households)
app.command()(insight.personas)
app.command()(typical.priors)
app.command("life-signs")(life.life_signs)
app.command("life-stages")(life.life_stages)
app.command()(linkage.link)
app.command()(linkage.linkage)
app.command()(champion.promote)
app.command()(champion.rollback)
app.command()(champion.report)
app.command()(champion.retrain)
app.command()(champion.publish)
app.command()(champion.drift)


def main() -> None:
    """Run the command line; numerical libraries get one thread, and MLflow tells nobody."""
    for variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
        os.environ.setdefault(variable, "1")
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    app(prog_name="python -m ml")


if __name__ == "__main__":
    main()
