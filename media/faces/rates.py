"""False match and false non-match rates: pure arithmetic over similarities.

FMR(t) is the share of pairs of different people with a similarity of t or more, FNMR(t)
the share of pairs of one person below t (ISO/IEC 19795-1). With no error among n pairs,
the rate is below 3/n at 95 % (rule of three).
"""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]
TARGETS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
_EDGE = 1e-7


@dataclass(frozen=True, slots=True, kw_only=True)
class Operating:
    """A threshold and what it costs. `fmr_most`: the rate is below it at 95 %."""

    target: float
    threshold: float
    fmr: float
    fmr_most: float
    fnmr: float


def fmr(impostor: Scores, threshold: float) -> float:
    return float((impostor >= threshold).mean()) if impostor.size else 0.0


def fnmr(genuine: Scores, threshold: float) -> float:
    return float((genuine < threshold).mean()) if genuine.size else 0.0


def threshold_at(impostor: Scores, target: float) -> float:
    """The lowest threshold whose FMR on these pairs is at most `target`."""
    if not impostor.size:
        raise ValueError("there are no pairs of different people")
    ordered = np.sort(impostor)[::-1]
    allowed = int(np.floor(target * ordered.size + 1e-9))
    if allowed >= ordered.size:
        return float(ordered[-1])
    return float(np.nextafter(ordered[allowed], np.inf))


def operating(genuine: Scores, impostor: Scores, target: float) -> Operating:
    threshold = threshold_at(impostor, target)
    return operating_at(genuine, impostor, threshold, target)


def operating_at(
    genuine: Scores, impostor: Scores, threshold: float, target: float
) -> Operating:
    """What a threshold costs that was chosen elsewhere, with this target in mind."""
    if not impostor.size:
        raise ValueError("there are no pairs of different people")
    errors = int((impostor >= threshold).sum())
    most = 3 / impostor.size if errors == 0 else _upper(errors, impostor.size)
    return Operating(
        target=target,
        threshold=threshold,
        fmr=errors / impostor.size,
        fmr_most=min(1.0, most),
        fnmr=fnmr(genuine, threshold),
    )


def det_points(
    genuine: Scores, impostor: Scores, most: int = 400
) -> list[tuple[float, float]]:
    """(FMR, FNMR) from strict to lenient, for a DET plot."""
    known = np.unique(np.concatenate([genuine, impostor]))
    if known.size > most:
        known = np.quantile(known, np.linspace(0, 1, most))
    return [(fmr(impostor, it), fnmr(genuine, it)) for it in known[::-1].tolist()]


def deviate(rate: float) -> float:
    """On a normal-deviate scale, as DET plots have it (Martin et al., 1997)."""
    return NormalDist().inv_cdf(min(max(rate, _EDGE), 1 - _EDGE))


def _upper(errors: int, count: int) -> float:
    """Wilson's upper bound at 95 %, one-sided."""
    z, share = 1.645, errors / count
    middle = share + z * z / (2 * count)
    spread = z * np.sqrt(share * (1 - share) / count + z * z / (4 * count * count))
    return float((middle + spread) / (1 + z * z / count))
