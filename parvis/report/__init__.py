"""Read-only: what pages and commands tell of posts, deliveries and accounts."""
