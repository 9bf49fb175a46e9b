"""Many students who answer at the same moment: all are heard, and nothing is lost."""

from tests.exam_rush import enrol, rush

STUDENTS, ROUNDS = 60, 3


async def test_students_who_answer_at_once_are_all_acknowledged_and_kept(
    app_server, database, gatehouse, app_settings
):
    students = await enrol(gatehouse, "CEL", STUDENTS)
    secret = app_settings.secret.get_secret_value()
    url = f"http://localhost:{app_server.port}"
    done = await rush(url, secret, students, rounds=ROUNDS, pause_s=0)
    assert done.statuses == {200}
    assert len(done.acknowledged) == STUDENTS * ROUNDS
    async with database.connection() as tx:
        rows = await tx.fetch("SELECT exam_id, position, turn FROM exam_answer")
    kept = {(str(it["exam_id"]), it["position"], it["turn"]) for it in rows}
    assert kept == set(done.acknowledged)
