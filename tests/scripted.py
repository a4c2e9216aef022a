"""A Glu that answers by script: it fails, is asked something else, or answers otherwise than the sandbox would."""

import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest

from glu_admin.glu.client import Answer, GluClient
from glu_admin.glu.errors import GluError


@dataclass
class Question:
    """What a client asks; `number` counts from 0 since the script began, and `params` may be changed."""

    number: int
    path: str
    params: list[tuple[str, str]]

    def bounds(self, field: str) -> bool:
        """Whether it bounds `field`, such as createdAt."""
        return any(name.startswith(field) for name, _ in self.params)


@dataclass
class ScriptedGlu:
    """Stands between every client and Glu; as long as nothing is scripted it only notes what is asked.

    `failing` holds paths, or their ends, that raise. `before` sees each question first, and may raise or change it.
    `instead` gives the data of an answer, and Glu is not asked. `after` may change the data that Glu gave.
    """

    asked: list[str] = field(default_factory=list)
    failing: dict[str, GluError] = field(default_factory=dict)
    before: Callable[[Question], None] | None = None
    instead: Callable[[Question], Any] | None = None
    after: Callable[[Question, Any], None] | None = None

    def between(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Be asked instead of Glu until the test ends."""
        glu, numbers = GluClient.get, itertools.count()

        def get(client: GluClient, path: str, params: Any = ()) -> Answer:
            self.asked.append(path)
            question = Question(next(numbers), path, list(params))
            if self.before is not None:
                self.before(question)
            for end, error in self.failing.items():
                if path.endswith(end):
                    raise error
            if self.instead is not None:
                return Answer(self.instead(question), None)
            answer = glu(client, path, question.params)
            if self.after is not None:
                self.after(question, answer.data)
            return answer

        monkeypatch.setattr(GluClient, "get", get)
