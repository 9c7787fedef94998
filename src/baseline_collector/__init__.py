"""Baseline Collector: from a heap of benchmark artifacts to a report that can be trusted."""
