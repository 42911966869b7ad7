"""The programme on paper: a release as PDF, set with Typst."""
