"""Linting of models and trainings: rules that read one JSON document of facts.

Nothing here imports Keras, NumPy or anything beyond the standard library, so that the server
checks with the very same rules what it has stored (`docs/linting.md`).
"""
