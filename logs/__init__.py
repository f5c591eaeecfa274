"""Actor, event, hash chain, delivery to the resource platform, its receiver (Measure, Article 22)."""
