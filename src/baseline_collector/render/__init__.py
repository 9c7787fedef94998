"""Render: a finished report to Markdown, HTML and JSON; nothing is computed here."""
