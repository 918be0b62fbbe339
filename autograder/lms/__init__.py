"""Learning platforms: who is meant by what Moodle and Canvas say of a person, and marks into the forms that they export."""
