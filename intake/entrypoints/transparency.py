"""`intake report transparency`: gathers what the transparency record is written from."""

from intake import __version__
from intake.adapters.model_facts import read_model_facts
from intake.bootstrap import Application, active_model_file, model_dir
from intake.services.count_decisions import CountDecisions
from intake.services.transparency_facts import RecordFacts


def record_facts(application: Application) -> RecordFacts:
    """The facts of this installation.

    The model is loaded, so that the record names one whose files are whole. Raises
    ``ConfigurationError``, ``ClassifierUnavailable`` and ``StoreUnavailable``.
    """
    settings = application.settings
    return RecordFacts(
        at=application.clock.now(),
        program_version=__version__,
        council_name=settings.council_name,
        addresses=settings.addresses,
        statements=settings.transparency.model_dump(),
        model=read_model_facts(
            model_dir(settings),
            model_version=application.classifier.model_version,
            is_shipped=not active_model_file(settings).is_file(),
        ),
        counts=CountDecisions(application.store, application.clock).run(),
        blind_reading_share=settings.learning.blind_reading_share,
        second_reading_share=settings.learning.second_reading_share,
        promised_precision=settings.learning.promised_precision,
    )
