"""Where submissions come from: a folder, a zip, or a list. Each yields them one by one, and what it refuses as a line for a person."""
