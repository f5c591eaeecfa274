"""The gate, confined execution, disclosure control, outputs and their review (Measure, Articles 4, 7 and 19)."""
