"""Training: data, losses, optimisers and schedules, and `fit`."""
