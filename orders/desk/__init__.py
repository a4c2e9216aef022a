"""What staff write and work through: marks and queues. The mirror does not know of it, and Glu is told nothing."""
