"""Actor, event, sealing into a hash chain, delivery to the resource platform, and its receiver (Measure, Article 22)."""
