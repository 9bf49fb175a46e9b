"""A small Razorpay: keeps the promises of its documentation that we rely on."""

import asyncio
import base64
import hashlib
import hmac
import json
from itertools import count

from aiohttp import web

KEY_ID, KEY_SECRET, WEBHOOK_SECRET = "rzp_test_1", "key-secret", "webhook-secret"
BAD = {"code": "BAD_REQUEST_ERROR", "source": "NA", "step": "NA", "reason": "NA"}


def mac(secret: str, message: bytes) -> str:
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def bad(description: str, status: int = 400) -> web.Response:
    return web.json_response(
        {"error": {**BAD, "description": description}}, status=status
    )


class RazorpayServer:
    """`answer`: said instead of everything else. `lose`: so many answers of refunds are
    lost after the refund was made."""

    def __init__(self) -> None:
        self.numbers = count(1)
        self.orders: dict[str, dict] = {}
        self.payments: dict[str, dict] = {}
        self.refunds: dict[str, dict] = {}
        self.by_key: dict[str, tuple[bytes, dict]] = {}
        self.now, self.refund_status = 1_780_000_000, "processed"
        self.answer: tuple[int, bytes] | None = None
        self.slow_s, self.lose = 0.0, 0
        self.endless = False
        self.asked: list[tuple[str, str]] = []

    def app(self) -> web.Application:
        app = web.Application(middlewares=[self._guard])
        app.router.add_post("/v1/orders", self.make_order)
        app.router.add_get("/v1/orders/{id}/payments", self.of_order)
        app.router.add_post("/v1/payments/{id}/refund", self.refund)
        app.router.add_get("/v1/payments/{id}/refunds", self.of_payment)
        app.router.add_get("/v1/payments/{id}/refunds/{refund}", self.one)
        app.router.add_get("/v1/payments", self.all_payments)
        app.router.add_get("/v1/refunds", self.all_refunds)
        return app

    @web.middleware
    async def _guard(self, request: web.Request, handler):
        self.asked.append((request.method, request.path_qs))
        expected = base64.b64encode(f"{KEY_ID}:{KEY_SECRET}".encode()).decode()
        if request.headers.get("Authorization") != f"Basic {expected}":
            return bad("Authentication failed", 401)
        await asyncio.sleep(self.slow_s)
        if self.answer is not None:
            status, body = self.answer
            kind = "application/json"
            return web.Response(status=status, body=body, content_type=kind)
        return await handler(request)

    def _id(self, kind: str) -> str:
        return f"{kind}_{next(self.numbers):014}"

    async def make_order(self, request: web.Request) -> web.Response:
        asked = await request.json()
        assert len(asked["receipt"]) <= 40
        assert asked["payment_capture"] is True
        made = {"id": self._id("order"), "entity": "order", "status": "created"}
        it = self.orders[made["id"]] = {**made, **asked}
        return web.json_response(it)

    def pay(self, order: str, minor: int, currency: str = "INR", **other) -> dict:
        it = {
            "id": self._id("pay"),
            "entity": "payment",
            "amount": minor,
            "currency": currency,
            "status": "captured",
            "order_id": order,
            "captured": True,
            "amount_refunded": 0,
            "notes": [],
            "created_at": self.now,
            **other,
        }
        self.payments[it["id"]] = it
        return it

    async def of_order(self, request: web.Request) -> web.Response:
        order = request.match_info["id"]
        if order not in self.orders:
            return bad("The id provided does not exist")
        found = [it for it in self.payments.values() if it["order_id"] == order]
        return _collection(found)

    async def refund(self, request: web.Request) -> web.Response:
        body, key = await request.read(), request.headers["X-Refund-Idempotency"]
        assert len(key) >= 10
        if key in self.by_key:
            before, made = self.by_key[key]
            same = before == body
            known = "Different request with the same idempotency key"
            return web.json_response(made) if same else bad(known)
        asked = json.loads(body)
        payment = self.payments.get(request.match_info["id"])
        if payment is None:
            return bad("The id provided does not exist")
        if not payment["captured"]:
            return bad("The payment status should be captured for action to be taken")
        left = payment["amount"] - payment["amount_refunded"]
        if left == 0:
            return bad("The payment has been fully refunded already")
        if asked["amount"] > left:
            return bad("The refund amount provided is greater than amount captured")
        made = {
            "id": self._id("rfnd"),
            "entity": "refund",
            "payment_id": payment["id"],
            "currency": payment["currency"],
            "status": self.refund_status,
            "created_at": self.now,
            **asked,
        }
        payment["amount_refunded"] += asked["amount"]
        if payment["amount_refunded"] == payment["amount"]:
            payment["status"] = "refunded"
        self.refunds[made["id"]], self.by_key[key] = made, (body, made)
        if self.lose:
            self.lose -= 1
            request.transport.abort()
        return web.json_response(made)

    async def of_payment(self, request: web.Request) -> web.Response:
        mine = request.match_info["id"]
        found = [it for it in self.refunds.values() if it["payment_id"] == mine]
        return self._page(request, found)

    async def one(self, request: web.Request) -> web.Response:
        found = self.refunds.get(request.match_info["refund"])
        return web.json_response(found) if found else bad("The id does not exist")

    async def all_payments(self, request: web.Request) -> web.Response:
        return self._page(request, list(self.payments.values()))

    async def all_refunds(self, request: web.Request) -> web.Response:
        return self._page(request, list(self.refunds.values()))

    def _page(self, request: web.Request, rows: list[dict]) -> web.Response:
        """Newest first; ten, or `count` of up to a hundred."""
        asked = {name: int(it) for name, it in request.query.items()}
        since, to = asked.get("from", 0), asked.get("to", 2**40)
        found = [it for it in rows if since <= it["created_at"] <= to]
        found.sort(key=lambda it: it["id"], reverse=True)
        skip, most = asked.get("skip", 0), asked.get("count", 10)
        assert most <= 100
        skip = 0 if self.endless else skip
        return _collection(found[skip : skip + most])

    def webhook(self, event: str, **entities: dict) -> tuple[dict[str, str], bytes]:
        payload = {name: {"entity": it} for name, it in entities.items()}
        body = json.dumps({"entity": "event", "event": event, "payload": payload})
        return signed(body.encode())

    def comes_back(self, payment: dict) -> dict[str, str]:
        order, name = payment["order_id"], payment["id"]
        return {
            "razorpay_order_id": order,
            "razorpay_payment_id": name,
            "razorpay_signature": mac(KEY_SECRET, f"{order}|{name}".encode()),
        }


def signed(body: bytes) -> tuple[dict[str, str], bytes]:
    return {"X-Razorpay-Signature": mac(WEBHOOK_SECRET, body)}, body


def _collection(items: list[dict]) -> web.Response:
    return web.json_response(
        {"entity": "collection", "count": len(items), "items": items}
    )
