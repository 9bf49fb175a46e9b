"""Questions to a file system that may never answer, as a mount whose server is away."""

import asyncio
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from typing import Generic, TypeVar

Asked = TypeVar("Asked", bound=Hashable)
Answer = TypeVar("Answer")


class Apart(Generic[Asked, Answer]):
    """Asks in threads that end with the process, whatever they wait for: it waits at
    its end for those of `asyncio.to_thread`. A question that hangs is not asked again:
    who asks waits for the answer that is due, so one thread hangs and no more."""

    def __init__(self, question: Callable[[Asked], Answer]) -> None:
        self._question = question
        self._due: dict[Asked, Future[Answer]] = {}

    async def ask(self, about: Asked) -> Answer:
        """May wait for ever; raises what the question raises."""
        due = self._due.get(about)
        if due is None:
            due = self._due[about] = Future()
            self._begin(about, due)
        answer = asyncio.wrap_future(due)
        # Who asked may have gone: a fault that comes then is nobody's.
        answer.add_done_callback(lambda it: it.cancelled() or it.exception())
        return await asyncio.shield(answer)

    def _begin(self, about: Asked, due: Future[Answer]) -> None:
        thread = threading.Thread(target=self._answer, args=(about, due), daemon=True)
        try:
            thread.start()
        except RuntimeError:  # no more threads: the next who asks tries again
            del self._due[about]
            raise

    def _answer(self, about: Asked, due: Future[Answer]) -> None:
        try:
            answer = self._question(about)
        except Exception as error:
            del self._due[about]
            due.set_exception(error)
        else:
            del self._due[about]
            due.set_result(answer)
