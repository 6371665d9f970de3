"""The plain words of each command and short answer; a message must be these and nothing more."""

import re

from intake.domain.interview.held import Act

_FLAGS = re.VERBOSE | re.IGNORECASE

_MAY_I = r"""(?:(?:can|could|may|might)\s+i\s+(?:please\s+)?|i(?:\s+would|['’]?d)?\s+(?:like|want
  |need|prefer
    |wish)\s+to\s+|i\s+wanna\s+|let\s+me\s+|is\s+it\s+possible\s+to\s+|how\s+(?:do|can)\s+i\s+)"""
_MAY_YOU = r"(?:(?:can|could|will|would)\s+you\s+(?:please\s+)?|please\s+)"
_HUMAN = r"""(?:(?:a|an|any|the|some|your)\s+)?(?:(?:real|actual|live|human|proper|duty)\s+)?
    (?:person|human|human\s+being|people|someone|somebody|one|anyone|officer|agent|advis[eo]r
      |operator
    |member\s+of\s+staff|staff|representative|manager|real)"""
_LANGUAGE_NAME = r"""(?:polish|romanian|urdu|bengali|bangla|punjabi|panjabi|arabic|ukrainian
  |chinese|mandarin
    |cantonese|portuguese|spanish|french|german|italian|hindi|gujarati|turkish|russian|lithuanian
      |latvian
    |bulgarian|hungarian|czech|slovak|albanian|somali|farsi|persian|pashto|kurdish|tamil|welsh|greek
    |vietnamese|tigrinya|amharic|polski|polsku|rom[aâ]n[aă]|portugu[eê]s|espa[nñ]ol|fran[cç]ais
    |українська|українською|中文|اردو|العربية|বাংলা|ਪੰਜਾਬੀ)"""

_SHORT = {
    Act.FILE: r"""
        (?:(?:yes|yeah|yep|ok|okay|no)\W+)?(?:please\s+)?(?:just\s+|you\s+can\s+)?(?:send|submit
          |file)
          (?:\s+(?:it|this|that|them|everything))?(?:\s+(?:in|off|to\s+(?:you|them|the\s+council
            |an\s+officer)))?
        | (?:(?:yes|yeah|yep|ok|okay)\W+)?(?:go\s+ahead|looks\s+(?:good|right|fine)
          |all\s+(?:correct|good|right)
          |please\s+do|do\s+it|i\s+agree|happy\s+with\s+(?:that|it))
        | (?:(?:yes|yeah|no|nope|ok)\W+)?(?:that['’]?s|that\s+is|thats)\s+(?:it|all|everything
          |the\s+lot)
        | i['’]?m\s+(?:done|finished|happy) | done | finished
    """,
    Act.YES: r"""
        (?:(?:yes+|yeah|yep|yup|y|ya|aye|ok|okay|k|sure|correct|right|fine|alright|all\s+right
          |definitely
          |absolutely|certainly|of\s+course|indeed|true|exactly|great|perfect)\W*){1,3}
        | (?:(?:yes|yeah|yep)\W+)?(?:i\s+(?:am|do|did|have|would|will)|it\s+(?:is|was|has|does)
          |we\s+(?:have|did)
          |(?:that['’]?s|that\s+is|thats|it['’]?s|this\s+is)\s+(?:right|correct|fine|ok|okay|good
            |true))
        | i\s+think\s+so | why\s+not
    """,
    Act.NO: r"""
        (?:(?:no+|nope|nah|n|never|no\s+thanks?|no\s+thank\s+you|not\s+really|not\s+yet
          |definitely\s+not)\W*){1,2}
        | (?:(?:no+|nope|nah)\W+)(?:i['’]?m\s+|we['’]?re\s+|you['’]?re\s+|it['’]?s\s+)
          (?:all\s+)?(?:good|fine|ok|okay|alright|all\s+right)
        | (?:no+\W+)?nothing\s+like\s+that
        | (?:no\W+)?(?:i\s+(?:have\s+not|haven['’]?t|did\s+not|didn['’]?t|do\s+not|don['’]?t
          |am\s+not|would\s+not)
          |i['’]?m\s+not|not\s+(?:before|at\s+all|that\s+i\s+know\s+of|yet)|it\s+(?:is
            |was)\s*n['’]?o?t|never\s+have
          |i\s+never\s+(?:have|did)|(?:not\s+)?first\s+time|don['’]?t|do\s+not|carry\s+on
            |keep\s+going|never\s*mind)
        | no\s+need | never\s*mind
    """,
    Act.SKIP: r"""
        (?:please\s+)?(?:skip|pass|next|miss)(?:\s+(?:this|that|it|the|one|question|on|over|out
          |please)){0,3}
        | (?:sorry\W+)?(?:i\s+)?(?:really\s+)?(?:do\s+not|don['’]?t|dont|dunno|did\s+not|can['’]?t
          |cannot)?\s*
          (?:know|dunno|remember|recall|say|be\s+sure|idk)
          (?:\s+(?:sorry|exactly|really|that|this|it|when|where))?
        | (?:i['’]?m\s+|i\s+am\s+)?not\s+(?:too\s+|really\s+)?sure | no\s+idea | no\s+clue
          | not\s+known | unsure | unknown
        | (?:i['’]?d\s+|i\s+would\s+|i\s+)?(?:rather\s+not|prefer\s+not)(?:\s+(?:to\s+)?(?:say
          |tell|answer|give)
          (?:\s+(?:you|that|it|my\s+name|my\s+details))?)?
        | (?:i\s+(?:want|would\s+like|prefer|wish)\s+to\s+(?:stay|remain|be)\s+|(?:stay|remain
          |be)\s+)?anonymous
        | (?:no\s+)?comment | n/?a | not\s+applicable | does(?:n['’]?t|\s+not)\s+(?:matter|apply)
        | (?:no\W+)?(?:nothing|none|nowhere)(?:\s+(?:else|really|thanks?|comes\s+to\s+mind))?
        | none\s+of\s+your\s+business | mind\s+your\s+own(?:\s+business)?
    """,
}

