"""Handle what every request and every response has in common."""
