# Written so that even a very old Python can read it and be told, in a sentence, that it is too old.
import sys

from bin.oldpython import complaint

problem = complaint(sys.version_info)
if problem:
    sys.exit(problem)

from bin.command import main  # noqa: E402 - only a new enough Python can read what this imports

sys.exit(main(sys.argv[1:]))
