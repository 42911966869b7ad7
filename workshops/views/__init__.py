"""Pages of the workshops: the list, one workshop with its seats, a group's board, a day's closing."""
