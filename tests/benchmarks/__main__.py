"""`make bench`: every benchmark in turn, a line a figure. Names as arguments choose some."""

import argparse
import sys
import time

from tests.benchmarks import acceptance, chat, classification, receipts

MEASURES = {
    "acceptance": acceptance.measure,
    "receipts": receipts.measure,
    "classification": classification.measure,
    "chat": chat.measure,
}


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("names", nargs="*", choices=[[], *MEASURES], metavar="NAME")
    names = parser.parse_args().names or list(MEASURES)
    began = time.monotonic()
    for name in names:
        for figure in MEASURES[name]():
            sys.stdout.write(f"{figure}\n")
            sys.stdout.flush()
    sys.stdout.write(f"Measured in {time.monotonic() - began:.0f} seconds.\n")


if __name__ == "__main__":
    main()
