"""What an answer or a story already says, so that it is not asked again.

Signs in plain English words, careful to find too little rather than too much: a question asked in
vain can be skipped, one never asked leaves an officer without the answer. Who wrote, and where to
answer, is read in ``who``.
"""

import re

from intake.domain.interview.held import Question
from intake.domain.text import words

_FLAGS = re.VERBOSE | re.IGNORECASE

_MONTH = r"""(?:january|february|march|april|may|june|july|august|september|october|november
    |december|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec)"""
_WEEKDAY = r"(?:mon|tues?|wednes|thurs?|fri|satur|sun)day"
_NUMBER = r"""(?:\d+|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|several
  |a\s+few
    |a\s+couple\s+of|some|many)"""
_SPAN = r"(?:minute|hour|day|night|week|fortnight|month|year)s?"

_WHEN = re.compile(
    rf"""
    \b{_WEEKDAY}s?\b
    | \b(?:yesterday|today|tonight|nowadays|daily|weekly|monthly|overnight)\b
    | \b(?:this|last|next|every|each|all|most)\s+(?:\w+\s+)?(?:morning|afternoon|evening|night|day
        |week|weekend|month|year|spring|summer|autumn|winter|christmas|easter|time)s?\b
    | \b{_NUMBER}\s+(?:\w+\s+)?{_SPAN}\s+(?:ago|now|running|in\s+a\s+row|late)\b
    | \b(?:for|over|past|last|within|after|nearly|almost|about)\s+(?:the\s+)?(?:(?:past|last|over
      |about
        |nearly|almost)\s+)?{_NUMBER}\s+(?:\w+\s+)?{_SPAN}\b
    | \bfor\s+(?:\w+\s+)?(?:days|nights|weeks|months|years|ages)\b
    | \b{_SPAN}\s+ago\b
    | \bsince\s+\w+
    | \b(?:once|twice|(?:two|three|four|five|six|seven|eight|nine|ten|\d+|several|many)\s+times)\b
    | \b\d{{1,2}}[/.\-]\d{{1,2}}(?:[/.\-]\d{{2,4}})?\b
    | \b\d{{4}}-\d{{2}}-\d{{2}}\b
    | \b\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}\b
    | \b(?:in|on|since|until|during|by|from|early|late|mid|end\s+of)[\s-]+{_MONTH}\b
    | \b{_MONTH}\s+(?:the\s+)?\d{{1,4}}(?:st|nd|rd|th)?\b
    | \b(?:in|since)\s+(?:19|20)\d\d\b
    | \b(?:at|around|about|by)\s+\d{{1,2}}(?:[:.]\d\d)?\s*(?:[ap]\.?m\.?|o'?clock)?(?=\W|$)
    | \b\d{{1,2}}(?:[:.]\d\d)?\s*[ap]m\b
    | \bat\s+(?:christmas|easter|new\s+year|the\s+weekend)\b
    """,
    _FLAGS,
)

_POSTCODE = r"\b[A-Z]{1,2}\d[A-Z\d]?\s?\d[A-Z]{2}\b"
# What a street is called by; the second kind are words of other uses, and need a number or a
# capital on both words.
_STREET = r"(?:road|street|avenue|lane|crescent|terrace|mews|estate|rd|ave|cres)"
_OTHER_STREET = r"""(?:close|drive|court|place|gardens|grove|way|square|walk|hill|row|rise|green
  |park
    |view|house|tower|lodge|point|bridge|st|dr|ct|gdns|sq)"""
_NO_NAME = r"""(?:the|a|an|my|our|your|their|his|her|this|that|these|every|each|another|any|some
  |whole
    |main|busy|quiet|same|next|side|off|across|on|in|of|up|down|out|to|and|or|whose|which|no|open
    |entire|side|council|housing|new|old|long|wide|narrow|nearby|local|public)"""
