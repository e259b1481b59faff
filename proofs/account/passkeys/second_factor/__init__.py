"""Prove how passkeys and codes of an app go together."""
