"""Readers: one format each, from an opened artifact to leaves."""
