"""Language models: one port (``port``) and its adapters: Ollama, OpenAI-compatible, embedded."""
