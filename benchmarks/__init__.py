"""Side-by-side timings of ranvier and its peers. Start with README.md."""
