"""REST under `/api/v1`: each route translates, and decides nothing."""
