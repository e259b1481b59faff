"""Prove that an undone change of address puts a thief out."""
