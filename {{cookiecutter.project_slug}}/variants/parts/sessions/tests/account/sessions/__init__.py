"""Test the page of active sessions."""
