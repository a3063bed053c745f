"""Posts that come from elsewhere: rows of a table are looked at, corrected and imported."""
