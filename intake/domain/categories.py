"""The six categories and the service areas, in the words of the labelling guide.

These enumerations are the one list of both: their values are what is stored, sent and trained on,
and their docstrings are what officers read as help. How a message gets its category is left to
the classifier; what follows from one (letters, deadlines, stages) is left to the modules of those
names.
"""

from dataclasses import dataclass
from enum import StrEnum


class Category(StrEnum):
    """What kind of message a resident sent; the guide asks in the order other to compliment."""

    COMPLIMENT = "compliment"
    COMMENT = "comment"
    DISSATISFACTION = "dissatisfaction"
    COMPLAINT = "complaint"
    SERVICE_REQUEST = "service_request"
    OTHER = "other"

    @property
    def label(self) -> str:
        """The plain name shown to people."""
        return _CATEGORY_WORDS[self][0]

    @property
    def rule(self) -> str:
        """The guide's rule for this category, as officers' help text."""
        return _CATEGORY_WORDS[self][1]


SEVERITY: tuple[Category, ...] = (
    Category.COMPLAINT,
    Category.DISSATISFACTION,
    Category.SERVICE_REQUEST,
    Category.COMMENT,
    Category.COMPLIMENT,
    Category.OTHER,
)
"""Most serious first: the most serious part of a mixed message decides its category.

A thank-you with one trailing aside stays a compliment. `other` stands last because it is not
feedback at all, so that any feedback beside it decides.
"""


_CATEGORY_WORDS: dict[Category, tuple[str, str]] = {
    Category.COMPLIMENT: (
        "Compliment",
        (
            "Praise or thanks for a service, a decision or a person, also for how a complaint "
            "was handled. A thank-you with one trailing aside is still a compliment; praise "
            "round a grievance is the grievance."
        ),
    ),
    Category.COMMENT: (
        "Comment",
        (
            "A suggestion, idea, opinion or observation about a service, policy or decision. "
            "Disagreement with a policy as such, local or national, is a comment."
        ),
    ),
    Category.DISSATISFACTION: (
        "Expression of dissatisfaction",
        (
            "Unhappy with a service, an action or a lack of action, and nothing that makes it a"
            " complaint: a grumble, a first disappointment, a one-off slip, something to be "
            "noted or quickly put right rather than investigated."
        ),
    ),
    Category.COMPLAINT: (
        "Complaint",
        (
            "Dissatisfied with the standard of service, an action or a lack of action by the "
            "council, its staff or contractors, and at least one of these: it asks in any words"
            " to be treated or answered as a complaint; it tells of a failure reported before "
            "and still not put right, a broken promise or appointment, a missed deadline; it "
            "alleges misconduct, insulting rudeness, discrimination or a breach of duty or of "
            "data protection; it tells of serious harm to the person from the council's "
            "service. The word complaint is not needed: facts decide, not tone."
        ),
    ),
    Category.SERVICE_REQUEST: (
        "Service request",
        (
            "Asks the council to do, fix, provide, change or remove something, or reports a "
            "problem for the first time, without being unhappy with how the council has "
            "behaved, however loud the words. Anger at a neighbour or a fly-tipper is not anger"
            " at the council."
        ),
    ),
    Category.OTHER: (
        "Not feedback",
        (
            "Not feedback to the council: spam, sales, automatic replies and newsletters; an "
            "enquiry for information; a freedom of information or subject access request; a "
            "planning objection, a penalty charge challenge or another matter with its own "
            "statutory route; a message meant for another organisation, even an urgent one; "
            "empty or unreadable."
        ),
    ),
}


class ServiceArea(StrEnum):
    """The team that answers, as the labelling guide divides the council's services."""

    HOUSING_REPAIRS = "housing_repairs"
    HOUSING_TENANCY = "housing_tenancy"
    HOMELESSNESS_ALLOCATIONS = "homelessness_allocations"
    WASTE_RECYCLING = "waste_recycling"
    STREET_SCENE = "street_scene"
    PARKING_HIGHWAYS = "parking_highways"
    COUNCIL_TAX_BENEFITS = "council_tax_benefits"
    PLANNING_BUILDING_CONTROL = "planning_building_control"
    ENVIRONMENTAL_HEALTH_LICENSING = "environmental_health_licensing"
    LEISURE_CULTURE = "leisure_culture"
    ELECTIONS_DEMOCRATIC = "elections_democratic"
    CUSTOMER_SERVICES = "customer_services"
    BEREAVEMENT = "bereavement"
    OTHER_AREA = "other_area"

    @property
    def label(self) -> str:
        """The plain name, shown where the council's own name for the area is not at hand."""
        return _AREA_WORDS[self][0]

    @property
    def rule(self) -> str:
        """What belongs to this area by the guide, as officers' help text."""
        return _AREA_WORDS[self][1]


@dataclass(frozen=True, kw_only=True)
class AreaTeam:
    """What the council calls a service area, and the team that works on its cases."""

    name: str
    team: str


_AREA_WORDS: dict[ServiceArea, tuple[str, str]] = {
    ServiceArea.HOUSING_REPAIRS: (
        "Housing repairs",
        "Repairs, heating, damp and safety in the council's own homes and blocks.",
    ),
    ServiceArea.HOUSING_TENANCY: (
        "Tenancy and estates",
        "Tenancies, rent, neighbours, leaseholders, caretaking and estates of the council's homes.",
    ),
    ServiceArea.HOMELESSNESS_ALLOCATIONS: (
        "Homelessness and allocations",
        "Homelessness, temporary accommodation, the housing register and bidding.",
    ),
    ServiceArea.WASTE_RECYCLING: (
        "Waste and recycling",
        "Bins, recycling, garden and bulky waste, household waste sites.",
    ),
    ServiceArea.STREET_SCENE: (
        "Streets and parks",
        "Cleansing, grounds, parks, trees, dog fouling and fly-tipping; not allotments.",
    ),
    ServiceArea.PARKING_HIGHWAYS: (
        "Parking and highways",
        "Parking, blue badges, roads, pavements, street lights and drains.",
    ),
    ServiceArea.COUNCIL_TAX_BENEFITS: (
        "Council tax and benefits",
        "Council tax, housing benefit and support with it, and business rates.",
    ),
    ServiceArea.PLANNING_BUILDING_CONTROL: (
        "Planning and building control",
        "Planning applications and enforcement, building control.",
    ),
    ServiceArea.ENVIRONMENTAL_HEALTH_LICENSING: (
        "Environmental health and licensing",
        "Noise, pests, food, air, stray and dangerous dogs, private rented homes, licences.",
    ),
    ServiceArea.LEISURE_CULTURE: (
        "Leisure and culture",
        "Leisure centres, libraries, museums, events and allotments.",
    ),
    ServiceArea.ELECTIONS_DEMOCRATIC: (
        "Elections and democracy",
        "The electoral register, voting, councillors and meetings.",
    ),
    ServiceArea.CUSTOMER_SERVICES: (
        "Customer services",
        "Telephones, the website, online forms and the front desk.",
    ),
    ServiceArea.BEREAVEMENT: (
        "Bereavement services",
        "Cemeteries, the crematorium, graves and memorials.",
    ),
    ServiceArea.OTHER_AREA: (
        "Another area",
        "None of the council's other areas, or not a matter for the council.",
    ),
}
