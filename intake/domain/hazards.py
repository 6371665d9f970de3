"""The kinds of danger a message may tell of.

A hazard is looked for in every message, whatever its category, and alerts a person at once. This
module names the kinds; the classifier says which of them a message tells of.
"""

from enum import StrEnum


class Hazard(StrEnum):
    """A possible danger to a person or a home, as the labelling guide lists them."""

    GAS = "gas"
    FIRE = "fire"
    ELECTRICAL = "electrical"
    NO_HEATING = "no_heating"
    DAMP_MOULD = "damp_mould"
    STRUCTURAL = "structural"
    SELF_HARM = "self_harm"
    ABUSE = "abuse"
    THREAT = "threat"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The plain name shown to people."""
        return _WORDS[self]


_WORDS: dict[Hazard, str] = {
    Hazard.GAS: "Gas or carbon monoxide",
    Hazard.FIRE: "Fire",
    Hazard.ELECTRICAL: "Electrical danger",
    Hazard.NO_HEATING: "No heating or water with a vulnerable person",
    Hazard.DAMP_MOULD: "Damp and mould affecting health",
    Hazard.STRUCTURAL: "Structural danger",
    Hazard.SELF_HARM: "Risk of suicide or self-harm",
    Hazard.ABUSE: "Abuse or safeguarding",
    Hazard.THREAT: "Threat to others",
    Hazard.OTHER: "Another danger",
}
