"""The council's own names for the service areas and the teams behind them, from a settings file."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

from intake.domain.categories import AreaTeam, ServiceArea
from intake.errors import ConfigurationError


def load_service_areas(path: Path) -> Mapping[ServiceArea, AreaTeam]:
    """Name and team of each area of the guide.

    Raises ``ConfigurationError`` naming the file and the area that is missing, unknown or unnamed.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as exc:
        raise ConfigurationError(f"{path}: cannot be read: {exc}") from exc
    unknown = set(tables) - set(ServiceArea)
    if unknown:
        raise ConfigurationError(f"{path}: {min(unknown)}: is no service area of the guide")
    return {area: _team(path, area, tables.get(area)) for area in ServiceArea}


def _team(path: Path, area: ServiceArea, table: object) -> AreaTeam:
    match table:
        case {"name": str(name), "team": str(team)} if name.strip() and team.strip():
            return AreaTeam(name=name.strip(), team=team.strip())
    raise ConfigurationError(f"{path}: {area.value}: needs a name and a team")
