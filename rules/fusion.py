"""Fusion: conditions joined over the sources of one group. Pure.

What is joined by ``all``, ``any`` and ``at_least`` can be proved before everything is settled: more can only add to it.
``not``, ``sequence`` and ``weigh`` can be taken back by what is still on its way, and wait. The last two also depend on
what was before, which is kept as a ``Past`` at the instant (the *border*) before which the pieces are dropped.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from collections.abc import Sequence as Several
from dataclasses import dataclass, field
from functools import reduce
from typing import NamedTuple

from rules.conditions import Condition, Level, Stretch
from rules.weigh import Weighed, Weigher
from rules.window import FOREVER, Instant, Span, complement, covered, holds, intersection, union


class Piece(NamedTuple):
    """What one source contributes to one condition: when, because of which stretch, and how far it is settled."""

    span: Span
    stretch: Stretch
    settled_to: Instant

    @property
    def source(self) -> str:
        return self.stretch.first.observation.source


Pieces = Several[Several[Piece]]
"""For each condition of a rule, by its index, the pieces of all sources of the group."""


class Past(NamedTuple):
    """How a sequence or a weighing stood just before the border: since when it held (None: it did not); of a sequence
    also the latest instant at which a chain up to each part began, and which parts held."""

    since: Instant | None = None
    reached: tuple[Instant | None, ...] = ()
    held: tuple[bool, ...] = ()


@dataclass(frozen=True, slots=True)
class View:
    """What is known of a group. Nothing is known from before ``border`` but what ``past`` says of the nodes that need
    it. ``seen`` tells when somebody could see a condition, by its index."""

    pieces: Pieces
    border: Instant = 0
    past: Mapping[int, Past] = field(default_factory=dict)
    seen: Callable[[int], Several[Span]] = lambda _: (Span(0, FOREVER),)


@dataclass(frozen=True, slots=True)
class Leaf:
    """The condition with this index. It holds while it holds for as many sources of the group as it asks for."""

    index: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """``parts`` is one part."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AtLeast:
    parts: tuple[Node, ...]
    least: int


@dataclass(frozen=True, slots=True)
class Sequence:
    """Each part begins after the one before it began, the last within ``in_us`` of the first; holds from the beginning
    of the last while that holds. ``place`` is its number among the nodes of a rule that have a past."""

    parts: tuple[Node, ...]
    in_us: int
    place: int


@dataclass(frozen=True, slots=True)
class Weigh:
    """Holds while the evidence makes the event more probable than ``level``."""

    parts: tuple[Leaf, ...]
    weigher: Weigher = field(compare=False)
    level: Level
    place: int


Node = Leaf | AllOf | AnyOf | Not | AtLeast | Sequence | Weigh


def nodes(node: Node) -> Iterator[Node]:
    """The node and all below it, in the order in which they are written."""
    yield node
    if not isinstance(node, Leaf):
        for part in node.parts:
            yield from nodes(part)


def leaves(node: Node) -> Iterator[Leaf]:
    """The conditions of a rule in the order in which they are written, which is that of their indices."""
    return (found for found in nodes(node) if isinstance(found, Leaf))


def needs_past(node: Node) -> bool:
    return any(isinstance(found, Not | Sequence | Weigh) for found in nodes(node))


def spans(node: Node, view: View) -> list[Span]:
    """When ``node`` holds, as far as is known."""
    if isinstance(node, Leaf):
        return _of_leaf(node, view.pieces[node.index])
    if isinstance(node, Weigh):
        return _weigh(node, view)[0]
    parts = [spans(part, view) for part in node.parts]
    if isinstance(node, Sequence):
        return _sequence(node, parts, view, FOREVER)[0]
    if isinstance(node, AllOf):
        return reduce(intersection, parts)
    if isinstance(node, Not):
        return complement(parts[0], view.border)
    if isinstance(node, AtLeast):
        return covered(parts, node.least)
    return union(span for part in parts for span in part)


def remember(node: Node, view: View, border: Instant) -> dict[int, Past]:
    """The past of every node that needs one, at a later border, up to which everything is settled."""
    past: dict[int, Past] = {}
    for found in nodes(node):
        if isinstance(found, Sequence):
            parts = [spans(part, view) for part in found.parts]
            past[found.place] = _sequence(found, parts, view, border)[1]
        elif isinstance(found, Weigh):
            own = _weigh(found, view)[0]
            past[found.place] = Past(next((span.start for span in own if span.start < border <= span.end), None))
            if not holds(own, border - 1):
                past[found.place] = Past()
    return past


