"""What the company has written down: sources, passages, search and cited answers."""
