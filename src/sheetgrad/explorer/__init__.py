"""The explorer: one page that shows backpropagation happening, and what is wrong when it is wrong."""
