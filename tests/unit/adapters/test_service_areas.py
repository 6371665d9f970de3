"""The council's names for its service areas."""

from pathlib import Path

import pytest

from intake.adapters.service_areas import load_service_areas
from intake.domain.categories import ServiceArea
from intake.errors import ConfigurationError
from intake.settings import load_settings, resolved


def shipped() -> Path:
    return resolved(load_settings(None, {}).service_areas)


def test_the_shipped_file_names_every_area_and_its_team() -> None:
    areas = load_service_areas(shipped())
    assert set(areas) == set(ServiceArea)
    assert areas[ServiceArea.WASTE_RECYCLING].team == "Waste team"


@pytest.mark.parametrize(
    ("change", "named"),
    [
        pytest.param(("[bereavement]", "[burials]"), "burials", id="unknown area"),
        pytest.param(('team = "Waste team"', ""), "waste_recycling", id="no team"),
        pytest.param(('name = "Leisure and culture"', 'name = " "'), "leisure", id="no name"),
        pytest.param(("[housing_repairs]", "[housing_repairs"), "areas.toml", id="no TOML"),
    ],
)
def test_a_wrong_file_is_refused_with_what_is_wrong(
    tmp_path: Path, change: tuple[str, str], named: str
) -> None:
    file = tmp_path / "areas.toml"
    file.write_text(shipped().read_text().replace(*change))
    with pytest.raises(ConfigurationError, match=named):
        load_service_areas(file)
