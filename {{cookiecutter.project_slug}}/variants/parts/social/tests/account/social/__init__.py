"""Test logins with an account at another site."""
