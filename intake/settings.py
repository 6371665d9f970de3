"""The settings of one run: ``config/default.toml``, the operator's own file, then ``INTAKE_*``.

What each key means is written beside it in ``config/default.toml``. A key nobody knows or a value
of the wrong kind raises ``ConfigurationError`` naming the file (or variable) and the key.
"""

import os
import platform
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError, field_validator

from intake.errors import ConfigurationError

INSTALLATION_DIR = Path(__file__).resolve().parent.parent
DEFAULT_FILE = INSTALLATION_DIR / "config" / "default.toml"
# Variables of this prefix that are not settings: they steer tests or hold mailboxes' passwords.
NOT_SETTINGS = ("INTAKE_TEST_", "INTAKE_IMAP_PASSWORD_")

Window = tuple[int, int]


def _addresses(value: tuple[str, ...]) -> tuple[str, ...]:
    for address in value:
        local, at, domain = address.rpartition("@")
        if not (local and at and domain) or any(part.isspace() for part in address):
            raise ValueError(f"{address!r} is not an email address")
    return tuple(address.lower() for address in value)


class Table(BaseModel):
    """A table of the settings file: read once, never changed, no key it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def _limit_or_nothing(value: str) -> str:
    if value:
        from limits import parse  # only the processes that accept messages need the library

        try:
            parse(value)
        except ValueError as exc:
            raise ValueError('write a limit such as "600/minute", or leave it empty') from exc
    return value


class DatabaseSettings(Table):
    """Where cases are kept."""

    url: str = ""


class SmtpSettings(Table):
    """How mail is accepted by SMTP."""

    host: str
    port: int = Field(ge=0, le=65535)
    hostname: str = ""
    max_size_bytes: int = Field(gt=0)
    limit_per_peer: str = ""
    max_connections: int = Field(gt=0)
    timeout_seconds: float = Field(gt=0)
    tls_certificate: str = ""
    tls_key: str = ""
    tls_required: bool = False

    _is_a_limit = field_validator("limit_per_peer")(_limit_or_nothing)


class HttpSettings(Table):
    """How officers' pages, the chat and the API are served."""

    host: str
    port: int = Field(ge=0, le=65535)
    session_idle_minutes: int = Field(gt=0)
    session_hours: int = Field(gt=0)
    sign_in_attempts: int = Field(gt=0)
    lock_minutes: int = Field(gt=0)
    secure_cookies: bool = False
    trusted_proxies: tuple[str, ...] = ()


