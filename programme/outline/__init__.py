"""Programme outlines as organisers write them, read into values and written again. Pure: no database, no HTTP.

`reading` turns a file into text, `lines` the text into numbered lines, `parsing` the lines into an `Outline`,
`completing` adds what an outline leaves to be understood, `matching` compares it with a draft, `writing` writes it.
Every line that is not blank is either placed, or listed as not placed with the reason; blank lines count as neither.
"""