_LONGER = {
    Act.STOP: rf"""
        (?:{_MAY_I}|{_MAY_YOU})?(?:stop|quit|exit|cancel|abort|stop\s+and\s+delete|end\s+(?:the\s+
          |this\s+)?(?:chat
          |conversation)|start\s+(?:again|over)|forget\s+(?:it|this|about\s+it|everything))
          (?:\s+(?:this|it|now|the\s+chat|this\s+chat|chatting|everything))?
        | (?:(?:yes|yeah|yep|yup|aye|ok|okay)\W+)?
          (?:{_MAY_I}|{_MAY_YOU})?(?:delete|erase|remove|wipe)\s+
          (?:(?:all\s+(?:of\s+)?)?(?:it|this|that)|all|everything
          |(?:all\s+)?(?:of\s+)?
          (?:my|the|this)\s+(?:data|words|messages?|chat|conversation|details|information
            |story))(?:\s+(?:i\s+
          (?:wrote|said|told\s+you)|all|again))?
        | (?:(?:forget\s+(?:it|this)|stop)\W+)?
          (?:i\s+)?(?:do\s+not|don['’]?t)\s+want\s+(?:to\s+(?:do\s+this|go\s+on|carry\s+on
          |continue|send\s+(?:it|this)))
          (?:\s+any\s*more)?
        | i(?:['’]ve|\s+have)\s+changed\s+my\s+mind
    """,
    Act.CHANGE: rf"""
        (?:(?:no|nope)\W+)?(?:{_MAY_I}|{_MAY_YOU})?(?:change|edit|amend|alter|correct
          |fix)\s*(?:(?:it|this|that
          |something|a\s+bit|part\s+of\s+it|the\s+\w+|my\s+\w+|what\s+i\s+(?:said
            |wrote))(?:\s+and\s+contact)?)?
        | (?:(?:no|nope)\W+(?:wait\W+)?)?
          (?:(?:that|this|it|something|(?:the|my)\s+\w+)(?:['’]?s|\s+is
          |\s+was)\s+(?:all\s+)?(?:wrong|incorrect
          |not\s+(?:right|correct|quite\s+right|what\s+i\s+(?:said|meant|wrote)))
          |wrong(?:\s+(?:address|place|street|time|date|day|name|e-?mail(?:\s+address)?
            |(?:(?:tele)?phone\s+|mobile\s+)?number))?|incorrect
            |not\s+(?:right
          |correct|quite|like\s+that)|there['’]?s\s+a\s+mistake|you\s+got\s+(?:it
            |that)\s+wrong)(?:\s+at\s+all)?
    """,
    Act.COMPLAIN: rf"""
        (?:(?:yes|no)\W+)?(?:{_MAY_I}|{_MAY_YOU}|i\s+want\s+(?:this|it)\s+to\s+be\s+
          |it\s+should\s+be\s+)?
          (?:make|making|raise|lodge|log|file|register|submit|put\s+in|treat(?:ed)?|handle[d]?
            |start|open|turn)\s+
          (?:(?:this|it|that)\s+)?(?:in)?(?:to\s+)?(?:as\s+)?(?:an?\s+)?(?:formal\s+|official\s+
            |proper\s+)?complaint
        | (?:{_MAY_I})?complain(?:\s+formally)?
        | (?:make|making)\s+(?:it|this)\s+(?:formal|official)
        | (?:a\s+)?(?:formal|official)\s+complaint | i\s+have\s+a\s+(?:formal\s+)?complaint
        | (?:this|it)\s+is\s+a\s+(?:formal\s+)?complaint | complaint
    """,
    Act.STATUS: r"""
        (?:check|track|chase)?\s*(?:the\s+|my\s+)?(?:case\s+)?(?:status|progress)(?:\s+of\s+(?:my
          |a|the)\s+(?:existing\s+)?
          (?:case|complaint|report|request|message))?
        | (?:what(?:['’]?s|\s+is|\s+has)?|how(?:['’]?s|\s+is)?|where(?:['’]?s
          |\s+is))\s+(?:the\s+)?(?:(?:status|progress)\s+(?:of|on)
          |happening\s+(?:with|to|about)|happened\s+(?:with|to|about)|going\s+on\s+with
            |become\s+of)?\s*(?:my|the|our)\s+
          (?:\w+\s+)?(?:case|complaint|report|request|feedback)(?:\s+(?:going|doing|up\s+to|at
            |getting\s+on))?
        | (?:is\s+there\s+|do\s+you\s+have\s+|have\s+you\s+(?:got\s+)?)?any\s+(?:news|updates?
          |progress)(?:\s+(?:on|about|for)\s+
          (?:my|the)\s+(?:\w+\s+)?(?:case|complaint|report|request))?
        | (?:can\s+i|i\s+want\s+to|i['’]?d\s+like\s+to)\s+(?:check|chase|track|ask\s+about
          |find\s+out\s+about)\s+(?:on\s+)?
          (?:my|an?|the)\s+(?:existing\s+|old\s+|earlier\s+)?(?:case|complaint|report|request)
        | (?:i\s+have|i['’]?ve\s+(?:got)?)\s*(?:already\s+)?(?:got\s+)?a\s+(?:case
          |reference)(?:\s+number|\s+already)?
    """,
    Act.STAGES: r"""
        (?:(?:can|could)\s+you\s+)?(?:tell\s+me\s+|explain\s+)?(?:what(?:['’]?s|\s+is|\s+are)?
          |how\s+many)\s+
          (?:are\s+|is\s+)?(?:the\s+|your\s+)?(?:two\s+|complaints?\s+)?(?:stages?|timescales?
            |times?|time\s+limits?|deadlines?
          |process|procedure|policy|steps)(?:\s+(?:\d|one|two))?(?:\s+(?:of|for|are
            |in)\s+(?:\w+\s+){0,3}\w+)?
        | how\s+long\s+(?:does|will|do|would|until|till|before)\b.{0,50}
        | (?:explain\s+|tell\s+me\s+)?how\s+(?:do(?:es)?|will|is|are)?\s*(?:a\s+|the\s+|your\s+
          |my\s+)?(?:formal\s+)?complaints?\s*
          (?:process\s+|procedure\s+)?(?:work|works|handled|dealt\s+with|run|go)
        | what\s+happens\s+(?:next|then|now|after(?:wards|\s+(?:that|this|i\s+send\s+(?:it|this))))
        | when\s+(?:will|do|can|should)\s+(?:i|you|someone|somebody
          |we)\s+(?:expect\s+(?:to\s+)?)?(?:hear|get|have|reply|answer|respond|
          know|write)\b.{0,40}
        | (?:the\s+)?(?:stages|timescales)(?:\s+and\s+times)? | stage\s+(?:1|2|one|two)
    """,
    Act.OMBUDSMAN: r"""
        (?:(?:so|and)\s+)?(?:which|what|who|where|how|when|can|could|may|should|the|is\s+there
          |tell\s+me|contact|do\s+i|a|an
          |i\s+want\s+to\s+(?:go|speak|complain|write)\s+to)?\b[^.!]{0,50}\bombuds(?:man|men
            |person|woman)\b[^.!]{0,30}
    """,
    Act.PERSON: rf"""
        (?:{_MAY_I})?(?:speak|talk|chat|be\s+put\s+through|be\s+connected)\s+(?:to
          |with)\s+{_HUMAN}(?:\s+(?:at|in|from)\s+the\s+council)?
        | (?:{_MAY_YOU})?(?:put|pass|connect|transfer)\s+me\s+(?:through\s+)?(?:on\s+)?to\s+{_HUMAN}
        | (?:i\s+(?:want|need|would\s+like|prefer)|give\s+me|get\s+me
          |i['’]d\s+like)\s+(?:to\s+have\s+)?{_HUMAN}
        | (?:a\s+)?(?:real\s+|live\s+)?(?:person|human|agent|operator|advis[eo]r)
        | (?:is\s+there|are\s+there)\s+(?:{_HUMAN})(?:\s+(?:there|i\s+can\s+(?:speak|talk)\s+to))?
        | (?:what(?:['’]?s|\s+is)|(?:can|could)\s+i\s+have|is\s+there|do\s+you\s+have
          |give\s+me)\s+(?:a|your|the)\s+(?:council['’]?s?\s+)?
          (?:tele)?(?:phone|contact)?\s*number(?:\s+(?:i\s+can|to|for)\s+(?:call|ring|phone
            |the\s+council|you))?
        | (?:{_MAY_YOU}|{_MAY_I})?(?:call|ring|phone)\s+(?:me|you|someone|the\s+council)(?:\s+back)?
    """,
    Act.LANGUAGE: rf"""
        (?:do|can|could|does)\s+(?:you|i|we|it|this)\s+(?:please\s+)?(?:speak|talk|write|use|chat
          |do|understand|change|have)?\s*
          (?:this\s+|to\s+)?(?:in\s+|to\s+)?(?:{_LANGUAGE_NAME}|(?:an)?other\s+languages?
            |my\s+(?:own\s+)?language|a\s+different\s+language)
        | (?:i\s+)?(?:only\s+)?speak\s+(?:only\s+)?{_LANGUAGE_NAME} | (?:in\s+
          |po\s+)?{_LANGUAGE_NAME}
        | (?:i\s+)?(?:don['’]?t|do\s+not|can['’]?t|cannot|no)\s+(?:speak|write|understand
          |read)\s+(?:much\s+|good\s+|any\s+)?english(?:\s+well)?
        | (?:no|my\s+english\s+is\s+(?:bad|not\s+good)|not\s+good)\s+english
        | (?:change|switch|choose|use)\s+(?:the\s+|my\s+|to\s+)?(?:another\s+)?languages?
          | (?:an)?other\s+languages?
    """,
    Act.TRANSCRIPT: rf"""
        (?:{_MAY_YOU}|{_MAY_I})?(?:e-?mail|send|get|have|keep|save)\s+(?:me\s+)?(?:a\s+|the\s+
          |this\s+)?(?:copy|transcript|chat|conversation)
          (?:\s+of\s+(?:this|it|our|the|my)(?:\s+(?:chat|conversation))?)?(?:\s+to\s+(?:me
            |my\s+email|\S+@\S+))?
        | (?:a\s+)?transcript | (?:e-?mail|send)\s+(?:this|it)\s+to\s+(?:me|\S+@\S+)
    """,
    Act.FORM: rf"""
        (?:{_MAY_I}|{_MAY_YOU}|i['’]?d\s+rather\s+)?(?:use|show\s+me|give\s+me|see|fill\s+(?:in
          |out))\s+(?:a|the|your)\s+(?:\w+\s+)?form(?:\s+instead)?
        | (?:a|the)?\s*form | (?:go\s+on\s+)?without\s+the\s+bot | (?:turn|switch)\s+off\s+the\s+bot
    """,
    Act.ADD: rf"""
        (?:{_MAY_I})?add\s+(?:something|some\s+more|more|a\s+bit|to\s+(?:it|this|that|my\s+(?:case
          |story))|(?:more\s+)?(?:information|details?))
          (?:\s+(?:else|more))?(?:\s+to\s+(?:it|this|my\s+(?:case|story)))?
        | (?:there['’]?s|there\s+is|i\s+have)\s+(?:something\s+)?(?:more|something\s+else)
        | i\s+forgot\s+(?:something|one\s+thing|a\s+bit) | one\s+(?:more|other)\s+thing
          | something\s+else
        | how\s+(?:do|can)\s+i\s+(?:add|send)\s+(?:more|something|(?:more\s+)?information
          |a\s+photo)(?:\s+later)?
    """,
    Act.HELP: r"""
        (?:i\s+need\s+)?help(?:\s+me)? | what\s+can\s+(?:you|i)\s+(?:do|ask|say)(?:\s+here
          |\s+for\s+me)?
        | how\s+(?:does|do)\s+(?:this|the|i\s+use)\s*(?:this|bot|chat|chatbot|thing)?(?:\s+work)?
        | (?:who|what)\s+(?:are\s+you|is\s+this|am\s+i\s+(?:talking|speaking|chatting)\s+(?:to
          |with))
        | (?:are|r)\s+(?:you|u|this)\s+(?:a\s+|an\s+)?(?:real\s+)?(?:bot|robot|human|person|real
          |ai|machine|computer)(?:\s+or\s+.{1,20})?
        | i['’]?m\s+(?:stuck|lost|confused) | i\s+(?:don['’]?t|do\s+not)\s+understand(?:\s+(?:this
          |you|the\s+question))?
        | what\s+do\s+you\s+mean | options | menu
    """,
    Act.OUT_OF_SCOPE: r"""
        (?:tell\s+me\s+|do\s+you\s+know\s+)?(?:a|any)\s+(?:joke|story|poem|riddle)s? | (?:sing
          |dance|rap)(?:\s+.{0,30})?
        | what(?:['’]?s|\s+is|\s+will)?\s+(?:the\s+)?(?:weather|time\s+is\s+it|time|date
          |capital\s+of\s+\w+|meaning\s+of\s+life|football\s+score)(?:\s+(?:today|tomorrow|now|like|be))*
        | who\s+(?:won|will\s+win)\b.{0,40}
        | who\s+is\s+the\s+(?:prime\s+minister|president|king|queen)
        | how\s+old\s+are\s+you | do\s+you\s+(?:love
          |like|hate)\b.{0,30}
        | are\s+you\s+(?:married|single|happy|sad|alive|hungry) | what\s+is\s+\d+\s*[-+x*/]\s*\d+
        | (?:recommend|suggest)\s+.{0,40}(?:restaurant|pub|film|hotel|takeaway)\b.{0,20}
    """,
    Act.GREET: r"""
        (?!(?:there|again|bot|all|sir|madam)\b)
        (?:(?:hi+|hello+|hey+|hiya|howdy|greetings|good\s+(?:morning|afternoon|evening|day)
          |morning|afternoon|evening|there|again|bot
          |anyone\s+(?:there|here)|is\s+(?:anyone|anybody|someone)\s+there|how\s+are\s+you|test
            |testing|all|sir|madam)\W*){1,4}
    """,
    Act.THANKS: r"""
        (?!(?:so|very|a|again|for|ok|okay)\b)
        (?:(?:thanks?|thank\s+(?:you|u)|thx|ta|cheers|much\s+appreciated|many\s+thanks|brilliant
          |lovely|wonderful|bye|goodbye
          |bye\s+bye|see\s+you|so\s+much|very\s+much|a\s+lot|again|for\s+(?:your|the
            |that)(?:\s+help)?|that['’]?s\s+(?:great|helpful|kind)
          |ok|okay|great|you['’]?ve\s+been\s+(?:very\s+)?helpful)\W*){1,5}
    """,
}

SHORT_ANSWERS = tuple((act, re.compile(pattern, _FLAGS)) for act, pattern in _SHORT.items())
COMMANDS = tuple((act, re.compile(pattern, _FLAGS)) for act, pattern in _LONGER.items())
"""One expression an act, tried in this order; the whole message must match."""
