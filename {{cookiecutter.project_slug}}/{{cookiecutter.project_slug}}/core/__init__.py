"""Infrastructure: nothing here knows an account, a session or a page."""
