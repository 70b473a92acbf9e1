"""From a preset and a few overrides to the config of an experiment."""

import copy
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any, NamedTuple

from polyhead.core.data_files import read_object
from polyhead.core.errors import PolyheadError, nearest
from polyhead.dictionaries import ALIASES, METHODS, find_method
from polyhead.experiments.config import ExperimentConfig, Member
from polyhead.runs.sweep_grid import nested, parse_axis

VARIANTS = ("free", "top1", "top1_argmax", "shuffled")
"""free: any mixture of heads; top1: each latent bound to one head; shuffled: free, patterns of another sequence."""
K_AUX = 32
"""Dead latents per token that learn from the error, where not said otherwise (docs/LOG.md)."""

LEAST_ACTIVE = 64
"""How often each latent should be active in training, on average: with fewer examples it has learned no direction."""


def topk(k: int, k_aux: int = K_AUX) -> dict[str, Any]:
    """The usual activation, as plain values."""
    return {"kind": "topk", "k": k, "k_aux": k_aux}


def grid(
    *,
    variants: Sequence[str] = ("free",),
    activations: Sequence[Mapping[str, Any]] = (topk(16),),
    seeds: Sequence[int] = (0,),
    n_latents: int = 2048,
    spread: bool = False,
    **settings: Any,
) -> tuple[Member, ...]:
    """MTC members in all combinations; `spread` adds the free ones once more with loadings that begin on all heads."""
    inits = [(v, "one_hot") for v in variants] + ([("free", "spread")] if spread and "free" in variants else [])
    return tuple(
        Member(
            settings={
                "activation": dict(activation),
                "n_latents": n_latents,
                "loadings": "free" if variant == "shuffled" else variant,
                "init": init,
                **settings,
            },
            seed=seed,
            control="other_sequence" if variant == "shuffled" else None,
        )
        for activation, seed, (variant, init) in product(activations, seeds, inits)
    )


PRESETS: dict[str, ExperimentConfig] = {
    "quick": ExperimentConfig(n_train_tokens=65_536, n_eval_tokens=12_288, members=grid()),
    "demo": ExperimentConfig(n_train_tokens=131_072, n_eval_tokens=16_384, members=grid(variants=("free", "top1"))),
    "full": ExperimentConfig(
        n_train_tokens=196_608,
        n_eval_tokens=32_768,
        members=grid(
            variants=("free", "top1", "shuffled"),
            activations=[topk(k) for k in (8, 16, 32, 64)],
            seeds=(0, 1, 2),
            spread=True,
        ),
    ),
    "smollm2": ExperimentConfig(
        model="smollm2-135m-instruct",
        layers=(17,),
        n_train_tokens=65_536,
        n_eval_tokens=8_192,
        members=grid(variants=("free", "top1"), activations=[topk(32)], n_latents=4096),
    ),
}
"""Named recipes; the command line edits copies of them. Their members are MTCs; for other methods the rest counts."""


def experiment_recipe(
    preset: str,
    method: str | Sequence[str] = "mtc",
    *,
    config: Path | None = None,
    set: Sequence[str] = (),
    variants: Sequence[str] | None = None,
    k: Sequence[int] | None = None,
    l1: Sequence[float] | None = None,
    sparsity_coef: Sequence[float] | None = None,
    k_aux: int | None = None,
    n_latents: int | None = None,
    seeds: Sequence[int] | None = None,
    spread: bool = False,
    lr: float | None = None,
    **fields: Any,
) -> ExperimentConfig:
    """A copy of a preset (or a saved config) with what is given changed: one member for every combination of values.

    Args:
        preset: name of the recipe that is changed.
        method: name of a method, several of them, or `all`.
        config: file of a saved config, which is repeated as it is.
        set: `key=values` of the method's settings, as in a sweep: `n_latents=1024,4096`, `activation.k=8:16`; of
            several methods, `METHOD.key=values`.
        variants: of an MTC: free, top1, top1_argmax, shuffled; of another method: `free` or `shuffled`.

    Raises:
        PolyheadError: unknown preset, method or setting, an override besides `config`, two kinds of sparsity at once.
    """
    changes = {name: value for name, value in fields.items() if value is not None}
    axes, sparsity = _shorthands(k, l1, sparsity_coef, k_aux, n_latents)
    asked = _Asked(axes, sparsity, set, variants, seeds, spread)
    if config is not None:
        also = [*changes, *asked.names, *(["lr"] if lr is not None else [])]
        if also:
            raise PolyheadError(
                f"--config repeats a run exactly and takes no other change; received: {', '.join(also)}"
            )
        return ExperimentConfig.parse_saved(read_object(config), where=str(config))
    if preset not in PRESETS:
        raise PolyheadError(f"unknown preset {preset!r}; {nearest(preset, PRESETS)}")
    base = PRESETS[preset]
    kinds = _kinds([method] if isinstance(method, str) else method, changes.get("layers", base.layers))
    if len(kinds) > 1:
        changes["members"] = _several(kinds, asked)
    elif asked.names or any(member.method != kinds[0] for member in base.members):
        changes["members"] = _members(base, kinds[0], asked)
    if lr is not None:
        changes["training"] = base.training.replace(lr=lr)
    return base.replace(**changes)


