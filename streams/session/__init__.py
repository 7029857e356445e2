"""The session stage: measures people in one session (measures.md 1)."""
