"""The meaning of a safe answer: what is hidden, perturbed and rounded, by which rules."""
