"""Where the frozen program begins; worker processes of a bundle begin here too."""

import multiprocessing
import sys

from app.main import main

if __name__ == "__main__":
    multiprocessing.freeze_support()
    sys.exit(main())
