"""What is new, and what it belongs to: items sieved, matched to stories, placed in series with what these still owe."""