_PLACE = re.compile(
    rf"""
    {_POSTCODE}
    | \b(?!{_NO_NAME}\s)[a-z][\w'’-]+\s+{_STREET}\b
    | \b\d{{1,4}}[a-z]?,?\s+(?:[a-z][\w'’-]+\s+){{1,3}}(?:{_STREET}|{_OTHER_STREET})\b
    | \b(?:flat|block|apartment|unit|plot|garage)\s+(?:number\s+|no\.?\s*)?(?:\d+[a-z]?|[a-z])\b
    | \b(?:in|at|near|by|outside|behind|opposite|on|to|from|of|inside|through|around)\s+
        (?:the|our|your|this)\s+(?:\w+\s+){{0,2}}(?:library|park|playground|play\s+area|cemetery
        |crematorium|churchyard|museum|market|town\s+hall|civic\s+centre|leisure\s+centre
        |sports?\s+(?:centre|hall)|swimming\s+pool|baths|pool|gym|car\s+park|bus\s+station
          |allotments?
        |tip|recycling\s+centre|community\s+centre|town\s+centre|high\s+street|council\s+offices?
        |front\s+desk|reception|recreation\s+ground|canal|river|roundabout|school|surgery|station
        |underpass|subway|footbridge)\b
    """,
    _FLAGS,
)
_NAMED_PLACE = re.compile(
    r"""
    \b(?!(?:The|A|My|Our|Your|This|No|In|It|That|One|Which|Every)\s)[A-Z][\w'’-]+\s+
    (?:Close|Drive|Court|Place|Gardens|Grove|Way|Square|Walk|Hill|Row|Rise|Green|Park|View|House
      |Tower|Towers|Lodge|Point|Bridge|St|Library|Museum|Cemetery|(?:Leisure|Community
        |Civic)\s+Centre
      |Town\s+Hall)\b
    """,
    re.VERBOSE,
)

_SOMEONE = r"(?:i|we|he|she|they|you|mum|dad|my\s+\w+|our\s+\w+|neighbours?|tenants?)"
_TOLD_BEFORE = re.compile(
    rf"""
    \b{_SOMEONE}(?:['’]ve|\s+have|\s+had|['’]d|\s+has)?(?:\s+(?:already|also|even|now|both|all
      |first|then
        |only|just|since))?\s+(?:reported|rang|rung|phoned|emailed|e-mailed|complained|contacted
          |chased
        |notified|informed|told\s+(?:you|them|the\s+council|someone|somebody|your)
        |(?:wrote|written|spoke|spoken)\s+to|logged|raised)\b
    | \b{_SOMEONE}(?:['’]ve|\s+have|\s+had)?(?:\s+\w+)?\s+called\s+(?:you|the\s+council|them|up|in
      |about
        |again|twice|\w+\s+times|and\b|but\b|on\b|last\b|your\b)
    | \b(?:reported|rang|phoned|emailed|chased|complained)\s+(?:it|this|them|you|the\s+council
      |again|twice
        |before|several|many|on\b|in\b|last\b|to\b|about\b|\w+\s+times)
    | \b(?:second|third|fourth|fifth|sixth|umpteenth|\d+(?:nd|rd|th))\s+(?:time|complaint|email
      |call|letter
        |report|message)\b
    | \bstill\s+(?:not|no\b|nothing|waiting|hasn|haven|isn|aren|the\s+same|broken|leaking|there)
    | \b(?:no\s*(?:body|\s+one|one))\s+(?:came|has\s+come|turned\s+up|answered|replied|rang\s+back
      |called\s+back
        |got\s+back|has\s+(?:got|come|called|replied|rung|been)|showed)\b
    | \bno\s+(?:reply|answer|response)\b
    | \b(?:(?:my|your|job|case|order|report)\s+)?ref(?:erence)?(?:\s+(?:number
      |no)\b)?[\s.:#]*(?:is\s+)?
        [a-z]*[-/]?\d[\w/-]{{2,}}
    | \b(?:was|were|been)\s+(?:promised|told\s+(?:it|that|they|someone|somebody|to\s+wait|a\b|an\b))
    | \byou\s+(?:promised|said\s+you)\b
    | \b(?:keep|kept)\s+(?:ringing|calling|phoning|emailing|chasing|reporting|asking|telling)\b
    | \b(?:first\s+time\s+(?:i|we)\b|never\s+(?:told|reported|complained|contacted)|(?:not
      |n['’]t)\s+
        (?:yet\s+)?(?:told|reported|contacted|complained|rung|said))
    """,
    _FLAGS,
)

