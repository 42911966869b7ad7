"""The public data of the programme for other programs: read-only JSON under /api/v1/, described by OpenAPI.

Everything comes from releases. Participants appear as they may be shown today; a release's own content holds
references instead of their names, so that anybody can recompute its digest.
"""
