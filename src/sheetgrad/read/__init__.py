"""Reading other people's mathematics: text in, claims with places out. Nothing is judged here."""
