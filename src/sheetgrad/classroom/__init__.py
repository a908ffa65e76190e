"""The classroom: exercises for every student, and marks for what they hand in."""
