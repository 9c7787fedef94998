"""Analyse: a dataset -> facts and findings. The stage is ``stage.analyse``."""
