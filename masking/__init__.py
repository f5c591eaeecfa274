"""Recognising identifiers, grading columns, masking techniques, rule documents (Measure, Articles 8 and 13)."""
