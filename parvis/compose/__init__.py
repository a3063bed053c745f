"""Posts, their variants and media, drafts, and what stands in the way of publishing them."""
