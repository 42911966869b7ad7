"""The summary of a day on paper: as PDF, set with Typst."""
