"""Prove what only the machinery of passkeys could break."""
