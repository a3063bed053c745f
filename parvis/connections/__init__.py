"""Connected accounts, their sealed tokens, their refresh and their health."""
