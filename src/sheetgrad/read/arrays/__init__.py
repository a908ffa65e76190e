"""Reading: equations between whole vectors and matrices."""
