"""Perturbation: how the measures of a network move when actors are left out, merged or split."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd

from toolkit.errors import EmptySelectionError, OptionError, did_you_mean, warn
from toolkit.networks.draws import Draws, check_measures, measure_draws
from toolkit.networks.graphs import shared_record
from toolkit.networks.losses import (
    TOPOLOGY,
    Recorded,
    check_weights,
    find_range,
    read_events,
    read_minimum,
    read_recorded,
    settle,
)
from toolkit.permutation import check_rate, check_seed, check_whole
from toolkit.provenance import add_step

if TYPE_CHECKING:
    import networkx as nx

COLUMNS = [
    "change", "actors", "measure", "estimate", "low", "high", "change_of", "observed",
    "n_undefined",
]  # fmt: skip


class _Change(NamedTuple):
    """What is changed, of whom, the draws, and which of their actors had a tie before."""

    kind: str
    actors: str
    draws: Draws
    tied: np.ndarray


def perturb_actors(
    G: nx.Graph,
    *,
    measures: str | Iterable[str] = TOPOLOGY,
    leave_out: Hashable | Iterable[Hashable] | None = "each",
    merge: Iterable[Sequence[Hashable]] | None = (),
    split: Mapping[Hashable, int] | None = None,
    n_draws: int = 200,
    level: float = 0.95,
    seed: int = 0,
) -> pd.DataFrame:
    """Say how measures move when actors are left out, taken as one, or taken as several.

    Who is one actor is decided by whoever codes: two spellings that are one group, an umbrella
    that is six, a category that is none. Each change is made alone, to the network as it is.
    Random is only, for an actor that is split, which of its events fall to which part, each
    event to any part with the same probability; all else is held.

    The numbers say how much hangs on an actor and on what counts as one. They do not say what
    would have happened without it: others would have fought other battles. The changes are not
    equally plausible, and their range is no confidence interval. Parts that share events evenly
    are the most alike that parts can be, and parts are not tied to each other.

    Parameters
    ----------
    G
        A network.
    measures
        Names of measures of a network, as in `thinning_curve`.
    leave_out
        "each" leaves out one actor after the other; a list names the actors; None leaves out none.
    merge
        Groups of two or more names, each taken as one actor. Ties inside a group are fighting
        inside one actor and are dropped, with a warning; ties of its members to the same actor
        are summed. Pairs that `minimum_events` of `count_dyads` left out are not there to be
        summed.
    split
        Actor and number of parts, two or more. Needs whole numbers of events on the ties. A part
        has a tie as in `thinning_curve`, with `minimum_events` or more.
    n_draws
        Draws for each split, 20 or more.
    level
        Share of the draws of a split between `low` and `high`.
    seed
        Start of the random numbers.

    Returns
    -------
    DataFrame
        One row for each change and measure: `change` ("left out", "merged", "split"), `actors`,
        `measure`, `estimate` (of a split the mean of the draws), `low`, `high` (the estimate,
        but for a split), `change_of` (estimate minus observed), `observed`, `n_undefined` (draws
        in which the measure is undefined). Actors left without a tie vanish or stay as in
        `thinning_curve`. `attrs["kind"]` is "perturbation".

    Raises
    ------
    OptionError
        A name that is not in the network, a group or number of parts below two, nothing to do;
        a split of ties without whole numbers of events, of some of the periods that
        `minimum_events` was asked of, or measures of weights that are not events.
    EmptySelectionError
        A network without actors.

    Warns
    -----
    DataWarning
        Ties inside merged actors are dropped.

    Examples
    --------
    >>> import toolkit as ct
    >>> G = ct.actor_network(ct.count_dyads(ct.load_sample("ged")))
    >>> table = perturb_actors(G, measures="density", leave_out=["Civilians"])
    >>> table[["change", "actors", "estimate", "observed"]].round(3).values.tolist()
    [['left out', 'Civilians', 0.175, 0.206]]
    """
    names = check_measures(measures)
    check_rate("level", level, usual=0.95)
    n_draws = check_whole("n_draws", n_draws, least=20, usual=200)
    rng, recorded = np.random.default_rng(check_seed(seed)), read_recorded(G)
    own = recorded.draws
    _check_actors(own)
    alone, groups = _read_leave_out(own, leave_out), _read_groups(own, merge)
    parts = _read_split(own, split)
    _check_any(alone, groups, parts)
    changes = [_leave_out(recorded, actor) for actor in alone]
    changes += [_merge(recorded, group) for group in groups]
    if parts:
        events = read_events(G)
        minimum = read_minimum(G, events)
        check_weights(own, events, names)
        for actor, k in parts.items():
            changes.append(_split(recorded, actor, k, events, minimum, n_draws, rng))
    _tell_inside(own, groups, str(G.graph.get("weight", "weight")))
    observed = measure_draws(own, names).iloc[0]
    rows = []
    for change in changes:
        values = measure_draws(settle(change.draws, change.tied, stay=recorded.stay), names)
        for name in names:
            rows.append([change.kind, change.actors, name, *find_range(values[name], level)])
    columns = ["change", "actors", "measure", "estimate", "low", "high", "n_undefined"]
    table = pd.DataFrame(rows, columns=columns)
    table["observed"] = table["measure"].map(observed)
    table["change_of"] = table["estimate"] - table["observed"]
    said = {"left out one by one": len(alone), "merged": len(groups), "split": len(parts)}
    step = ", ".join(f"{kind} {n}" for kind, n in said.items() if n)
    step += f" ({n_draws:,} draws, seed {seed})" if parts else ""
    return add_step(table[COLUMNS], shared_record([G]), f"perturbation: {step}",
                    kind="perturbation", level=f"{level:g}" if parts else None)  # fmt: skip


# ------------------------------------------------------------------------------- the changes


def _leave_out(recorded: Recorded, actor: int) -> _Change:
    own = recorded.draws
    there = own.there.copy()
    there[:, actor] = False
    present = (own.one != actor) & (own.two != actor)
    draws = own._replace(present=present, there=there)
    return _Change("left out", _name(own, [actor]), draws, recorded.tied)


def _merge(recorded: Recorded, group: list[int]) -> _Change:
    """Return the network with a group in the place of its first member."""
    own = recorded.draws
    one, two = (np.where(np.isin(x[0], group), group[0], x[0]) for x in (own.one, own.two))
    ends = np.column_stack([one, two])
    if not own.directed:
        ends = np.sort(ends, axis=1)
    outside = one != two
    pairs, place = np.unique(ends[outside], axis=0, return_inverse=True)
    weight, place = own.weight[0, outside], place.ravel()
    known = np.bincount(place, ~np.isnan(weight), minlength=len(pairs)) > 0
    total = np.bincount(place, np.nan_to_num(weight), minlength=len(pairs))
    there, tied = own.there.copy(), recorded.tied.copy()
    there[:, group[1:]] = False
    tied[group[0]] = tied[group].all()  # with a member who was there without a tie, so is it
    draws = own._replace(
        one=pairs[None, :, 0], two=pairs[None, :, 1], there=there,
        present=np.ones((1, len(pairs)), dtype=bool), weight=np.where(known, total, np.nan)[None],
    )  # fmt: skip
    return _Change("merged", _name(own, group), draws, tied)


def _split(
    recorded: Recorded, actor: int, k: int, events: np.ndarray, minimum: int, n_draws: int,
    rng: np.random.Generator,
) -> _Change:  # fmt: skip
    """Return draws in which each event of an actor falls to one of k parts."""
    own = recorded.draws
    n, name = len(own.actors), own.actors[actor]
    one, two = own.one[0], own.two[0]
    mine = (one == actor) | (two == actor)
    fallen = rng.multinomial(events[mine], [1 / k] * k, (n_draws, int(mine.sum())))
    others = np.broadcast_to(events[~mine], (n_draws, int((~mine).sum())))
    kept = np.concatenate([others, *(fallen[:, :, part] for part in range(k))], axis=1)
    places = [actor, *range(n, n + k - 1)]
    ends = [
        np.concatenate([x[~mine], *(np.where(x[mine] == actor, p, x[mine]) for p in places)])
        for x in (one, two)
    ]
    draws = own._replace(
        actors=[*own.actors, *(f"{name} ({i})" for i in range(2, k + 1))],
        one=ends[0][None], two=ends[1][None], present=kept >= minimum, weight=kept.astype(float),
        there=np.ones((n_draws, n + k - 1), dtype=bool),
    )  # fmt: skip
    tied = np.append(recorded.tied, [recorded.tied[actor]] * (k - 1))
    return _Change("split", f"{name} in {k}", draws, tied)


# ------------------------------------------------------------------------------------ checks


def _check_actors(own: Draws) -> None:
    if not own.actors:
        raise EmptySelectionError(
            "The network has no actors, so that there is nobody to change.",
            "a network with actors.",
            "ct.actor_network(dyads)",
        )


def _is_list(value: object) -> bool:
    return isinstance(value, Iterable) and not isinstance(value, str)


def _read_leave_out(own: Draws, leave_out: object) -> list[int]:
    if leave_out is None:
        return []
    if isinstance(leave_out, str) and leave_out == "each":
        return list(range(len(own.actors)))
    names = list(leave_out) if _is_list(leave_out) else [leave_out]  # type: ignore[call-overload]
    return [_find(own, name, "leave_out") for name in names]


def _read_groups(own: Draws, merge: object) -> list[list[int]]:
    groups = [] if merge is None else list(merge) if _is_list(merge) else [merge]  # type: ignore[call-overload]
    return [_read_group(own, group) for group in groups]


def _read_group(own: Draws, group: object) -> list[int]:
    names = list(group) if _is_list(group) else []  # type: ignore[call-overload]
    members = list(dict.fromkeys(_find(own, name, "merge") for name in names))
    if len(members) < 2:
        raise OptionError(
            f"merge names {group!r}, which is no group.",
            "groups of two or more names.",
            'merge=[("Name one", "Name two")]',
        )
    return members


def _read_split(own: Draws, split: object) -> dict[int, int]:
    if not isinstance(split, Mapping | None):
        raise OptionError(
            f"split={split!r} does not say how many parts.",
            "a dict of actor and number of parts.",
            'split={"Name": 2}',
        )
    return {
        _find(own, name, "split"): check_whole(f"split[{name!r}]", k, least=2, usual=2)
        for name, k in (split or {}).items()
    }


def _find(own: Draws, name: Hashable, option: str) -> int:
    if name not in own.actors:
        raise OptionError(
            f"{option} names {name!r}, which is not in the network.",
            did_you_mean(str(name), map(str, own.actors)),
            "sorted(G), and a name from there as it is written",
        )
    return own.actors.index(name)


def _check_any(*changes: object) -> None:
    if not any(changes):
        raise OptionError(
            "No change is asked for.", "leave_out, merge or split.", 'leave_out="each"'
        )


def _name(own: Draws, actors: list[int]) -> str:
    return " + ".join(str(own.actors[i]) for i in actors)


def _tell_inside(own: Draws, groups: list[list[int]], unit: str) -> None:
    """Say which ties lie inside a group, because two of its members fought each other."""
    for group in groups:
        inside = np.isin(own.one[0], group) & np.isin(own.two[0], group)
        if inside.any():
            warn(
                f"{int(inside.sum())} ties ({np.nansum(own.weight[0, inside]):g} {unit}) are "
                f"inside {_name(own, group)} and are dropped: fighting inside one actor."
            )
