"""Evidence: what rules look at, and the book in which they enter facts and findings."""
