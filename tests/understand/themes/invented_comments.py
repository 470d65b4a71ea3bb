"""Invented comments about invented care. No real person's words are here or may be."""

from __future__ import annotations

import numpy as np

from holdfast.understand.themes import Coding, Comment

WORDS = {
    "waiting": (
        "the queue took hours",
        "we sat around until late",
        "delays at every desk",
        "late again, ages to be seen",
    ),
    "manner": ("such kind nurses", "the porter was rude", "a caring doctor", "polite at the desk, friendly too"),
    "parking": (
        "nowhere to leave the car",
        "parking costs too much",
        "the car park was full",
        "drove round for a space",
    ),
    "food": ("lunch was cold", "a tasty dinner", "no vegetarian meal", "tea and toast were lovely"),
    "video": (
        "the screen call froze",
        "seeing the doctor by video saved a trip",
        "camera would not work",
        "online visit",
    ),
}
"""Theme → ways of saying it."""
ALSO = ("on Monday", "as my sister said", "in the end", "for what it is worth", "this spring", "to be fair", "overall")
FRAMEWORK = "invented"


def invent(count: int, seed: int = 0, coder: str = "Ann", wrong: float = 0.05) -> tuple[list[Comment], list[Coding]]:
    """Comments with one to three themes, and one coder's complete coding, which errs in ``wrong`` of its themes."""
    rng, comments, codings = np.random.default_rng(seed), [], []
    shares = dict(zip(WORDS, (0.5, 0.4, 0.2, 0.15, 0.1), strict=True))
    for i in range(count):
        held = [theme for theme, share in shares.items() if rng.random() < share]
        parts = [str(rng.choice(WORDS[theme])) for theme in held] + [str(rng.choice(ALSO))]
        text = ", ".join(str(part) for part in rng.permutation(parts))
        setting = "acute" if i % 3 else "community"
        comments.append(Comment(f"{seed}-{i:05d}", f"{text} {rng.integers(1000)}", setting, (("question", "Why?"),)))
        coded = [theme for theme in WORDS if (theme in held) != (rng.random() < wrong)]
        codings.append(Coding(comments[-1].id, FRAMEWORK, tuple(coded), coder))
    return comments, codings
