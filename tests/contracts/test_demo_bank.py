"""The demo's tests can be drawn from its bank."""

from app.exams.domain.blueprints import require_drawable, require_sense
from app.exams.domain.gift import read_gift
from workers.demo_bank import BANK, PAPER


def test_the_demo_bank_is_read_whole_and_gives_papers():
    bank = read_gift(BANK.read_bytes())
    assert (bank.problems, bank.notes) == ((), ())
    assert len({it.name for it in bank.questions}) == len(bank.questions)
    require_sense(PAPER)
    require_drawable(PAPER, [it.tags for it in bank.questions])
