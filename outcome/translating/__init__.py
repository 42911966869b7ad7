"""The document in other languages: begun for a revision, translated part by part, published as sealed versions."""
