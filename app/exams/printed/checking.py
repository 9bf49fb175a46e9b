"""Whether a file is a certificate as we made it: the PDF, or the text inside it."""

from dataclasses import dataclass

from app.adapters.signing import MARK, Verifies, verify_text
from app.exams.domain.certificates import HEAD, NotACertificate, lines_of
from app.exams.printed.certificate import PDF_MARK

BEGINS = f"{HEAD}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Checked:
    """`is_whole`: every byte of the file is as it was signed. `says`: what the signed
    text in it says, where that is genuine."""

    is_whole: bool
    says: dict[str, str] | None


def check(file: bytes, keys: Verifies) -> Checked:
    if not file.startswith(b"%PDF"):
        text = file if verify_text(file, keys) else file.replace(b"\r\n", b"\n")
        says = _says(text, keys)
        return Checked(is_whole=says is not None, says=says)
    body, mark, last = file.rpartition(PDF_MARK)
    is_last = bool(mark) and last == last.strip() + b"\n"
    is_whole = is_last and keys.verify(body, last.decode("ascii", "replace"))
    says = _says(_attached(file), keys)
    # Another paper of ours may be signed as a whole, and is no certificate.
    return Checked(is_whole=is_whole and says is not None, says=says)


def _attached(file: bytes) -> bytes:
    """The signed text as it lies in the PDF, not packed."""
    begin = file.find(BEGINS)
    mark = file.find(MARK, begin)
    end = file.find(b"\n", mark)
    return file[begin : end + 1] if 0 <= begin < mark < end else b""


def _says(text: bytes, keys: Verifies) -> dict[str, str] | None:
    if not verify_text(text, keys):
        return None
    try:
        return lines_of(text.decode())
    except (NotACertificate, UnicodeDecodeError):
        return None
