"""Test passkeys: adding them, and logging in with them."""
