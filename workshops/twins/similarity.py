"""How much alike two findings are by their words. Pure and deterministic; it knows no group and no database.

A finding becomes two vectors: its words, and the pieces of three and four letters inside its words, by which
"reporting" and "report" are alike. Each is weighed by TF-IDF against all findings in the same language that there are,
so that what everybody says counts little. Likeness is the cosine of both, a quarter by words and three quarters by
letters, from 0 to 1. Texts in different languages share no words and are never compared here; people match them by
hand.

Loading scikit-learn takes a second, so it is loaded with the first comparison.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence

WORDS = re.compile(r"\w+")
# Scripts that put no blanks between words: Han, Hiragana, Katakana, Thai, Lao, Khmer, Burmese.
UNSPACED = re.compile("[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u9fff]+")
# Arabic vowel signs and the stretched line; the forms of alef.
ARABIC_SIGNS = re.compile("[\u0610-\u061a\u0640\u064b-\u065f\u0670]")
ALEFS = str.maketrans("أإآٱى", "ااااي")
ACCENTS = re.compile("[\u0300-\u036f]")
SHORTEST, LONGEST = 3, 4
SHARE_OF_WORDS = 0.25
# Words that carry no matter. A language that is not here does without: its frequent words weigh little by themselves.
EMPTY_WORDS = {
    "en": "a about after all also an and any are as at be because been before but by can could do does each every for "
    "from had has have he her his how i if in into is it its many may more most must no nobody not of on one only or "
    "other our out over own should so some somebody such than that the their them then there these they this those to "
    "too up us was we were what when where which who whom will with without would you your",
    "fr": "à au aux avec ce ces cet cette d dans de des doit du elle elles en est et être il ils j je l la le les leur "
    "leurs mais n ne nos notre nous on ont ou où par pas plus pour qu que qui s sa sans se ses son sont sur un une "
    "vous",
    "es": "a al ante así con cada como de del e el ella en es esta este esto ha hay la las lo los más nadie ni no nos "
    "nuestra nuestro o para pero por que quien se ser si sin sobre son su sus también tiene todo todos un una uno y ya",
    "de": "aber alle als am an auch auf aus bei bis das dass dem den der des die doch durch ein eine einem einen einer "
    "es für haben hat ihr ihre im in ist kann man mit nach nicht noch nur oder sich sie sind so über um und uns unser "
    "von vor war was wenn wer werden wie wir wird zu zum zur",
    "pt": "a ao aos as até com como da das de do dos e ela ele em entre era essa esse esta este eu foi há isso já mais "
    "mas na nas nem no nos nossa nosso não o os ou para pela pelo por qual quando que quem se sem seu seus ser sua são "
    "também tem todos um uma",
    "ar": "في من إلى على عن أن لا ما هذا هذه التي الذي كل أو و ثم قد لم لن هو هي مع عند أكثر منذ فقط",
}


def likeness(
    left: Sequence[str], right: Sequence[str], *, language: str, all_texts: Sequence[str] = ()
) -> list[list[float]]:
    """How much alike each text on the left is to each on the right, from 0 to 1, rounded to four digits.

    Args:
        language: of all these texts, as a code such as "en" or "pt-br".
        all_texts: everything said in this language, to learn which words are rare; the texts themselves count anyway.
    """
    if not left or not right:
        return [[0.0] * len(right) for _ in left]
    # Each text counts once, in an order of its own: what else there is, and in which order, changes no weight.
    known = sorted({*left, *right, *all_texts})
    empty = empty_words(language)
    by_words = _cosines(left, right, known, lambda text: words_of(text, empty))
    by_letters = _cosines(left, right, known, lambda text: list(letter_pieces(text, empty)))
    return [
        [
            round(SHARE_OF_WORDS * word + (1 - SHARE_OF_WORDS) * letter, 4)
            for word, letter in zip(words, letters, strict=True)
        ]
        for words, letters in zip(by_words, by_letters, strict=True)
    ]


def _cosines(
    left: Sequence[str], right: Sequence[str], known: Sequence[str], cut: Callable[[str], list[str]]
) -> list[list[float]]:
    """The cosine of every text on the left with every one on the right; without a word in them all it is 0."""
    from sklearn.feature_extraction.text import (  # type: ignore[import-untyped]  # the package has no types
        TfidfVectorizer,
    )

    weighing = TfidfVectorizer(analyzer=cut, sublinear_tf=True)
    if not any(cut(text) for text in known):
        return [[0.0] * len(right) for _ in left]
    weighing.fit(known)
    product = weighing.transform(left) @ weighing.transform(right).T
    return [[float(cell) for cell in row] for row in product.toarray()]


def folded(text: str) -> str:
    """The text without differences of writing that carry no meaning: case, accents, Arabic vowel signs."""
    text = ARABIC_SIGNS.sub("", unicodedata.normalize("NFC", text)).translate(ALEFS)
    split = unicodedata.normalize("NFKD", text.casefold())
    # Accents of Latin, Greek and Cyrillic letters only: elsewhere such marks are part of the letter.
    return unicodedata.normalize("NFC", ACCENTS.sub("", split))


def empty_words(language: str) -> frozenset[str]:
    """The words of a language that carry no matter, folded; none where the list knows nothing of the language."""
    return frozenset(WORDS.findall(folded(EMPTY_WORDS.get(language.split("-", maxsplit=1)[0].lower(), ""))))


def words_of(text: str, empty: frozenset[str]) -> list[str]:
    """The words of a text that carry matter; of a script without blanks, every two signs that follow each other."""
    words: list[str] = []
    for word in WORDS.findall(folded(text)):
        unspaced = "".join(UNSPACED.findall(word))
        if unspaced:
            words += [unspaced[at : at + 2] for at in range(max(1, len(unspaced) - 1))]
        elif word not in empty:
            words.append(word)
    return words


def letter_pieces(text: str, empty: frozenset[str]) -> Iterator[str]:
    """Every three and four letters that follow each other in a word, its edges marked."""
    for word in words_of(text, empty):
        marked = f" {word} "
        if len(marked) <= SHORTEST:
            yield marked
            continue
        for size in range(SHORTEST, LONGEST + 1):
            yield from (marked[at : at + size] for at in range(len(marked) - size + 1))
