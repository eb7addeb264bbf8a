"""Answers as Block Kit, and nothing else."""
