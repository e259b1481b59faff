"""Measure what sign-in costs, beside a floor and beside others."""
