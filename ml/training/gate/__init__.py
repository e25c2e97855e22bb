"""Whether a challenger may become the champion: the evidence, the lines, the decision.

``promote`` asks the ``lines`` and the ``quality_lines`` about the ``evidence`` that a run left, if
``evidence_reading`` finds it whole; what needs the data at hand (``parity``, ``champion``,
``answer_times``, ``subgroups``, ``codes``, ``reliability``) is measured by the run.
"""
