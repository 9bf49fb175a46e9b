"""Who may ask for what: written by hand, apart from the code that enforces it.

A route that is missing here fails the matrix, and so does a line without a route.
"""

PUBLIC = "public"
EVERYBODY = frozenset({"student", "proctor", "helpdesk", "admin"})
STUDENT, PROCTOR = frozenset({"student"}), frozenset({"proctor"})
STAFF = frozenset({"proctor", "helpdesk", "admin"})
HELPERS, ADMIN = frozenset({"helpdesk", "admin"}), frozenset({"admin"})
REVIEWERS = frozenset({"proctor", "admin"})

_TABLE = {
    PUBLIC: """
        GET POST /login
        GET POST /login/code
        GET POST /login/code/enter
        POST /login/code/again
        POST /logout
        GET /help
        GET /status
        GET /login/second
        POST /login/second/send
        POST /login/second/{way}
        GET POST /login/renew
        POST /api/login/passkey/options
        POST /api/login/passkey
        GET POST /activate
        GET POST /activate/code
        POST /activate/again
        GET POST /activate/password
        GET POST /forgot
        GET /forgot/sent
        GET POST /reset
        GET POST /register
        GET /register/done
        GET /live
        GET /healthz
        GET /openapi.json
        GET /.well-known/jwks.json
        GET /outbox
        GET /outbox.json
        POST /payments/{provider}/webhook
        GET POST /payments/{provider}/return
        GET POST /sandbox/pay/{order}
        GET /certificates/{certificate}
    """,
    EVERYBODY: """
        GET /
        GET /prove
        GET /account
        POST /account/email
        POST /account/mobile
        GET POST /account/confirm
        POST /account/confirm/again
        POST /account/preferences
        GET POST /account/password
        GET /account/devices
        POST /account/devices/end
        POST /account/devices/{login}/end
        GET /account/photo
        GET /study/{module}/files/{name}
        GET /account/security
        GET POST /account/security/totp
        POST /account/security/totp/confirm
        POST /account/security/totp/remove
        POST /account/security/recovery
        POST /account/security/passkeys/{id}/name
        POST /account/security/passkeys/{id}/remove
        POST /api/account/passkeys/options
        POST /api/account/passkeys
    """,
    STUDENT: """
        GET /results
        GET /results/{exam}
        GET /results/{exam}/certificate.pdf
        POST /account/photo
        GET /study/{module}
        GET /study/{module}/{topic}
        POST /electives/{set}
        POST /api/study/{module}/{topic}/progress
        POST /api/study/{module}/{topic}/note
        GET POST /consent
        GET /account/consent
        GET /account/consent/receipt
        POST /account/consent/wish-person
        POST /account/consent/{purpose}/give
        POST /account/consent/{purpose}/withdraw
        GET /check
        POST /api/checks
        POST /api/checks/{check}/conclude
        GET POST /api/checks/speed
        GET /hours
        GET /hours.csv
        GET /hours.pdf
        GET POST /hours/mail
        POST /api/sittings
        POST /api/sittings/{id}/pause
        POST /api/sittings/{id}/resume
        POST /api/sittings/{id}/finish
        POST /api/sittings/{id}/retry
        GET /api/sittings/{id}/draws
        POST /api/messages/{message}/read
        GET /exam
        GET /exam/{exam}
        POST /api/exams
        GET /api/exams/{exam}
        GET /api/exams/{exam}/files/{name}
        POST /api/exams/{exam}/answers
        POST /api/exams/{exam}/flag
        POST /api/exams/{exam}/events
        POST /api/exams/{exam}/hand-in
        GET /tests
        GET /tests/book/{module}
        GET /tests/seats/{seat}
        POST /tests/hold
        POST /tests/lines/{slot}/join
        POST /tests/lines/{slot}/leave
        POST /tests/seats/{seat}/take
        POST /tests/seats/{seat}/release
        POST /tests/seats/{seat}/pay
        POST /tests/seats/{seat}/cancel
        POST /tests/seats/{seat}/seen
        GET POST /tests/seats/{seat}/move
        GET /api/tests/slots
        POST /api/tests/holds
        POST /api/tests/lines
        POST /api/tests/lines/{slot}/leave
        POST /api/tests/seats/{seat}/take
        POST /api/tests/seats/{seat}/release
        POST /api/tests/seats/{seat}/pay
        POST /api/tests/seats/{seat}/cancel
        POST /api/tests/seats/{seat}/move
        GET /account/incidents
        POST /account/incidents/{incident}/appeal
        GET /tests/seats/{seat}/receipt.pdf
        GET /tests/seats/{seat}/admit.pdf
        GET /tests/seats/{seat}/test.ics
    """,
    REVIEWERS: """
        GET /incidents
        GET /incidents/statistics
        GET POST /incidents/{incident}
        GET /incidents/{incident}/reference
        GET /incidents/{incident}/pictures/{look}/{number}
    """,
    PROCTOR: """
        GET /wall
        GET /wall/pictures
        GET /wall/pictures/{look}/sample
        GET /wall/pictures/{look}/reference
        POST /wall/pictures/{look}
        POST /api/wall/{id}/check
        POST /api/wall/{id}/rate
        POST /api/wall/{id}/pause
        POST /api/wall/{id}/resume
        POST /api/wall/{id}/end
        POST /api/wall/{id}/message
        GET /api/wall/{id}/timeline
        POST /api/wall/{id}/view
        POST /api/wall/{id}/view/{view}/renew
        POST /api/wall/{id}/view/{view}/end
    """,
    STAFF: """
        GET POST /staff/people/{account}/hours/corrections
        GET /staff/door
        GET POST /staff/door/{slot}
        GET /staff/door/{slot}/{seat}
        GET /staff/door/{slot}/{seat}/photo
        POST /staff/door/{slot}/{seat}/let-in
        POST /staff/door/{slot}/{seat}/undo
    """,
    HELPERS: """
        GET /staff
        GET /staff/people
        GET /staff/people.csv
        GET /staff/people/{account}
        GET /staff/people/{account}/photo
        GET /staff/people/{account}/hours
        GET /staff/corrections
        POST /staff/corrections/{correction}/approve
        POST /staff/corrections/{correction}/refuse
        POST /staff/corrections/{correction}/withdraw
        POST /staff/people/{account}/contacts
        POST /staff/people/{account}/checking
        POST /staff/people/{account}/unlock
        POST /staff/people/{account}/activation
        POST /staff/people/{account}/logins
        POST /staff/people/{account}/factors
        POST /staff/people/{account}/close
        POST /staff/people/{account}/reopen
        GET /staff/requests
        GET /staff/requests/{request}/photo
        POST /staff/requests/{request}/approve
        POST /staff/requests/{request}/refuse
        POST /staff/requests/{request}/photo/approve
        POST /staff/requests/{request}/photo/refuse
        GET /staff/requests/{request}/captures/{ask}
        POST /staff/requests/{request}/captures/approve
        POST /staff/requests/{request}/captures/refuse
        GET POST /staff/roster
        POST /api/roster
        GET /staff/bookings
        GET /staff/bookings/occupancy.csv
        GET /staff/bookings/revenue.csv
        GET /staff/bookings/refunds.csv
        GET /staff/bookings/reconcile
        GET /staff/bookings/seats/{seat}/receipt.pdf
        GET /staff/door/absent
        POST /staff/door/absent/{seat}
    """,
    ADMIN: """
        GET /staff/results
        GET /staff/results.csv
        GET /staff/results/{exam}
        POST /staff/results/{exam}/hold
        POST /staff/results/{exam}/release
        GET POST /staff/results/{exam}/annul
        POST /staff/results/{exam}/reinstate
        GET /staff/results/{exam}/certificate.pdf
        POST /staff/results/{exam}/certificate/revoke
        GET POST /staff/bank/{module}/{question}/withdraw
        GET POST /staff/people/{account}/accommodation
        POST /staff/people/{account}/accommodation/end
        GET POST /staff/roles
        POST /staff/roles/{account}
        GET POST /staff/notices
        GET POST /staff/windows
        POST /staff/windows/{window}/end
        POST /staff/notices/{notice}/end
        GET POST /staff/centres
        GET POST /staff/centres/{centre}
        POST /staff/centres/{centre}/close
        POST /staff/centres/{centre}/open
        GET /staff/slots
        GET POST /staff/slots/new
        GET POST /staff/slots/sheet
        POST /api/slots
        GET /staff/slots/{slot}
        GET /staff/slots/{slot}/people
        POST /staff/slots/{slot}/seats
        POST /staff/slots/{slot}/booking
        POST /staff/slots/{slot}/move
        POST /staff/slots/{slot}/modules
        GET POST /staff/slots/{slot}/cancel
        POST /staff/bookings/refunds/{refund}/again
        POST /staff/bookings/refunds/{refund}/settle
        GET /staff/bank
        GET POST /staff/bank/import
        GET /staff/bank/{module}
        GET POST /staff/bank/{module}/new
        GET POST /staff/bank/{module}/blueprint
        GET /staff/bank/{module}/statistics
        GET /staff/bank/{module}/export/{format}
        GET /staff/bank/{module}/files/{name}
        GET POST /staff/bank/{module}/questions/{question}
        POST /staff/bank/{module}/questions/{question}/retire
        POST /staff/bank/{module}/questions/{question}/restore
    """,
}


def allowed() -> dict[tuple[str, str], object]:
    """(method, path) -> PUBLIC or the roles that may."""
    found: dict[tuple[str, str], object] = {}
    for who, text in _TABLE.items():
        for line in text.split("\n"):
            *methods, path = line.split() or [""]
            found.update({(method, path): who for method in methods})
    return found


TOPICS = {
    "student:me": STUDENT,
    "exam:me": STUDENT,
    "wall": PROCTOR,
    "news:mine": EVERYBODY,
}
"""Of the live socket."""
