"""How a model is made, judged and put in service: from purchase histories to a watched folder.

Learning: ``source`` opens a data set, ``purchases`` turns it into arrays, ``factors`` and
``related_items``, ``rhythms`` and ``next_basket`` learn from them, ``artefacts`` puts a bundle's
arrays together, ``windows``, ``lessons`` and ``ranker_training`` teach the ranker honestly;
``learning`` is all of that in one call, ``sealing`` gives it a name; ``asking`` is how it is asked.

Judging: ``evaluate`` sets the model beside the baselines of ``contest`` and notes every ranking in
an ``observation``; ``report``, ``plots`` and ``evaluation_document`` tell it, ``results`` writes
it. ``tune`` and ``tuned_neighbours`` choose hyperparameters by a ``search``. ``ablation`` takes
features away, ``cold_start`` makes items new on purpose, ``coffee_and_tea`` follows people day by
day: each looks into the model, and has a report of its own. ``findings`` are how all of them
are written.

A run: ``train`` does and keeps the ``run_steps``, so that one that was cut off goes on.
``measuring`` and ``evidence`` leave what the gate needs.

In service: ``promote`` asks the lines of ``gate`` and ``quality_lines``, ``rollback`` goes back,
the ``promotion_log`` says who is champion, ``publish`` brings it to the folder, ``retrain`` does a
night of it and leaves a ``trail``. ``drift_reference`` says what a model looks like in use,
``drift_report`` what has changed since.

``registry`` is MLflow as used here; ``learning_commands``, ``registry_commands``,
``insight_commands`` and ``drift_commands`` are what ``python -m ml`` calls.
"""
