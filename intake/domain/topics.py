"""Words that point to a service area.

A sign is no verdict: a bin by a bus stop is not transport. The classifier weighs these words with
everything else; they let it know a service whose messages it has seldom seen.
"""

import re

from intake.domain.categories import ServiceArea

_SIGNS: dict[ServiceArea, str] = {
    ServiceArea.HOUSING_REPAIRS: r"""
        repairs? | repairman | plumber | electrician | boilers? | radiators? | heating | damp
        | mou?ld(?:y)? | leaks?(?:ing)? | taps? | toilet | kitchen | bathroom | ceiling |
        gutter(?:s|ing)? | plaster(?:er|ing)? | windows? | job\s+(?:no|number|ref) |
        operatives? | joiner | wet\s+room | rewire | cooker | socket |
        my\s+(?:flat|door|back\s+door) | lifts? | tenant
    """,
    ServiceArea.HOUSING_TENANCY: r"""
        tenanc(?:y|ies) | housing\s+officer | rent(?:\s+account)? | arrears |
        leasehold(?:er)?s? | service\s+charges? | neighbours? | asb | anti-?social |
        caretakers? | estate | mutual\s+exchange | swap | succession | evict(?:ion|ed)? |
        concierge | communal | stairwell | council\s+(?:tenant|flat|house) | pets? | garages?
        | right\s+to\s+buy | sheltered | warden
    """,
    ServiceArea.HOMELESSNESS_ALLOCATIONS: r"""
        homeless(?:ness)? | temporary\s+accommodation | bidding | bids? |
        band(?:ing)?s?(?:\s+[a-e])? | housing\s+register | waiting\s+list | hostel | b\s?&\s?b
        | hotel | allocations? | lettings | housing\s+options | rough\s+sleep(?:er|ing)s? |
        refuge | prevention\s+duty | medical\s+assessment | overcrowd(?:ed|ing)? | homefinder
        | doorways?
    """,
    ServiceArea.WASTE_RECYCLING: r"""
        bins? | binmen | bin\s?(?:men|crew|lorry|lads|wagon) | recycl(?:e|ing) | refuse |
        rubbish | wheelie | cadd(?:y|ies) | food\s+waste | garden\s+waste | brown\s+bin |
        bulky | the\s+tip | household\s+waste | hwrc | black\s+bags? | collections? |
        collected | sacks? | nappy | skip
    """,
    ServiceArea.STREET_SCENE: r"""
        litter | fly-?\s?tip(?:s|ped|ping|per|pers)? | dog\s+(?:mess|poo|foul\w*|dirt|muck) |
        graffiti | parks? | playground | play\s+area | swings? | slide | trees? |
        branch(?:es)? | hedges? | verges? | grass | mow(?:n|ed|ing)? | benches | bench |
        flower\s?beds? | weeds? | sweep(?:er|ing)? | street\s+clean\w* | public\s+toilets? |
        leaves | needles | rec | pond
    """,
    ServiceArea.PARKING_HIGHWAYS: r"""
        park(?:ed|ing) | permits? | pcns? | penalty\s+charge | wardens? | blue\s+badge |
        pot\s?holes? | pavements? | kerbs? | road(?:s|works)? | street\s?lights? |
        lamp\s?posts? | lamps? | drains? | gull(?:y|ies) | yellow\s+lines? | zebra | crossing
        | traffic | speed(?:ing)? | car\s+parks? | cycle\s+lane | bollards? |
        gritt?(?:ed|ing|er)? | manhole | bays? | bus\s+(?:stop|lane|gate)
    """,
    ServiceArea.COUNCIL_TAX_BENEFITS: r"""
        council\s+tax | business\s+rates | rateable | housing\s+benefit | benefits? |
        single\s+person | discount | bailiffs? | enforcement\s+agents? | summons(?:ed)? |
        liability\s+order | direct\s+debit | instal?ments? | tax\s+(?:bill|band|support) |
        reminder | recovery | overpayment | refund | exemption | universal\s+credit
    """,
    ServiceArea.PLANNING_BUILDING_CONTROL: r"""
        planning | planners? | application\s+(?:no|ref|number)? | extension |
        building\s+control | conservation\s+area | listed\s+building |
        enforcement\s+(?:officer|notice|case) | developer | development | permission | loft |
        dormer | conservatory | local\s+plan | site\s+notice | committee\s+report |
        tree\s+preservation | tpo | hoarding | dangerous\s+structure
    """,
    ServiceArea.ENVIRONMENTAL_HEALTH_LICENSING: r"""
        environmental\s+health | noise | nois[ey] | rats? | mice | pest | vermin |
        cockroach(?:es)? | hygiene | takeaway | food\s+poison\w* | licen[cs](?:e|es|ing|ed) |
        taxi(?:s)? | dog\s+warden | stray | smoke | bonfires? | private\s+(?:landlord|rent\w*)
        | hmo | air\s+quality | smells? | kennels? | wasps? | bed\s?bugs | diary\s+sheets? |
        music | loose
    """,
    ServiceArea.LEISURE_CULTURE: r"""
        leisure\s+centre | swim(?:ming)? | pool | gym | sports?\s+(?:hall|centre)? | library |
        libraries | museum | gallery | theatre | allotments? | plot | festival | fair |
        fireworks | events? | classes | exhibition | concert | lifeguards? | changing\s+rooms?
        | membership | lane | community\s+centre | markets? | christmas\s+lights | bandstand
    """,
    ServiceArea.ELECTIONS_DEMOCRATIC: r"""
        elect(?:ion|ions|oral|ed) | vot(?:e|es|ed|er|ers|ing) | poll(?:s|ing)? | ballot |
        postal\s+vote | register\s+of\s+electors | open\s+register | councillors? | cllr |
        mayor | cabinet | full\s+council | scrutiny | public\s+gallery | council\s+meeting |
        petition | consultation | minutes | standing\s+for | candidate | democratic
    """,
    ServiceArea.CUSTOMER_SERVICES: r"""
        (?:on|the)\s+(?:the\s+)?phone | phone\s?line | on\s+hold | switchboard | website |
        web\s?chat | online\s+form | front\s+desk | reception(?:ist)? | help\s?desk |
        call\s+(?:centre|handler) | customer\s+services? | contact\s+centre | queue |
        log\s?(?:in|on) | password | portal | robot | chat\s?bot | app | one\s+stop\s+shop |
        recorded\s+(?:voice|message) | press(?:ed)?\s+[0-9]
    """,
    ServiceArea.BEREAVEMENT: r"""
        graves? | graveyard | cemetery | cemeteries | crematorium | cremat(?:e|ed|ion) |
        burial | buried | headstones? | memorials? | ashes | funerals? | churchyard |
        interment | bereavement | mason | undertaker | garden\s+of\s+rest | mourners? | chapel
        | plaque
    """,
    ServiceArea.OTHER_AREA: r"""
        registrars? | wedding | marriage | birth\s+certificate | social\s+(?:worker|services)
        | care\s+home | carers? | school(?:s)?\s+(?:place|admission|transport) |
        bus\s+(?:pass|driver|route) | gp | hospital | police | foi |
        freedom\s+of\s+information | invoice | tender | newsletter | unsubscribe | payroll |
        recruit(?:ment|er)? | vacancy | seo | nhs | ambulance | safeguarding
    """,
}

_PATTERNS = tuple(
    (area, re.compile(rf"\b(?:{pattern})\b", re.VERBOSE | re.IGNORECASE))
    for area, pattern in _SIGNS.items()
)


def topic_signs(text: str) -> list[ServiceArea]:
    """The areas that words of the normalised text point to, once for each word found."""
    return [area for area, pattern in _PATTERNS for _ in pattern.finditer(text)]
