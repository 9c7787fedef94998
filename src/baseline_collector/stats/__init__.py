"""Statistics: arrays in, numbers out, no domain.

Import what you need from the module of its concept: `summary`, `intervals`,
`bootstrap`, `normality`, `ranks`, `compare`, `stability`, `series`, `plausibility`.
`coverage` and `simulate` are commands that measure the others.
"""