_OUTCOME = re.compile(
    r"""
    \b(?:i|we)(?:['’]d|\s+would|\s+just|\s+only|\s+do|\s+really)*\s+(?:want|like|love|need|expect
      |hope|wish
        |ask|demand|suggest|propose)\b(?!\s+to\s+(?:complain|report|make|tell|say|raise|speak|let
          |thank|know))
    | \bplease\b(?!\s+(?:help|see|find|note|be\s+aware))
    | \b(?:can|could|would|will|may)\s+(?:you|someone|somebody|anyone|we|it)\b
    | \b(?:needs?|ought)\s+(?:to\s+be|fixing|mending|sorting|emptying|cleaning|clearing|replacing
      |repairing)\b
    | \bshould\s+(?:be|have|get|put|send|pay|come|stop)\b
    | \b(?:refund|compensation|apolog(?:y|ise|ize)|reimburse\w*)\b
    | \b(?:asking|looking)\s+for\b
    """,
    _FLAGS,
)

_FIRST_TIME = re.compile(
    r"""
    \W*(?:(?:no|nope|never|not\s+(?:yet|before|at\s+all|really))\b[\s,.!]*)*
    (?:(?:i\s+|we\s+)?(?:have\s+not|haven['’]?t|have\s+never|did\s+not|didn['’]?t|never)
      (?:\s+(?:told|reported|contacted|said|yet|before|you|anyone|anybody|it|this))*[\s,.!]*)?
    (?:(?:this|it)?['’]?s?\s*(?:is|was)?\s*(?:the|my|our)?\s*(?:very\s+)?first\s+(?:time|report)
      (?:\s+(?:i|we)(?:['’]ve|\s+have)?\s+(?:told|reported|contacted|written|said|asked)
        (?:\s+(?:you|it|this|anyone))*)?)?
    \W*
    """,
    _FLAGS,
)


def is_first_time(text: str) -> bool:
    """Whether an answer says no more than that nobody was told before."""
    return bool(words(text)) and _FIRST_TIME.fullmatch(text) is not None


_ADJUSTMENTS = re.compile(
    r"""
    \b(?:large|bigger)\s+print\b | \bbraille\b | \beasy\s+read\b | \bsign\s+language\b | \bbsl\b
    | \binterpreter\b | \btext\s*phone\b | \brelay\s+uk\b
    | \b(?:i\s+am|i['’]m)\s+(?:\w+\s+)?(?:blind|deaf|dyslexic|partially\s+sighted
      |hard\s+of\s+hearing)\b
    """,
    _FLAGS,
)
_RELATIVE = r"""(?:mum|mother|dad|father|nan|gran(?:ny|dad|dma|dmother|dfather)?|son|daughter
  |husband|wife
    |partner|brother|sister|aunt|uncle|neighbour|friend|client|tenant|constituent|resident)"""
_ON_BEHALF = re.compile(
    rf"""
    \bon\s+behalf\s+of\b | \b(?:writing|asking|speaking|complaining|acting)\s+for\s+(?:my|a|an
      |mrs?|ms|our)\b
    | \bfor\s+my\s+(?:elderly\s+|disabled\s+)?{_RELATIVE}\b
    """,
    _FLAGS,
)

_SIGNS = (
    (Question.WHEN, _WHEN),
    (Question.PLACE, _PLACE),
    (Question.PLACE, _NAMED_PLACE),
    (Question.TOLD_BEFORE, _TOLD_BEFORE),
    (Question.OUTCOME, _OUTCOME),
    (Question.ADJUSTMENTS, _ADJUSTMENTS),
    (Question.ON_BEHALF, _ON_BEHALF),
)


def found_in(text: str) -> frozenset[Question]:
    """The questions that a text answers already; who wrote it is not looked for here."""
    return frozenset(question for question, pattern in _SIGNS if pattern.search(text))


_PLACELESS = re.compile(
    r"""
    \b(?:council\s+tax|benefits?|web\s*site|web\s+page|online|on\s+the\s+phone|telephone
      |call\s+centre|app
    |emails?|letters?|leaflets?|newsletter|policy|policies|budget|elections?|vot(?:e|ing|er|ers)
      |councillors?
    |committee|planning\s+portal|form|consultation|customer\s+services?)\b
    """,
    _FLAGS,
)


