"""Parties, scenarios, applications, agreements and their annex, deadlines, permissions (Measure, Articles 10 to 18)."""
