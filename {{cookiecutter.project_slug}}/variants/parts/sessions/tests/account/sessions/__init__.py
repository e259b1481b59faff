"""Test the page of live sessions."""
