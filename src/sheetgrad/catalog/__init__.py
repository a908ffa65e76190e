"""What a network can be made of: one table for each kind, one entry for each thing."""
