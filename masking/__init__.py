"""Recognising identifiers, grading columns, desensitisation techniques and rule documents (Measure, Articles 8 and 13)."""
