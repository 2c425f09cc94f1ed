"""Fusion: conditions joined by all and any, over the sources of one group. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import NamedTuple

from rules.conditions import Condition, Stretch
from rules.window import Instant, Span, intersection, union


class Piece(NamedTuple):
    """What one source contributes to one condition: when, because of which stretch, and how far it is settled."""

    span: Span
    stretch: Stretch
    settled_to: Instant


Pieces = Sequence[Sequence[Piece]]
"""For each condition of a rule, by its index, the pieces of all sources of the group."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """The condition with this index. It holds while it holds for at least one source of the group."""

    index: int
    condition: Condition


@dataclass(frozen=True, slots=True)
class AllOf:
    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    parts: tuple[Node, ...]


Node = Leaf | AllOf | AnyOf


def leaves(node: Node) -> Iterator[Leaf]:
    """The conditions of a rule in the order in which they are written, which is that of their indices."""
    if isinstance(node, Leaf):
        yield node
    else:
        for part in node.parts:
            yield from leaves(part)


def spans(node: Node, pieces: Pieces) -> list[Span]:
    """When ``node`` holds, as far as is known."""
    if isinstance(node, Leaf):
        own = pieces[node.index]
        return [own[0].span] if len(own) == 1 else union(piece.span for piece in own)
    parts = [spans(part, pieces) for part in node.parts]
    if isinstance(node, AllOf):
        return reduce(intersection, parts)
    return union(span for part in parts for span in part)


def proven(node: Node, pieces: Pieces, at: Instant) -> bool:
    """Whether ``node`` holds at an instant whatever is still on its way."""
    if isinstance(node, Leaf):
        return any(
            piece.settled_to >= at or node.condition.proves(piece.stretch, at)
            for piece in pieces[node.index]
            if piece.span.start <= at < piece.span.end
        )
    judge = all if isinstance(node, AllOf) else any
    return judge(proven(part, pieces, at) for part in node.parts)


def witnesses(pieces: Pieces, at: Instant) -> list[list[Piece]]:
    """For each condition the pieces that hold at an instant, the earliest first."""
    return [
        sorted(
            (piece for piece in own if piece.span.start <= at < piece.span.end),
            key=lambda piece: (piece.span.start, piece.stretch.first.observation.source),
        )
        for own in pieces
    ]
