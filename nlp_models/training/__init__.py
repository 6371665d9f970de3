"""From the corpus to a packaged pipeline, one step a module."""
