"""Writers, one file for each target; they are given values and never compute them."""
