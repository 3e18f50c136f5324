"""Floor 1: what everything else stands on. Imports nothing of ranvier but itself."""
