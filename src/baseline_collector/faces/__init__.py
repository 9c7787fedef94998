"""Faces: the command line. Parse, call, print."""
