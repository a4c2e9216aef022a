"""Which answers are known to be of one organisation: those that had come before a question whose answer showed it.

A key may come to open another organisation at any time. So an answer says whose those were that had come before it was
asked for, and nothing of later ones. A key that opens another one and its own again between two of these questions is
not noticed: some hundred answers lie between them, a few seconds' worth. Used on the thread that holds the lease alone.
"""


class Proofs:
    """Counts the questions that may show whose the key is, and remembers the latest that did."""

    def __init__(self) -> None:
        self._asked = self._shown = 0

    def now(self) -> int:
        """The moment of an answer that has just come."""
        return self._asked

    def asking(self) -> int:
        """A question is being asked whose answer may show whose the key is; its moment, for `show`."""
        self._asked += 1
        return self._asked - 1

    def show(self, asked: int) -> None:
        """The question of this moment was answered: with the organisation's own data."""
        self._shown = max(self._shown, asked + 1)

    def cover(self, came: int) -> bool:
        """Whether an answer that came at this moment is known to be the organisation's."""
        return came < self._shown
