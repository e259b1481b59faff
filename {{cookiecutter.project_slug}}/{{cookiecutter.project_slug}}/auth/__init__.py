"""Authentication: accounts, passwords, mailed links, login, sessions and logout."""
