"""The care stage: judges what was measured, person by person (measures.md 2)."""
