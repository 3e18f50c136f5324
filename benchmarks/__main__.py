"""`python -m benchmarks`: the command line (`benchmarks/run` sets up its peers)."""

import sys

from benchmarks.runner import main

sys.exit(main())
