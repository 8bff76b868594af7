"""What reads the events after they are committed: each folder is one follower."""
