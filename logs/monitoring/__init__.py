"""The bureau's watch over delivered records: rules as data, alerts with an owner and an end (Measure, Article 22)."""
