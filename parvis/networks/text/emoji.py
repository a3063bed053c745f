"""Which stretches of a text are one emoji each, as twitter-text's emoji parser draws the line.

A sign that Unicode shows as text until a variation selector follows (☺, ✈) counts as an emoji
unless the selector for text (U+FE0E) follows it; ©, ®, ™ and ♟ count as text until the selector for
emoji follows. A flag is a pair of letters that names a region; any other pair is two emoji.

Doubt: X knows each joined sequence (family, profession) by name, in a list of a Unicode version
that it does not state. Here any emoji joined to emoji is one, so that a sequence which no vendor
draws, or which is newer than X's list, may weigh more there than here.
"""

import regex

_REGIONS = (
    "AC AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ "
    "BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CP CR CU CV CW CX CY CZ DE DG DJ DK "
    "DM DO DZ EA EC EE EG EH ER ES ET EU FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ "
    "GR GS GT GU GW GY HK HM HN HR HT HU IC ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI "
    "KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP "
    "MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM "
    "PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX "
    "SY SZ TA TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM UN US UY UZ VA VC VE VG VI "
    "VN VU WF WS XK YE YT ZA ZM ZW"
)
_SUBDIVISIONS = ("gbeng", "gbsct", "gbwls")


def _flag(region: str) -> str:
    return "".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in region)


def _black_flag(subdivision: str) -> str:
    return "🏴" + "".join(chr(0xE0000 + ord(sign)) for sign in subdivision) + "\U000e007f"


_FLAGS = [_flag(region) for region in _REGIONS.split()] + [
    _black_flag(name) for name in _SUBDIVISIONS
]
_ELEMENT = r"""(?:
      \p{Emoji_Modifier_Base}\p{Emoji_Modifier}
    | [©®™♟]\uFE0F
    | [\p{Emoji}--\p{Emoji_Presentation}--[0-9\#*©®™♟]](?!\uFE0E)\uFE0F?
    | [\p{Emoji_Presentation}--\p{Regional_Indicator}]
)"""
EMOJI = regex.compile(
    rf"\L<drawn> | [0-9\#*]\uFE0F?\u20E3 | {_ELEMENT}(?:\u200D{_ELEMENT})*"
    r" | \p{Regional_Indicator}",
    regex.VERBOSE | regex.VERSION1,
    drawn=_FLAGS,
)
