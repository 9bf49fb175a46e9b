"""What tests take for measured of a face pack."""

from app.adapters.calibration import Calibration


def calibration(pack: str, threshold: float = 0.5) -> Calibration:
    """As if adopted on many people."""
    return Calibration(
        pack=pack,
        at="2026-11-24T10:00:00+00:00",
        threshold=threshold,
        wanted=1e-4,
        fmr_most=6e-5,
        fnmr=0.01,
        people=400,
        genuine_pairs=1200,
        impostor_pairs=50_000,
    )
