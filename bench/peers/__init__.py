"""Others that could do the same job, each in its best reasonable configuration."""
