"""Turns Unicode's categories into the inside of a regular expression's character class: what a word may consist of.

A table rather than `\\w`, because words also have combining marks and joiners inside, and Han and Hiragana
characters stand alone.
"""

# Letters, digits, marks, joiners (soft hyphen, zero-width joiners), in hexadecimal, without underscore, Han and
# Hiragana; unassigned gaps between them are closed up. From Unicode 14; above the basic plane, block by block.
_WORD_RANGES = """
30-39 41-5a 61-7a aa ad b2-b3 b5 b9-ba bc-be c0-d6 d8-f6 f8-2c1 2c6-2d1 2e0-2e4 2ec 2ee 300-374 376-37d 37f 386
388-3f5 3f7-481 483-559 560-588 591-5bd 5bf 5c1-5c2 5c4-5c5 5c7-5f2 610-61a 620-669 66e-6d3 6d5-6dc 6df-6e8
6ea-6fc 6ff 710-7f5 7fa-7fd 800-82d 840-85b 860-887 889-88e 898-8e1 8e3-963 966-96f 971-9f1 9f4-9f9 9fc 9fe-a75
a81-aef af9-b6f b71-bf2 c00-c6f c78-c7e c80-c83 c85-d4e d54-d78 d7a-df3 e01-e3a e40-e4e e50-e59 e81-f00 f18-f19
f20-f33 f35 f37 f39 f3e-f84 f86-fbc fc6 1000-1049 1050-109d 10a0-10fa 10fc-135f 1369-138f 13a0-13fd 1401-166c
166f-167f 1681-169a 16a0-16ea 16ee-1734 1740-17d3 17d7 17dc-17f9 180b-180d 180f-193b 1946-19da 1a00-1a1b
1a20-1a99 1aa7 1ab0-1b59 1b6b-1b73 1b80-1bf3 1c00-1c37 1c40-1c7d 1c80-1cbf 1cd0-1cd2 1cd4-1fbc 1fbe 1fc2-1fcc
1fd0-1fdb 1fe0-1fec 1ff2-1ffc 200c-200d 2060 2070-2079 207f-2089 2090-209c 20d0-20f0 2102 2107 210a-2113 2115
2119-211d 2124 2126 2128 212a-212d 212f-2139 213c-213f 2145-2149 214e 2150-2189 2460-249b 24ea-24ff 2776-2793
2c00-2ce4 2ceb-2cf3 2cfd 2d00-2d6f 2d7f-2dff 2e2f 3021-302f 3031-3035 3038-303c 30a1-30fa 30fc-318e 3192-3195
31a0-31bf 31f0-31ff 3220-3229 3248-324f 3251-325f 3280-3289 32b1-32bf a000-a48c a4d0-a4fd a500-a60c a610-a672
a674-a67d a67f-a6f1 a717-a71f a722-a788 a78b-a827 a82c-a835 a840-a873 a880-a8c5 a8d0-a8f7 a8fb a8fd-a92d
a930-a953 a960-a9c0 a9cf-a9d9 a9e0-aa59 aa60-aa76 aa7a-aadd aae0-aaef aaf2-ab5a ab5c-ab69 ab70-abea abec-d7fb
fb00-fb28 fb2a-fbb1 fbd3-fd3d fd50-fdc7 fdf0-fdfb fe00-fe0f fe20-fe2f fe70-fefc ff10-ff19 ff21-ff3a ff41-ff5a
ff66-ffdc 10000-100ff 10140-1cfff 1d400-1efff
"""

# Han with its iteration marks, and Hiragana: every character is a token.
SINGLE = (
    r"\u3005-\u3007\u3041-\u309f\u2e80-\u2fdf\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)


def word_class() -> str:
    """Returns the characters of words as ranges, to be put between square brackets."""
    ranges = (entry.split("-") for entry in _WORD_RANGES.split())
    return "".join("-".join(rf"\U{end:>08}" for end in ends) for ends in ranges)
