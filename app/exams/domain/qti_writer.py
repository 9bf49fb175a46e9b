"""Writes a QTI 2.1 content package that others read, and that we read as the same."""

import hashlib
import json
import zipfile
from collections.abc import Iterable, Mapping
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr

from app.exams.domain.bodies import to_json
from app.exams.domain.numbers import plain
from app.exams.domain.qti import MANIFEST, SIDECAR
from app.exams.domain.questions import Option, Question, QuestionKind
from app.exams.domain.rendering import xhtml

_QTI = "http://www.imsglobal.org/xsd/imsqti_v2p1"
_CP = "http://www.imsglobal.org/xsd/imscp_v1p1"
_LOM = "http://ltsc.ieee.org/xsd/LOM"
_HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n'
_EPOCH = (1980, 1, 1, 0, 0, 0)
_GIVEN = '<variable identifier="RESPONSE"/>'


def write_qti(questions: Iterable[Question], pictures: Mapping[str, bytes]) -> bytes:
    """The same bank gives the same bytes."""
    bank = list(questions)
    items = {_path(it): write_item(it).encode() for it in bank}
    ours = {
        _path(it): {
            "sha256": hashlib.sha256(items[_path(it)]).hexdigest(),
            "question": to_json(it),
        }
        for it in bank
    }
    sidecar = json.dumps({"format": 1, "items": ours}, ensure_ascii=False, indent=1)
    files = {
        MANIFEST: _manifest(bank, sorted(pictures)).encode(),
        **items,
        **{f"files/{name}": pictures[name] for name in sorted(pictures)},
        SIDECAR: sidecar.encode(),
    }
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as package:
        for name, content in files.items():
            info = zipfile.ZipInfo(name, _EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            package.writestr(info, content)
    return out.getvalue()


def write_item(it: Question) -> str:
    numeric = it.kind is QuestionKind.NUMERIC
    body, asked = _markup(it.text), _number_asked() if numeric else _choices(it)
    parts = [
        _declaration(it),
        '<outcomeDeclaration identifier="SCORE" cardinality="single" baseType="float">'
        "<defaultValue><value>0</value></defaultValue></outcomeDeclaration>",
        _outcomes(it),
        f"<itemBody><div>{body}</div>{asked}</itemBody>",
        _processing(it),
        *_feedbacks(it),
    ]
    head = f'{_HEAD}<assessmentItem xmlns="{_QTI}" identifier="{_identifier(it)}"'
    title = quoteattr(it.name)
    inner = "\n".join(part for part in parts if part)
    return (
        f'{head} title={title} adaptive="false" timeDependent="false">\n'
        f"{inner}\n</assessmentItem>\n"
    )


def _identifier(it: Question) -> str:
    return f"q-{hashlib.sha256(it.name.encode()).hexdigest()[:16]}"


def _path(it: Question) -> str:
    return f"items/{_identifier(it)}.xml"


def _markup(text: str) -> str:
    return xhtml(text, "../files/")


def _declaration(it: Question) -> str:
    if it.kind is QuestionKind.NUMERIC:
        kind, single, values = "float", True, [plain(it.spans[0].low)]
    else:
        kind, single = "identifier", it.kind is QuestionKind.SINGLE
        values = [_key(n) for n, one in enumerate(it.options) if one.is_right]
    right = "".join(f"<value>{value}</value>" for value in values)
    cardinality = "single" if single else "multiple"
    return (
        f'<responseDeclaration identifier="RESPONSE" cardinality="{cardinality}"'
        f' baseType="{kind}"><correctResponse>{right}</correctResponse>'
        "</responseDeclaration>"
    )


def _outcomes(it: Question) -> str:
    single = "multiple" if it.kind is QuestionKind.MULTIPLE else "single"
    declared = []
    if any(one.feedback for one in it.options):
        declared.append(("FEEDBACK", single))
    if it.feedback:
        declared.append(("GENERAL", "single"))
    return "".join(
        f'<outcomeDeclaration identifier="{name}" cardinality="{many}"'
        ' baseType="identifier"/>'
        for name, many in declared
    )


def _choices(it: Question) -> str:
    most = 1 if it.kind is QuestionKind.SINGLE else 0
    choices = "".join(_choice(n, one) for n, one in enumerate(it.options))
    return (
        f'<choiceInteraction responseIdentifier="RESPONSE" shuffle="true"'
        f' maxChoices="{most}">{choices}</choiceInteraction>'
    )


def _choice(number: int, it: Option) -> str:
    name = _key(number)
    return f'<simpleChoice identifier="{name}">{_markup(it.text)}</simpleChoice>'


def _number_asked() -> str:
    return '<p><textEntryInteraction responseIdentifier="RESPONSE"/></p>'


def _processing(it: Question) -> str:
    right = f'<match>{_GIVEN}<correct identifier="RESPONSE"/></match>'
    if it.kind is QuestionKind.NUMERIC:
        spans = "".join(
            f"<and>{_compared('gte', one.low)}{_compared('lte', one.high)}</and>"
            for one in it.spans
        )
        right = f"<or>{spans}</or>"
    score = '<setOutcomeValue identifier="SCORE"><baseValue baseType="float">1'
    parts = [
        f"<responseCondition><responseIf>{right}{score}</baseValue></setOutcomeValue>"
        "</responseIf></responseCondition>"
    ]
    if any(one.feedback for one in it.options):
        told = f'<setOutcomeValue identifier="FEEDBACK">{_GIVEN}</setOutcomeValue>'
        parts.append(told)
    if it.feedback:
        parts.append(
            '<setOutcomeValue identifier="GENERAL"><baseValue baseType="identifier">'
            "told</baseValue></setOutcomeValue>"
        )
    return f"<responseProcessing>{''.join(parts)}</responseProcessing>"


def _compared(how: str, number: object) -> str:
    return f'<{how}>{_GIVEN}<baseValue baseType="float">{number:f}</baseValue></{how}>'


def _feedbacks(it: Question) -> list[str]:
    said = [
        ("FEEDBACK", _key(n), one.feedback)
        for n, one in enumerate(it.options)
        if one.feedback
    ]
    if it.feedback:
        said.append(("GENERAL", "told", it.feedback))
    return [
        f'<modalFeedback outcomeIdentifier="{outcome}" identifier="{name}"'
        f' showHide="show">{_markup(text)}</modalFeedback>'
        for outcome, name, text in said
    ]


def _key(number: int) -> str:
    return f"choice-{number + 1}"


def _manifest(bank: list[Question], pictures: list[str]) -> str:
    resources = [_resource(it) for it in bank]
    resources += [
        f'<resource identifier="picture-{n}" type="webcontent" href="files/{name}">'
        f'<file href="files/{name}"/></resource>'
        for n, name in enumerate(pictures, 1)
    ]
    inner = "\n".join(resources)
    return (
        f'{_HEAD}<manifest xmlns="{_CP}" identifier="module-study-bank">\n'
        "<metadata><schema>QTIv2.1 Package</schema>"
        "<schemaversion>1.0.0</schemaversion></metadata>\n"
        f"<organizations/>\n<resources>\n{inner}\n</resources>\n</manifest>\n"
    )


def _resource(it: Question) -> str:
    words = "".join(
        f'<keyword><string language="en">{escape(tag)}</string></keyword>'
        for tag in it.tags
    )
    lom = f'<lom xmlns="{_LOM}"><general>{words}</general></lom>' if words else ""
    metadata = f"<metadata>{lom}</metadata>" if lom else ""
    return (
        f'<resource identifier="{_identifier(it)}" type="imsqti_item_xmlv2p1"'
        f' href="{_path(it)}">{metadata}<file href="{_path(it)}"/></resource>'
    )
