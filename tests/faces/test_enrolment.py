"""What several pictures in a template gain, on real photographs of real people."""

import numpy as np
import pytest

from app.accounts.domain.enrolment import combined


@pytest.fixture(scope="module")
def vectors(engine, people):
    """Unit embeddings by person."""
    seen = {who: map(engine.embed_picture, it) for who, it in people.items()}
    return {who: [it for it in those if it is not None] for who, those in seen.items()}


def template(vectors):
    whole = combined([it.tobytes() for it in vectors])
    return np.frombuffer(whole, np.float32)


def test_a_template_of_five_pictures_knows_the_sixth_better_than_any_of_them(vectors):
    mine = vectors["obama"]
    alone, together = [], []
    for number, probe in enumerate(mine):
        rest = mine[:number] + mine[number + 1 :]
        alone += [float(one @ probe) for one in rest]
        together.append(float(template(rest) @ probe))
    figures = min(alone), min(together)  # as docs/faces.md gives them
    assert figures == pytest.approx((0.690, 0.818), abs=0.02)
    assert np.mean(together) > np.mean(alone)


def test_and_strangers_resemble_it_no_more(vectors):
    mine = vectors["obama"]
    others = [it for who, it in vectors.items() if who != "obama"]
    strangers = [vector for it in others for vector in it]
    alone = [float(one @ other) for one in mine for other in strangers]
    together = [float(template(mine) @ other) for other in strangers]
    figures = max(alone), max(together)
    assert figures == pytest.approx((0.154, 0.142), abs=0.02)
