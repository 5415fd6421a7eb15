"""`python -m cds_service` is `cds-service`."""

import sys

from cds_service.cli import main

# Worker processes import this module again, under another name.
if __name__ == "__main__":
    sys.exit(main())
