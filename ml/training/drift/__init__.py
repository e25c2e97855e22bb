"""What a model looks like in use, and what has changed since it was learned.

``reference`` is made with the model, its ``limits`` by drawing windows without drift; ``report``
holds them against the past ``visits`` of a data set's last days.
"""
