"""Resources and their versions, supply, quality, the development catalog and its samples (Measure, Articles 8 and 9)."""
