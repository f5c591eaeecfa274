"""Resources and versions, supply, quality, the development catalog, samples (Measure, Articles 8 and 9)."""
