"""Posts that come from elsewhere: the rows of a table."""
