"""The API's own outside things."""