class ChatSettings(Table):
    """How residents chat on the council's website."""

    words_file: Path
    resume_minutes: int = Field(gt=0)
    warn_minutes_before: int = Field(gt=0)
    left_minutes: int = Field(gt=0)
    per_client: str = ""
    per_conversation: str = ""
    most_characters: int = Field(gt=0)
    most_turns: int = Field(gt=0)
    allowed_origins: tuple[str, ...] = ()
    keep_days: int = Field(gt=0)
    status_link_minutes: int = Field(gt=0)

    _are_limits = field_validator("per_client", "per_conversation")(_limit_or_nothing)

    @field_validator("allowed_origins")
    @classmethod
    def _are_origins(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for origin in value:
            scheme, found, host = origin.partition("://")
            if scheme not in ("http", "https") or not found or not host or "/" in host:
                raise ValueError(f'{origin!r} is no origin such as "https://www.example.org"')
        return value


class MailboxSettings(Table):
    """One mailbox that is read by IMAP."""

    name: str = Field(pattern=r"^[A-Za-z0-9_-]+$")
    host: str
    port: int = Field(default=993, ge=1, le=65535)
    username: str
    password: SecretStr = SecretStr("")
    security: Literal["tls", "starttls", "none"] = "tls"
    folder: str = "INBOX"
    processed_folder: str = "Processed"
    failed_folder: str = "Failed"
    ca_file: str = ""


class ImapSettings(Table):
    """How mailboxes are read."""

    poll_seconds: float = Field(gt=0)
    idle_seconds: float = Field(gt=0, le=1740)
    timeout_seconds: float = Field(gt=0)
    retry_first_seconds: float = Field(gt=0)
    retry_most_seconds: float = Field(gt=0)
    mailboxes: tuple[MailboxSettings, ...] = ()


class WorkerSettings(Table):
    """How received messages are worked off."""

    poll_seconds: float = Field(gt=0)
    max_tries: int = Field(gt=0)
    claim_seconds: float = Field(gt=0)
    niceness: int = Field(ge=0, le=19)


class ClassifierSettings(Table):
    """Which model reads the messages."""

    model_dir: Path


class ReceiptSettings(Table):
    """What is in automatic acknowledgements and how many may be sent."""

    letters_dir: Path
    per_case: tuple[Window, ...]
    per_address: tuple[Window, ...]
    telephone: str
    telephone_hours: str
    emergency_telephone: str


class RelaySettings(Table):
    """Which server takes our letters."""

    host: str = ""
    port: int = Field(ge=1, le=65535)
    security: Literal["auto", "starttls", "tls", "none"]
    username: str = ""
    password: SecretStr = SecretStr("")
    ca_file: str = ""
    timeout_seconds: float = Field(gt=0)


class OutboxSettings(Table):
    """How often and how long a letter is tried."""

    every_seconds: float = Field(gt=0)
    batch: int = Field(gt=0)
    retry_first_seconds: float = Field(gt=0)
    retry_most_seconds: float = Field(gt=0)
    max_tries: int = Field(gt=0)


class DeadlineSettings(Table):
    """The clocks that start when a message comes in, in working days."""

    acknowledge_working_days: int = Field(gt=0)
    respond_working_days: int = Field(gt=0)
    reply_working_days: int = Field(gt=0)
    check_every_seconds: float = Field(gt=0)


class HazardSettings(Table):
    """Who is told at once of a possible danger."""

    duty_addresses: tuple[str, ...] = ()

    _are_addresses = field_validator("duty_addresses")(_addresses)


class LearningSettings(Table):
    """How much officers read blind, and when the classifier has drifted."""

    blind_reading_share: float = Field(ge=0, le=1)
    second_reading_share: float = Field(ge=0, le=1)
    promised_precision: float = Field(gt=0, lt=1)
    alarm_chance: float = Field(gt=0, lt=1)
    mix_bound: float = Field(gt=0, le=1)
    mix_fewest_cases: int = Field(gt=0)


class BotSettings(Table):
    """Which program understands residents in the chat, and where it runs."""

    enabled: bool
    host: str
    port: int = Field(ge=1, le=65535)
    action_port: int = Field(ge=1, le=65535)
    project: Path
    environment: Path
    token: SecretStr = SecretStr("")
    service_token: SecretStr = SecretStr("")
    reply_seconds: float = Field(gt=0)
    api: str = ""


class TransparencySettings(Table):
    """What only the council knows of its use of the classifier, for the transparency record."""

    contact: str = ""
    website: str = ""
    phase: str = ""
    team: str = ""
    senior_responsible_owner: str = ""
    third_parties: str = ""
    previous_process: str = ""
    alternatives: str = ""
    training: str = ""
    retention: str = ""
    data_sharing: str = ""
    impact_assessments: str = ""


class LogSettings(Table):
    """How log lines look and which are written."""

    format: Literal["json", "console"]
    level: Literal["debug", "info", "warning", "error"]


class Settings(Table):
    """All settings of one run."""

    data_dir: Path
    addresses: tuple[str, ...] = Field(min_length=1)
    council_name: str
    public_url: str
    service_areas: Path
    secret_key: SecretStr
    node: str
    database: DatabaseSettings
    smtp: SmtpSettings
    http: HttpSettings
    chat: ChatSettings
    imap: ImapSettings
    worker: WorkerSettings
    classifier: ClassifierSettings
    receipts: ReceiptSettings
    relay: RelaySettings
    outbox: OutboxSettings
    deadlines: DeadlineSettings
    hazards: HazardSettings
    learning: LearningSettings
    bot: BotSettings
    transparency: TransparencySettings
    logs: LogSettings

    _are_addresses = field_validator("addresses")(_addresses)

    @property
    def database_url(self) -> str:
        """The SQLAlchemy address in force: the setting, else SQLite in the data folder."""
        return self.database.url or f"sqlite:///{self.data_dir / 'intake.db'}"

    @property
    def node_name(self) -> str:
        """The name of this node in claims, leases and job records."""
        return self.node or platform.node() or "node"

    @property
    def bot_api_url(self) -> str:
        """Where the bot reaches this program: the setting, else the web server of this machine."""
        # A server that listens on every address is reached on the loopback one.
        local = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - no listener
        return self.bot.api or http_address(
            local.get(self.http.host, self.http.host), self.http.port
        )

    @property
    def sender_address(self) -> str:
        """The address our letters come from."""
        return self.addresses[0]


def load_settings(
    config_file: Path | None = None, environment: Mapping[str, str] | None = None
) -> Settings:
    """Read the settings in force.

    Raises ``ConfigurationError`` with one line that names the file or variable and the key.
    """
    environment = os.environ if environment is None else environment
    values = _read_file(DEFAULT_FILE)
    origin = str(DEFAULT_FILE)
    if config_file is not None:
        _merge(values, _read_file(config_file))
        origin = str(config_file)
    origins = _apply_environment(values, environment)
    try:
        settings = Settings.model_validate(values)
    except ValidationError as exc:
        first = exc.errors(include_url=False, include_input=False)[0]
        key = ".".join(str(part) for part in first["loc"])
        reason = first["msg"].removeprefix("Value error, ")
        raise ConfigurationError(f"{origins.get(key, origin)}: {key}: {reason}") from exc
    _check_duty_addresses(settings, origins.get("hazards.duty_addresses", origin))
    return settings


def http_address(host: str, port: int) -> str:
    """The address of a server on this host; an IPv6 address stands in brackets."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _check_duty_addresses(settings: Settings, origin: str) -> None:
    """Raises ``ConfigurationError`` when an alert would come back as a message to be alerted of."""
    for address in settings.hazards.duty_addresses:
        local, _, domain = address.rpartition("@")
        # Mail servers bring name+tag@ to name@.
        if f"{local.partition('+')[0]}@{domain}" in settings.addresses:
            raise ConfigurationError(
                f"{origin}: hazards.duty_addresses: {address} is an address that messages come in "
                "by, so every alert would be read as a new message"
            )


def resolved(path: Path) -> Path:
    """A path of the settings that belongs to the installation when it is relative."""
    return path if path.is_absolute() else INSTALLATION_DIR / path


def _read_file(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            return tomllib.load(file)
    except OSError as exc:
        raise ConfigurationError(f"{path}: cannot be read: {exc.strerror}") from exc
    except tomllib.TOMLDecodeError as exc:
        raise ConfigurationError(f"{path}: is not valid TOML: {exc}") from exc


def _merge(values: dict[str, Any], more: Mapping[str, Any]) -> None:
    for key, value in more.items():
        if isinstance(value, dict) and isinstance(values.get(key), dict):
            _merge(values[key], value)
        else:
            values[key] = value


def variable_names() -> dict[str, tuple[str, ...]]:
    """Each variable that sets a key, with the path of that key."""
    names: dict[str, tuple[str, ...]] = {}
    for name, field in Settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Table):
            for key in field.annotation.model_fields:
                if (name, key) != ("imap", "mailboxes"):
                    names[f"INTAKE_{name}_{key}".upper()] = (name, key)
        else:
            names[f"INTAKE_{name}".upper()] = (name,)
    return names


def unknown_variables(environment: Mapping[str, str] | None = None) -> list[str]:
    """Variables that look like settings and are none: said at start, not refused.

    Another program's ``INTAKE_*`` variable on the same machine must not keep mail from being taken.
    """
    known = variable_names()
    return sorted(
        name
        for name in (os.environ if environment is None else environment)
        if name.startswith("INTAKE_") and not name.startswith(NOT_SETTINGS) and name not in known
    )


def _apply_environment(values: dict[str, Any], environment: Mapping[str, str]) -> dict[str, str]:
    """Put the variables over the files; gives the variable each key came from."""
    known = variable_names()
    origins: dict[str, str] = {}
    for variable, text in environment.items():
        if not variable.startswith("INTAKE_") or variable.startswith(NOT_SETTINGS):
            continue
        path = known.get(variable)
        if path is None:
            continue
        table = values
        for part in path[:-1]:
            table = table.setdefault(part, {})
        table[path[-1]] = _value_of(variable, path[-1], text)
        origins[".".join(path)] = f"environment {variable}"
    _apply_mailbox_passwords(values, environment)
    return origins


def _value_of(variable: str, key: str, text: str) -> object:
    if key in ("addresses", "allowed_origins", "trusted_proxies", "duty_addresses"):
        return [part.strip() for part in text.split(",") if part.strip()]
    if key in ("per_case", "per_address"):
        try:
            return tomllib.loads(f"value = {text}")["value"]
        except tomllib.TOMLDecodeError as exc:
            raise ConfigurationError(
                f"environment {variable}: write it as in the file: [[3, 60], [6, 1440]]"
            ) from exc
    return text


def _apply_mailbox_passwords(values: dict[str, Any], environment: Mapping[str, str]) -> None:
    for mailbox in values.get("imap", {}).get("mailboxes", ()):
        name = str(mailbox.get("name", "")).upper().replace("-", "_")
        password = environment.get(f"INTAKE_IMAP_PASSWORD_{name}")
        if password is not None:
            mailbox["password"] = password
