"""Effects: where outputs go (database, topics). Each file uses one client; none imports streams."""
