"""What monitoring asks: whether the program lives, whether all its parts work, and its figures.

Open to whoever can reach the port; the answers hold counts and names of parts, and nothing of a
case.
"""

from collections.abc import Iterable
from datetime import datetime

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CollectorRegistry
from prometheus_client.core import Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from intake.entrypoints.web.parts import Parts
from intake.services.bot_report import BotReport, BotState
from intake.services.learning_ports import DriftCheck
from intake.services.operations import Figures, PartHealth
from intake.services.operations_ports import JobRecord
from intake.services.report_agreement import AgreementFigures

router = APIRouter(include_in_schema=False)


@router.get("/health/live")
def live() -> Response:
    """The web process answers."""
    return JSONResponse({"status": "ok"})


@router.get("/health/ready")
@router.get("/health")
def ready(parts: Parts) -> Response:
    """Every part by name; 503 when one of them does not work that is needed."""
    health = parts.operations.health()
    is_well = all(part.is_well or not part.is_needed for part in health)
    body = {
        "status": "ok" if is_well else "failing",
        "parts": {part.name: {"status": _status(part), "detail": part.detail} for part in health},
    }
    return JSONResponse(body, status_code=200 if is_well else 503)


def _status(part: PartHealth) -> str:
    if part.is_well:
        return "ok"
    return "failing" if part.is_needed else "away"


@router.get("/metrics")
def metrics(parts: Parts) -> Response:
    """The figures of this moment in Prometheus' text format."""
    registry = CollectorRegistry()
    registry.register(_Moment(parts.operations.figures(), parts.report_agreement.figures()))
    return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)


class _Moment(Collector):
    """Figures as metrics."""

    def __init__(self, figures: Figures, agreement: AgreementFigures) -> None:
        self._figures = figures
        self._agreement = agreement

    def collect(self) -> Iterable[Metric]:
        """Each metric."""
        figures = self._figures
        yield _by_state(
            "messages", "Received messages not yet processed.", figures.messages.items()
        )
        yield _by_state("letters", "Letters of ours.", figures.letters.items())
        yield _by_state("cases", "Cases.", figures.cases.items())
        yield GaugeMetricFamily(
            "intake_oldest_waiting_seconds",
            "How long the oldest message not yet processed has waited.",
            value=figures.oldest_waiting_seconds,
        )
        yield from _jobs(figures.jobs)
        yield _bot(figures.bot)
        yield _by_state("blind_readings", "Blind readings drawn.", self._agreement.readings.items())
        yield from _agreement(self._agreement)
        yield from _drift(self._agreement.checks)


def _by_state(name: str, what: str, counts: Iterable[tuple[str, int]]) -> Metric:
    gauge = GaugeMetricFamily(f"intake_{name}", what, labels=["state"])
    for state, count in counts:
        gauge.add_metric([str(state)], count)
    return gauge


def _bot(report: BotReport) -> Metric:
    gauge = GaugeMetricFamily(
        "intake_bot", "1 for the state the chat's bot is in.", labels=["state"]
    )
    for state in BotState:
        gauge.add_metric([state.value], state is report.state)
    return gauge


def _agreement(figures: AgreementFigures) -> Iterable[Metric]:
    labels = ["comparison", "category"]
    read = GaugeMetricFamily(
        "intake_agreement_answers", "Pairs of answers of the last 30 days.", labels=labels
    )
    share = GaugeMetricFamily(
        "intake_agreement_share", "Share of them that agree, where there are any.", labels=labels
    )
    kappa = GaugeMetricFamily(
        "intake_agreement_kappa", "Cohen's kappa, where it is defined.", labels=labels
    )
    for comparison, line in figures.lines.items():
        by_category = {category.value: each for category, each in line.by_category.items()}
        found = {"all": line.whole, **by_category}
        for name, each in found.items():
            read.add_metric([comparison.value, name], each.count)
            if each.share is not None:
                share.add_metric([comparison.value, name], each.share)
            if each.kappa is not None:
                kappa.add_metric([comparison.value, name], each.kappa)
    return read, share, kappa


def _drift(checks: Iterable[DriftCheck]) -> Iterable[Metric]:
    alarm = GaugeMetricFamily(
        "intake_drift_alarm", "Whether the classifier has drifted.", labels=["measure"]
    )
    figure = GaugeMetricFamily(
        "intake_drift_figure",
        "What was measured: share of agreement, or divergence of the mix in bits.",
        labels=["measure"],
    )
    for check in checks:
        alarm.add_metric([check.measure.value], bool(check.alarm_since))
        if check.figure is not None:
            figure.add_metric([check.measure.value], check.figure)
    return alarm, figure


def _jobs(jobs: Iterable[JobRecord]) -> Iterable[Metric]:
    labels = ["job", "node"]
    last = GaugeMetricFamily(
        "intake_job_last_finished_timestamp_seconds", "When a job last ended.", labels=labels
    )
    runs = CounterMetricFamily("intake_job_runs", "How often a job has run.", labels=labels)
    failures = CounterMetricFamily("intake_job_failures", "How often a job failed.", labels=labels)
    for job in jobs:
        last.add_metric([job.name, job.node], _timestamp(job.last_finished_at))
        runs.add_metric([job.name, job.node], job.runs)
        failures.add_metric([job.name, job.node], job.failures)
    return last, runs, failures


def _timestamp(at: datetime | None) -> float:
    return at.timestamp() if at else 0.0
