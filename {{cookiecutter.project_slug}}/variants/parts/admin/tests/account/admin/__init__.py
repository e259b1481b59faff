"""Test roles, invitations, and the pages of administrators."""
