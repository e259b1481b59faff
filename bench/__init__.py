"""Measure what a logged-in page costs, beside the same page without any login."""