def proven(node: Node, view: View, at: Instant) -> bool:
    """Whether ``node`` holds at an instant whatever is still on its way."""
    if isinstance(node, Leaf):
        certain = (
            piece
            for piece in view.pieces[node.index]
            if piece.span.start <= at < piece.span.end
            and (piece.settled_to >= at or node.condition.proves(piece.stretch, at))
        )
        if node.condition.sources == 1:
            return next(certain, None) is not None
        return len({piece.source for piece in certain}) >= node.condition.sources
    if isinstance(node, AllOf):
        return all(proven(part, view, at) for part in node.parts)
    if isinstance(node, AnyOf):
        return any(proven(part, view, at) for part in node.parts)
    if isinstance(node, AtLeast):
        return sum(proven(part, view, at) for part in node.parts) >= node.least
    return False


def witnesses(pieces: Pieces, at: Instant) -> list[list[Piece]]:
    """For each condition the pieces that hold at an instant, the earliest first."""
    return [
        sorted(
            (piece for piece in own if piece.span.start <= at < piece.span.end),
            key=lambda piece: (piece.span.start, piece.source),
        )
        for own in pieces
    ]


def weighed(node: Node, view: View, at: Instant) -> Weighed | None:
    """What the evidence of the first ``weigh`` of a rule came to at an instant."""
    found = next((item for item in nodes(node) if isinstance(item, Weigh)), None)
    return None if found is None else found.weigher.weigh(_held(_evidence(found, view), at))


def _of_leaf(leaf: Leaf, own: Several[Piece]) -> list[Span]:
    if leaf.condition.sources == 1:
        return [own[0].span] if len(own) == 1 else union(piece.span for piece in own)
    of_source: dict[str, list[Span]] = {}
    for piece in own:
        of_source.setdefault(piece.source, []).append(piece.span)
    return covered(map(union, of_source.values()), leaf.condition.sources)


def _sequence(
    node: Sequence, parts: Several[Several[Span]], view: View, until: Instant
) -> tuple[list[Span], Past]:
    """When it holds, and its past at ``until``.

    A later beginning of a part never makes a chain begin earlier, so of all chains up to a part only the one that
    began last can matter: one number for each part is enough, however often the parts come and go.
    """
    border, last = view.border, len(parts) - 1
    past = view.past.get(node.place, Past(None, (None,) * last, (False,) * len(parts)))
    reached = list(past.reached)
    # Where parts begin at one instant, the later part comes first: it began no later than the one before it.
    begins = sorted(
        (max(span.start, border), -number, span.end)
        for number, part in enumerate(parts)
        for span in part
        if span.end > border and not (span.start <= border and past.held[number])
    )
    found: list[Span] = []
    if past.since is not None:
        found += [Span(past.since, span.end) for span in parts[last] if span.start <= border < span.end]
    for at, negative, end in begins:
        number = -negative
        if at >= until:
            break
        if number == 0:
            reached[0] = at
        elif number < last:
            reached[number] = reached[number - 1]
        else:
            first = reached[last - 1]
            if first is not None and at - first <= node.in_us:
                found.append(Span(at, end))
    since = next((span.start for span in found if span.start < until <= span.end), None)
    held = tuple(holds(part, until - 1) for part in parts)
    return found, Past(since if held[last] else None, tuple(reached), held)


_Evidence = list[tuple[list[Span], Several[Span]]]


def _evidence(node: Weigh, view: View) -> _Evidence:
    """Of each piece of evidence when it holds and when somebody could see it."""
    return [(spans(leaf, view), view.seen(leaf.index)) for leaf in node.parts]


def _held(evidence: _Evidence, at: Instant) -> list[bool | None]:
    return [holds(own, at) if holds(seen, at) else None for own, seen in evidence]


def _weigh(node: Weigh, view: View) -> tuple[list[Span], _Evidence]:
    evidence = _evidence(node, view)
    edges = {edge for own, seen in evidence for span in (*own, *seen) for edge in span}
    instants = sorted({max(edge, view.border) for edge in edges if edge < FOREVER})
    since = view.past.get(node.place, Past()).since
    found: list[Span] = []
    for at in instants:
        probability = node.weigher.weigh(_held(evidence, at)).probability
        if since is None and node.level.passed(probability):
            since = at
        elif since is not None and node.level.left(probability):
            found.append(Span(since, at))
            since = None
    if since is not None:
        found.append(Span(since, FOREVER))
    return found, evidence
