"""What becomes of posts after they went out: their figures, as snapshots, and their replies."""
