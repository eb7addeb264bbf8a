"""Words as they are compared: stems of English words, single characters and pairs of Chinese ones.

The same tokens go into the full-text index and into queries, so the index needs no tokenizer of its own. Pairs of
characters are as good as a dictionary-based segmenter for Chinese, and cost neither start-up time nor memory.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

import snowballstemmer

_CJK = r"\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\u3040-\u30ff\uac00-\ud7af"
_WORD = re.compile(rf"[{_CJK}]+|\d+(?:[.,]\d+)*|[^\W_\d{_CJK}]+(?:['’][^\W_\d{_CJK}]+)*")
_IS_CJK = re.compile(rf"[{_CJK}]")
_NAME = re.compile(r"(?<![.!?:。！？：\s\"“'’])[ \t]+[\"“']?([^\W\d_a-z][\w.&-]*)")
# Soft hyphens, zero-width characters and marks of direction, which web pages leave inside words.
_INVISIBLE = dict.fromkeys(
    [0xAD, 0x2060, 0xFEFF, *range(0x200B, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
)
_LETTER = re.compile(r"[^\W_]")

_LONGEST = 64

# Words that carry the form of a question, not its subject.
_STOP_WORDS = """
    a about above after again all also am an and any are as at be because been before being below between both but
    by can cannot could did do does doing done down during each either else ever few for from further get gets
    getting give go goes going got had has have having he her here hers him his how i if in into is it its itself
    just let lets like many may me might mine more most much must my myself no nor not of off on once one only or
    other our ours out over own please same shall she should so some such than that the their theirs them then there
    these they this those through to too under until up upon us use used using very was we were what when where
    whether which while who whom whose why will with within without would yes you your yours tell say says said know
    need want im ive id ill youre youve dont doesnt didnt isnt arent wasnt cant couldnt wont shouldnt whats hows
    wheres theyre thats theres
"""
_STOP = frozenset(_STOP_WORDS.split())
_STOP_CJK_WORDS = """
    的 了 吗 呢 吧 啊 是 在 和 与 或 就 都 也 还 很 我 你 您 他 她 它 们 这 那 哪 什 么 怎 样 个 一 有 要 会 能 可
    以 该 到 对 被 把 给 让 说 请 问 多 少 几 些 办 为 何 如 谁 时 候 着 得 地 不 没 什么 怎么 怎样 如何 我们 你们
    他们 这个 那个 哪个 哪些 多少 为什 么办 可以 应该 时候 是否 有没 没有 有什 是什 么样 请问 一下 一个 能不 不能
    要不 么说 么回 怎么办 是不 该怎 是多 少钱 谁来
"""
_STOP_CJK = frozenset(_STOP_CJK_WORDS.split())


def get_tokens(text: str) -> list[str]:
    """Tokens of a passage or a query in their order, stop words left out."""
    return list(_tokens(text))


def get_compounds(text: str) -> list[str]:
    """Tokens of neighbouring words written as one: "machine mind" is "machinemind" elsewhere."""
    words = [word for word in _WORD.findall(unicodedata.normalize("NFKC", text).casefold()) if word.isascii()]
    return [token for one, other in pairwise(words) if (one + other).isalpha() for token in _tokens(one + other)]


def is_seam(token: str) -> bool:
    """Whether a pair of Chinese characters holds a particle, so that it may be no word but where two words meet."""
    return len(token) == 2 and bool(_IS_CJK.match(token)) and not _STOP_CJK.isdisjoint(token)


def is_solid(token: str) -> bool:
    """Whether a token says something alone; a single Chinese character does not."""
    return len(token) > 1 or not _IS_CJK.match(token)


def get_names(text: str) -> list[str]:
    """Tokens of words that are written as names: with a capital, not at the beginning of a sentence."""
    words = _NAME.findall(unicodedata.normalize("NFKC", text))
    return list(dict.fromkeys(token for word in words for token in _tokens(word)))


def get_foreign(text: str, known: Callable[[str], bool]) -> list[str]:
    """Pairs of Chinese characters that must be a word of their own which nothing known holds.

    Two known words that meet make one unknown pair between them; an unknown word makes unknown pairs on every side.
    """
    foreign = []
    for run in re.findall(rf"[{_CJK}]+", unicodedata.normalize("NFKC", text)):
        pairs = [run[at : at + 2] for at in range(len(run) - 1)]
        strange = [not known(pair) and not _STOP_CJK & {pair, *pair} for pair in pairs]
        # A pair with a particle in it says nothing either way, so it counts as strange beside a strange one.
        around = [one or bool(_STOP_CJK & {pair, *pair}) for one, pair in zip(strange, pairs, strict=True)]
        for at, pair in enumerate(pairs):
            if strange[at] and all(around[max(0, at - 1) : at + 2]):
                foreign.append(pair)
    return foreign


def is_cjk(text: str) -> bool:
    """Whether more than a third of the letters are Chinese, Japanese or Korean."""
    letters = _LETTER.findall(text)
    return bool(letters) and len(_IS_CJK.findall(text)) > 0.3 * len(letters)


def _tokens(text: str) -> Iterator[str]:
    for match in _WORD.finditer(unicodedata.normalize("NFKC", text.translate(_INVISIBLE)).casefold()):
        word = match.group()
        if _IS_CJK.match(word):
            yield from _characters(word)
        elif word[0].isdigit():
            # One token for 1,340 and 1340; a point would split the token in the full-text index.
            yield word.replace(",", "").replace(".", "d")[:_LONGEST]
        else:
            stem = _stem(word.replace("'", "").replace("’", ""))
            if stem:
                yield stem


def _characters(run: str) -> Iterator[str]:
    for at, character in enumerate(run):
        if character not in _STOP_CJK:
            yield character
        pair = run[at : at + 2]
        if len(pair) == 2 and pair not in _STOP_CJK and not (pair[0] in _STOP_CJK and pair[1] in _STOP_CJK):
            yield pair


_english = snowballstemmer.stemmer("porter")


@lru_cache(maxsize=65536)
def _stem(word: str) -> str:
    """The stem, with accents taken off; empty for a stop word."""
    if word in _STOP or len(word) > _LONGEST:
        return "" if word in _STOP else word[:_LONGEST]
    plain = "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))
    return str(_english.stemWord(plain)) if plain.isascii() else plain
