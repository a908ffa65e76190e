"""Python source, read as equations: followed over arrays by an interpreter of our own, and never run."""
