"""Differences of values such as JSON has them: objects, arrays and scalars."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from mqttui.payload.diff.alignment import Alignment, align
from mqttui.payload.diff.sequence import gaps

ChangeKind: TypeAlias = Literal["added", "removed", "changed", "moved"]
Value: TypeAlias = object
"""A dictionary with texts as keys, a list, or a scalar."""
Place: TypeAlias = tuple[str | int, ...]

MOST_CHANGES = 5_000
"""With more of them objects and arrays are compared as wholes."""

MOST_ITEM_STEPS = 50_000

# Members by which the items of an array tell who they are.
_NAMES = ("id", "uid", "uuid", "name", "sensor_id", "sensor", "key", "device", "topic")


@dataclass(frozen=True, slots=True)
class Change:
    """One difference.

    `old_place` and `new_place` are the paths in the two values, None where the value is not.
    `delta` is the difference of two numbers. A moved item has changed nothing but its place in an
    array; items that were shifted by others count as unmoved.
    """

    kind: ChangeKind
    old_place: Place | None
    new_place: Place | None
    old: Value = None
    new: Value = None
    delta: float | None = None


@dataclass(frozen=True, slots=True)
class StructureDiff:
    """The changes from one value to another, in the order of the new one, removed ones included.

    `coarse_places` are the arrays and objects that were too large or too different to be compared
    part by part.
    """

    changes: tuple[Change, ...]
    coarse_places: tuple[Place, ...] = ()

    @property
    def is_coarse(self) -> bool:
        """Whether something was compared as a whole for lack of time."""
        return bool(self.coarse_places)

    def count(self, kind: ChangeKind) -> int:
        """Return how many changes are of a kind."""
        return sum(change.kind == kind for change in self.changes)


def diff_values(old: Value, new: Value) -> StructureDiff:
    """Return how a value changed. Values must not be nested deeper than trees are."""
    work = _Work()
    work.compare(old, new, (), ())
    return StructureDiff(tuple(work.changes), tuple(work.coarse))


def are_same(old: Value, new: Value) -> bool:
    """Return whether two values are the same in JSON: true is not 1, NaN is itself."""
    keys = _Keys()
    return keys.of(old) == keys.of(new)


class _Keys:
    """Gives equal numbers to what is the same in JSON; each part of a value is looked at once."""

    def __init__(self) -> None:
        self._numbers: dict[object, int] = {}
        # By identity: the values are held by whoever asks.
        self._known: dict[int, int] = {}

    def of(self, value: Value) -> int:
        """Return the number of a value."""
        if not isinstance(value, (dict, list)):
            return self._number(_scalar_key(value))
        number = self._known.get(id(value))
        if number is None:
            if isinstance(value, dict):
                members = frozenset((key, self.of(member)) for key, member in value.items())
                number = self._number(("object", members))
            else:
                number = self._number(("array", *map(self.of, value)))
            self._known[id(value)] = number
        return number

    def _number(self, key: object) -> int:
        return self._numbers.setdefault(key, len(self._numbers))


def _scalar_key(value: Value) -> object:
    if isinstance(value, bool):
        return ("boolean", value)
    if isinstance(value, float) and math.isnan(value):
        return ("NaN",)
    return value


@dataclass(slots=True)
class _Work:
    changes: list[Change] = field(default_factory=list)
    coarse: list[Place] = field(default_factory=list)
    steps_left: int = 4 * MOST_ITEM_STEPS
    keys: _Keys = field(default_factory=_Keys)

    def compare(self, old: Value, new: Value, old_place: Place, new_place: Place) -> None:
        if isinstance(old, dict) and isinstance(new, dict):
            self._objects(old, new, old_place, new_place)
        elif isinstance(old, list) and isinstance(new, list):
            self._arrays(old, new, old_place, new_place)
        elif self.keys.of(old) != self.keys.of(new):
            delta = _delta(old, new)
            self.changes.append(Change("changed", old_place, new_place, old, new, delta))

    def _is_full(self, old: Value, new: Value, old_place: Place, new_place: Place) -> bool:
        """Record a container as a whole when there are changes enough already."""
        if len(self.changes) < MOST_CHANGES:
            return False
        if self.keys.of(old) != self.keys.of(new):
            self.coarse.append(new_place)
            self.changes.append(Change("changed", old_place, new_place, old, new))
        return True

    def _objects(
        self,
        old: dict[str, Value],
        new: dict[str, Value],
        old_place: Place,
        new_place: Place,
    ) -> None:
        if self._is_full(old, new, old_place, new_place):
            return
        for key, value in new.items():
            place = (*new_place, key)
            if key in old:
                self.compare(old[key], value, (*old_place, key), place)
            else:
                self.changes.append(Change("added", None, place, None, value))
        for key, value in old.items():
            if key not in new:
                self.changes.append(Change("removed", (*old_place, key), None, value))

    def _arrays(
        self, old: list[Value], new: list[Value], old_place: Place, new_place: Place
    ) -> None:
        if self._is_full(old, new, old_place, new_place):
            return
        old_keys = [self.keys.of(item) for item in old]
        new_keys = [self.keys.of(item) for item in new]
        if old_keys == new_keys:
            return
        found = align(old_keys, new_keys, min(MOST_ITEM_STEPS, self.steps_left))
        if found.is_coarse:
            self.coarse.append(new_place)
            self.steps_left -= MOST_ITEM_STEPS
        unmatched = gaps(_without_chance(found, len(old), len(new)), len(old), len(new))
        removed = [at for i1, i2, _, _ in unmatched for at in range(i1, i2)]
        added = [at for _, _, j1, j2 in unmatched for at in range(j1, j2)]
        # Scalars are too alike to tell whether one moved.
        containers = [i for i in removed if isinstance(old[i], (dict, list))]
        moved = _moved(containers, added, old_keys, new_keys)
        for i, j in moved.items():
            self.changes.append(Change("moved", (*old_place, i), (*new_place, j), old[i], new[j]))
        arrived = set(moved.values())
        for i1, i2, j1, j2 in unmatched:
            gone = [i for i in range(i1, i2) if i not in moved]
            come = [j for j in range(j1, j2) if j not in arrived]
            pairs = _pairs(gone, come, old, new)
            for j in come:
                place = (*new_place, j)
                if j in pairs:
                    self.compare(old[pairs[j]], new[j], (*old_place, pairs[j]), place)
                else:
                    self.changes.append(Change("added", None, place, None, new[j]))
            taken = set(pairs.values())
            for i in gone:
                if i not in taken:
                    self.changes.append(Change("removed", (*old_place, i), None, old[i]))


def _without_chance(found: Alignment, old_length: int, new_length: int) -> Alignment:
    """Return an alignment as it is; arrays of equal length that share little go by place."""
    matched = sum(match.length for match in found.matches)
    if old_length != new_length or matched * 4 > old_length:
        return found
    # A row of new readings: that two happen to be equal does not mean that they moved.
    in_place = [match for match in found.matches if match.old == match.new]
    return Alignment(in_place, found.is_coarse)


def _moved(
    removed: list[int], added: list[int], old_keys: list[int], new_keys: list[int]
) -> dict[int, int]:
    """Return which items only changed their place, from old to new."""
    places: dict[int, deque[int]] = {}
    for i in removed:
        places.setdefault(old_keys[i], deque()).append(i)
    moved: dict[int, int] = {}
    for j in added:
        if waiting := places.get(new_keys[j]):
            moved[waiting.popleft()] = j
    return moved


def _pairs(gone: list[int], come: list[int], old: list[Value], new: list[Value]) -> dict[int, int]:
    """Return which old item became which new one: by name if they have one, else in order.

    Pairs never cross, so that what is left keeps its order.
    """
    names_old = [_name(old[i]) for i in gone]
    names_new = [_name(new[j]) for j in come]
    if None in names_old or None in names_new:
        return dict(zip(come, gone, strict=False))
    pairs: dict[int, int] = {}
    for match in align(names_old, names_new, MOST_ITEM_STEPS).matches:
        for offset in range(match.length):
            pairs[come[match.new + offset]] = gone[match.old + offset]
    return pairs


def _name(item: Value) -> object:
    if isinstance(item, dict):
        for key in _NAMES:
            if isinstance(item.get(key), (str, int)):
                return (key, item[key])
    return None


def _delta(old: Value, new: Value) -> float | None:
    if isinstance(old, bool) or isinstance(new, bool):
        return None
    if isinstance(old, (int, float)) and isinstance(new, (int, float)):
        try:
            delta = new - old
            return delta if math.isfinite(delta) else None
        except OverflowError:
            return None
    return None


def apply_changes(old: Value, diff: StructureDiff) -> Value:
    """Return the value that the changes make of the old one, which stays as it is."""
    root = _Target()
    removed: set[Place] = set()
    for change in diff.changes:
        if change.kind == "removed":
            assert change.old_place is not None
            removed.add(change.old_place)
        else:
            assert change.new_place is not None
            root.at(change.new_place).change = change
    return _applied(old, root, (), removed)


@dataclass(slots=True)
class _Target:
    """What happens at and below a place of the new value."""

    change: Change | None = None
    below: dict[str | int, _Target] = field(default_factory=dict)

    def at(self, place: Place) -> _Target:
        target = self
        for step in place:
            target = target.below.setdefault(step, _Target())
        return target


def _applied(old: Value, target: _Target, old_place: Place, removed: set[Place]) -> Value:
    if target.change is not None:
        return target.change.new
    if isinstance(old, dict):
        result = {}
        for key, value in old.items():
            place = (*old_place, key)
            if place not in removed:
                result[key] = _applied(value, target.below.get(key, _Target()), place, removed)
        for key, inner in target.below.items():
            if inner.change is not None and inner.change.kind == "added":
                result[str(key)] = inner.change.new
        return result
    if isinstance(old, list):
        return _applied_array(old, target, old_place, removed)
    return old


def _applied_array(
    old: list[Value], target: _Target, old_place: Place, removed: set[Place]
) -> list[Value]:
    """Put added and moved items in their new places and the others, in order, between them."""
    fixed = {
        step: inner.change
        for step, inner in target.below.items()
        if inner.change is not None and inner.change.kind in ("added", "moved")
    }
    moved_away = {change.old_place for change in fixed.values() if change.kind == "moved"}
    staying = deque(
        at
        for at in range(len(old))
        if (*old_place, at) not in removed and (*old_place, at) not in moved_away
    )
    result: list[Value] = []
    for place in range(len(staying) + len(fixed)):
        if place in fixed:
            result.append(fixed[place].new)
            continue
        at = staying.popleft()
        inner = target.below.get(place, _Target())
        result.append(_applied(old[at], inner, (*old_place, at), removed))
    return result