def may_have_place(text: str) -> bool:
    """Whether asking where makes sense: not of the website, a tax, a policy or a telephone call."""
    return _PLACELESS.search(text) is None


_HELLO = r"""hi|hello|hey|hiya|morning|afternoon|evening|good\s+(?:morning|afternoon|evening|day)
    |there|dear|sir|madam|team|council|bot"""
_GREETING = re.compile(rf"^\W*(?:(?:{_HELLO})\b\W*)+", _FLAGS)
_COURTESY = re.compile(
    rf"^\W*(?:(?:{_HELLO}|thank\s+you|thanks|very\s+much|so\s+much|again|all|please|ok(?:ay)?)\b\W*)+",
    _FLAGS,
)
_MERE_OPENING = re.compile(
    r"""
    (?:(?:please\s+)?(?:can|could|may)\s+(?:i|you)\s+|i(?:\s+would|['’]d)?\s+(?:like|want|need
      |wish)\s+to\s+
      |i\s+(?:have|have\s+got|need|got)\s+|i['’](?:ve|ve\s+got)\s+)?
    (?:please\s+)?
    (?:(?:some\s+)?help(?:\s+me)?
      |(?:report|tell\s+you(?:\s+about)?|ask(?:\s+about)?|raise|talk\s+about|say|leave)\s+
        (?:something|a\s+problem|an\s+issue|a\s+question|you|(?:some\s+)?feedback)
      |(?:a|an|some)\s+(?:problem|issue|question|query|concern|feedback))
    (?:\s+(?:with\s+(?:this|something)|please|thanks|thank\s+you))*\W*
    """,
    _FLAGS,
)


def without_greeting(text: str) -> str:
    """A text without the greeting it starts with."""
    return _GREETING.sub("", text).strip()


def without_courtesy(text: str) -> str:
    """A text without the greeting or thanks it starts with."""
    return _COURTESY.sub("", text).strip()


def says_something(text: str) -> bool:
    """Whether there is anything of a story in a text: more than a greeting or an announcement."""
    rest = without_courtesy(text)
    return bool(words(rest)) and _MERE_OPENING.fullmatch(rest) is None


_MOST_OF_A_BARE_WISH = 4


def is_bare(text: str) -> bool:
    """Whether a wish to add something says no more than that yet."""
    return len(words(text)) <= _MOST_OF_A_BARE_WISH


_MOST_OF_AN_ANSWER = 40
_FEWEST_OF_A_TALE = 18
_SENTENCE_END = re.compile(r"[.!?\n]+\s+\S")


def is_tale(text: str) -> bool:
    """Whether an answer is clearly more of the story too: very long, or of several sentences."""
    count = len(words(text))
    return count >= _MOST_OF_AN_ANSWER or (
        count >= _FEWEST_OF_A_TALE and len(_SENTENCE_END.findall(text)) > 1
    )


_FORMAL = re.compile(
    r"""
    \b(?:formal|official)(?:ly)?\s+(?:complain|complaint)\b
    | \b(?:make|making|raise|lodge|log|file|register|submit)\s+(?:this|it|an?
      |my)\s+(?:as\s+an?\s+)?complaint\b
    | \b(?:treat|log|record|handle|deal\s+with|take|count)\w*\s+(?:this|it)\s+as\s+an?\s+complaint\b
    | \bi\s+(?:want|wish|would\s+like|need|['’]d\s+like)\s+to\s+complain\b
    """,
    _FLAGS,
)
_NOT_FORMAL = re.compile(
    r"""(?:not|n['’]t|never|no\s+need|already|before|last\s+\w+|previous\w*|rather\s+than
      |instead\s+of|if
    |answer|repl(?:y|ied)|my|made|raised)\b[^.!?]{0,30}$""",
    _FLAGS,
)


def asks_for_complaint(text: str) -> bool:
    """Whether somebody says that they want a complaint made of this.

    Not when they say they want none, or tell of one they made before.
    """
    return any(not _NOT_FORMAL.search(text[: found.start()]) for found in _FORMAL.finditer(text))
