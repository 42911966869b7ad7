"""The outcome document as it leaves the site: on paper, in word processors, as plain text, as a legal document."""
