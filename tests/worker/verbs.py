"""Random lives of cases: lists of steps, each a verb that may be refused."""

from __future__ import annotations

from contextlib import suppress
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st

from portal.cases import customer_verbs, handling, promises
from portal.cases.holding import Stale
from portal.cases.states import WrongState
from portal.worker.main import until_idle
from tenants import clock
from tenants.scope import entered
from tests.cast import Cast
from tests.play import SOON, case_of, promises_of, reported

REFUSALS = (WrongState, Stale, promises.PromiseSettled, promises.NotByHand, promises.PromiseInThePast, StopIteration)

steps = st.lists(
    st.sampled_from(
        ["report", "report privately", "acknowledge", "reply", "note", "promise", "keep", "move", "answer", "write",
         "accept", "close", "wait an hour", "wait two days", "wait a fortnight", "work"]
    ),
    min_size=3,
    max_size=14,
)  # fmt: skip


class Life:
    """Plays steps on the newest case."""

    def __init__(self, cast: Cast, hand: clock.Hand) -> None:
        self.cast, self.hand = cast, hand
        self.case_id = reported(cast).case_id

    def play(self, played: list[str]) -> None:
        for step in played:
            if step.startswith("wait"):
                self.hand.move({"hour": timedelta(hours=1), "days": timedelta(days=2)}.get(
                    step.split()[-1], timedelta(days=15)
                ))  # fmt: skip
            elif step == "work":
                until_idle()
            elif step.startswith("report"):
                self.case_id = reported(self.cast, visibility="private" if "priv" in step else "public").case_id
            else:
                with suppress(*REFUSALS):
                    self.act(step)

    def act(self, step: str) -> None:
        case = case_of(self.cast, self.case_id)
        by_customer = step in ("write", "accept")
        with entered(self.cast.customer(case.id) if by_customer else self.cast.as_ada):
            self.verb(step, case)

    def verb(self, step: str, case: Any) -> None:
        owed = self.owed(case.id) if step in ("keep", "move") else 0
        later = clock.now() + SOON
        {
            "acknowledge": lambda: handling.acknowledge(
                case.id, case.state_version, plan="Plan", answer_by=later, author="Ada"
            ),
            "reply": lambda: handling.reply(case.id, text="Hello", author="Ada"),
            "note": lambda: handling.note(case.id, text="Careful", author="Ada"),
            "promise": lambda: promises.promise_more(case.id, "A refund.", clock.now() + timedelta(days=1)),
            "keep": lambda: promises.keep(case.id, owed),
            "move": lambda: promises.move(case.id, owed, later, "Sorry."),
            "answer": lambda: handling.answer(case.id, case.state_version, text="Done", author="Ada"),
            "close": lambda: handling.close(case.id, case.state_version),
            "write": lambda: customer_verbs.write_to_business(case.id, text="And now?"),
            "accept": lambda: customer_verbs.accept_answer(case.id, case.state_version),
        }[step]()

    def owed(self, case_id: int) -> int:
        found = promises_of(self.cast, case_id).values()
        return next(promise.id for promise in found if promises.is_owed(promise))
