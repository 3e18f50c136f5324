"""Training: steps, programs, feeds, the loop around them, and tools for it."""
