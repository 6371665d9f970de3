"""The only place that knows every class: settings in, ready services out.

Each part is built when it is first asked for, so a process loads what its role needs and no more.
"""

from intake.bootstrap.application import Application
from intake.bootstrap.ground import active_model_file, model_dir

__all__ = ["Application", "active_model_file", "model_dir"]
