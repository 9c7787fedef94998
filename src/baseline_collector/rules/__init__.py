"""Rules: what makes a finding, one function each, grouped by theme."""
