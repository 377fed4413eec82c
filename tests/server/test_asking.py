"""Who asks is known wherever a request is answered, and to no other request."""

import asyncio
from contextvars import copy_context

from data_access.desk import Session
from server.asking import let_ask, who


def test_a_session_is_called_by_its_label_and_else_by_its_own_name() -> None:
    def asked(session: object) -> str:
        let_ask(session)
        return who()

    told = [
        copy_context().run(asked, session)
        for session in (
            Session("ab12cd34ef", "session", "Lan, traffic"),
            Session("ab12cd34ef", "session", ""),
            None,
        )
    ]
    assert told == ["Lan, traffic", "session ab12cd", "desk"]


def test_two_requests_at_once_do_not_take_each_others_names() -> None:
    async def request(label: str) -> str:
        let_ask(Session("name", "session", label))
        await asyncio.sleep(0)
        return await asyncio.to_thread(who)  # as a callback runs aside, in a thread of its own

    async def both() -> list[str]:
        return await asyncio.gather(request("Lan"), request("Minh"))

    assert asyncio.run(both()) == ["Lan", "Minh"]