def too_short(cfg: ExperimentConfig) -> str | None:
    """Why training is too short for its numbers to mean anything, in one line; None where it is not.

    Args:
        cfg: what is trained.
    """
    warmup, batch = cfg.training.schedule.warmup_steps, cfg.training.sequences_per_batch * cfg.seq_len
    n_steps = -(-cfg.n_train_tokens // batch)
    if n_steps < 2 * warmup:
        return (
            f"{cfg.n_train_tokens:,} tokens are {n_steps} training steps, and the learning rate warms up for {warmup}; "
            f"for numbers that mean something give --train-tokens {2 * warmup * batch} or more"
        )
    for member in cfg.members:
        k, n_latents = getattr(getattr(member.parsed, "activation", None), "k", None), member.n_latents
        if k is not None and n_latents is not None and cfg.n_train_tokens * k < LEAST_ACTIVE * n_latents:
            least = math.ceil(LEAST_ACTIVE * n_latents / k)
            return (
                f"{cfg.n_train_tokens:,} tokens make a latent of {member.name} active "
                f"{cfg.n_train_tokens * k / n_latents:.0f} times on average; for latents that mean something give "
                f"--train-tokens {least} or more"
            )
    return None


def _kinds(names: Sequence[str], layers: Sequence[int]) -> list[str]:
    """Whole names of methods, each once; `all` is every method for so many layers that needs no MLPs.

    Raises:
        PolyheadError: a name that is none.
    """
    fitting = ("one", "any") if len(layers) == 1 else ("many", "any")
    every = [m.kind for m in METHODS.values() if m.layers in fitting and not m.from_mlp]
    kinds: list[str] = []
    for name in names:
        if "/" in name or "." in name:
            raise PolyheadError(f"{name!r} is no method; the folder to write is named by --out")
        kinds += every if name == "all" else [find_method(name).kind]
    return list(dict.fromkeys(kinds))


class _Asked(NamedTuple):
    """What is asked of the members, besides their method."""

    axes: Mapping[str, Sequence[Any]]
    """Key of a setting (points for nesting) -> its values, from options that have a name of their own."""
    sparsity: Sequence[str]
    """Those of the options that choose the activation."""
    set: Sequence[str]
    """`key=values` of settings, as they were written."""
    variants: Sequence[str] | None
    seeds: Sequence[int] | None
    spread: bool

    @property
    def names(self) -> list[str]:
        """What was asked for, by name."""
        return [*self.axes, *(name for name in ("set", "variants", "seeds", "spread") if getattr(self, name))]


def _shorthands(
    k: Sequence[int] | None,
    l1: Sequence[float] | None,
    sparsity_coef: Sequence[float] | None,
    k_aux: int | None,
    n_latents: int | None,
) -> tuple[dict[str, Sequence[Any]], list[str]]:
    """The settings that options with a name of their own stand for, and which of these options choose the activation.

    No other place knows these options.

    Raises:
        PolyheadError: two kinds of sparsity at once.
    """
    kinds: dict[str, tuple[Sequence[Any] | None, Callable[[Any], dict[str, Any]]]] = {
        "--k": (k, topk),
        "--l1": (l1, lambda value: {"kind": "relu", "l1": value}),
        "--sparsity-coef": (sparsity_coef, lambda value: {"kind": "jumprelu", "sparsity": value}),
    }
    given = {option: [make(v) for v in values] for option, (values, make) in kinds.items() if values is not None}
    if len(given) > 1:
        raise PolyheadError(f"{' and '.join(given)} were both given; a dictionary has one kind of sparsity")
    asked: dict[str, Sequence[Any] | None] = {
        "activation": next(iter(given.values()), None),
        "activation.k_aux": None if k_aux is None else (k_aux,),
        "n_latents": None if n_latents is None else (n_latents,),
    }
    axes = {key: values for key, values in asked.items() if values is not None}
    return axes, [*given, *(["--k-aux"] if k_aux is not None else [])]


def _several(kinds: Sequence[str], asked: _Asked) -> tuple[Member, ...]:
    """Methods to be compared: what all of them have in common is shared, and `METHOD.key=values` is of one of them.

    Raises:
        PolyheadError: a change that is about one method and does not say which.
    """
    also = [option for option in asked.sparsity if option not in ("--k", "--k-aux")]
    also += [f"--{name}" for name in ("variants", "spread") if getattr(asked, name)]
    if also:
        raise PolyheadError(f"settings differ between methods, so {', '.join(also)} cannot be given for several")
    own: dict[str, list[str]] = {kind: [] for kind in kinds}
    for setting in asked.set:
        name, _, rest = setting.partition(".")
        kind = ALIASES.get(name, name)
        if kind not in own or not rest:
            raise PolyheadError(f"--set {setting}: of several methods name the one that is meant: {kinds[0]}.{setting}")
        own[kind].append(rest)
    members: list[Member] = []
    for kind in kinds:
        fields = find_method(kind).settings.model_fields
        axes = {key: values for key, values in asked.axes.items() if key.split(".")[0] in fields}
        sparsity = asked.sparsity if "activation" in fields else ()
        plain = ExperimentConfig(members=(Member(method=kind),))  # presets have settings for MTCs only
        members += _members(plain, kind, asked._replace(axes=axes, sparsity=sparsity, set=own[kind]))
    return tuple(members)


def _members(base: ExperimentConfig, method: str, asked: _Asked) -> tuple[Member, ...]:
    """Every combination; for an MTC what is not given is the preset's, for another method its default."""
    old = [m for m in base.members if m.method == method]
    known = [m.settings for m in old] or [Member(method=method).settings]
    axes, shared = _axes(method, asked, known), known[0]
    seeds = asked.seeds or (_distinct(m.seed for m in old) or (0,))
    variants = asked.variants or (_distinct(m.variant for m in old if m.of.variant) or ("free",))
    members = [
        _member(method, shared, dict(zip(axes, values, strict=True)), variant, seed)
        for *values, seed, variant in product(*axes.values(), seeds, variants)
    ]
    if asked.spread and find_method(method).variant is None:
        raise PolyheadError(f"--spread is about the loadings of an MTC; {method} received")
    if asked.spread or any(m.init == "spread" for m in old):
        members += [
            Member(method=m.method, settings={**m.settings, "init": "spread"}, seed=m.seed)
            for m in members
            if m.variant == "free"
        ]
    return tuple(members)


def _member(method: str, shared: Mapping[str, Any], chosen: Mapping[str, Any], variant: str, seed: int) -> Member:
    setting = find_method(method).variant
    variants = ("free", "shuffled") if setting is None else VARIANTS
    if variant not in variants:
        raise PolyheadError(f"unknown variant {variant!r} of {method}; {nearest(variant, variants)}")
    settings = _merged(shared, nested(copy.deepcopy(dict(chosen))))
    if setting is not None:
        settings |= {setting: "free" if variant == "shuffled" else variant, "init": "one_hot"}
    control = "other_sequence" if variant == "shuffled" else None
    parsed = find_method(method).settings.parse(settings, where=f"settings of {method}")  # names the method in errors
    return Member(method=method, settings=parsed.model_dump(mode="json"), seed=seed, control=control)


def _axes(method: str, asked: _Asked, old: Sequence[Mapping[str, Any]]) -> dict[str, Sequence[Any]]:
    """Key of a setting (points for nesting) -> its values; those of `old` where an activation is not given.

    Raises:
        PolyheadError: a setting that the method does not have.
    """
    known = find_method(method).settings.model_fields
    axes: dict[str, Sequence[Any]] = {}
    if "activation" in known:  # first, since what is asked may change a part of it
        axes["activation"] = _distinct(settings["activation"] for settings in old)
    elif asked.sparsity:
        raise PolyheadError(
            f"{method} has no activation for {' and '.join(asked.sparsity)} to choose; "
            f"its settings, for --set: {', '.join(known)}"
        )
    axes |= {**asked.axes, **dict(parse_axis(setting) for setting in asked.set)}
    for key in axes:
        if key.split(".")[0] not in known:
            raise PolyheadError(f"{method} has no setting {key!r}; {nearest(key, known)}")
    return axes


def _merged(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(base)
    for key, value in changes.items():
        old = merged.get(key)
        if isinstance(old, Mapping) and isinstance(value, Mapping) and value.get("kind", old["kind"]) == old["kind"]:
            value = _merged(old, value)
        merged[key] = value
    return merged


def _distinct(values: Any) -> tuple[Any, ...]:
    seen: list[Any] = []
    for value in values:
        if value not in seen:
            seen.append(value)
    return tuple(seen)
