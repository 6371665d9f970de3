"""Email and chat intake of residents' feedback for an English borough council."""

__version__ = "0.1.0"
