"""Training: steps, programs, feeds, and the loop around them."""
