"""Sign-in: who is there, how they got in, and how they leave."""
