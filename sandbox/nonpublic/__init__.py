"""Non-public data (Article 14): the access rule, and files that agreements bring in, held until they are accepted."""
