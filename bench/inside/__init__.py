"""Run within a baked project's folder, and print what was found there."""
