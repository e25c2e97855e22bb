"""What a run keeps and a version bears, by name."""

BUNDLE_ARTIFACT = "bundle"
"""Where in a run's artifacts the bundle is."""

EVALUATION_BUNDLE_ARTIFACT = "evaluation-bundle"
"""What answered the run's questions; it saw nothing from the run's cut on."""

SCORES_ARTIFACT = "scores.parquet"
"""Scores of every customer asked, with their subgroups; the gate pairs two models by it."""

EVIDENCE_ARTIFACT = "gate.json"
"""What else the gate decides on."""

QUESTION_TAG = "question"
"""The tag of a run that tells whether two were asked the same."""

VERSION_TAG = "bundle_version"
"""The tag of a registered version that names its bundle."""

NOTE_TAG = "mlflow.note.content"
"""The tag that MLflow's page shows as a run's description, in Markdown."""
