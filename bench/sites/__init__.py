"""Serve a baked project's home page in other ways, from within its folder."""
