"""What is kept about people: declared by each app, read and taken along, erased, forgotten when its time is over.

Every model that holds something about people is declared once (`declarations.Declaration`). The page *My data* and
its download, erasure, the daily forgetting, the privacy page and docs/processing.md are made of these declarations.
"""
