"""What signed-in people manage for themselves."""
