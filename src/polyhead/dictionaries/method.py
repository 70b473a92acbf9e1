"""A method: all that the rest of the library needs of one way of training a dictionary.

A method's file ends with `METHOD = Method(...)`, and `dictionaries/__init__.py` has one line for it. From that alone
the command line trains it, evaluation scores it, the conformance suite tests it and the report shows it.
What its module must have: `cfg`, `loss`, `project` (core/protocols.py: Objective), `reconstruct(batch)` and
`codes(batch)` (Dictionary). What it may have besides, each used where it is there: `head_loadings()` (how a latent
moves, by head), `patterns(batch)` (attention of its own making, by base head), `view(batch, latents, layers)` (both
sides of a latent, for its page), `mark_dead(dead)`, `orient()` (once after training), buffers `n_steps`, `dead`.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch, LatentDirections, PlantedSizes
from polyhead.core.reading import Reading


@dataclass(frozen=True)
class LearningRates:
    """Adam's learning rate, by parameter."""

    lr: float
    factors: Mapping[str, float] = field(default_factory=dict)
    """Parameter name -> times `lr`; 1 for those not named."""


@dataclass(frozen=True)
class Method:
    """One way of training a dictionary."""

    kind: str
    """Name on the command line, in manifests and in tables."""
    title: str
    """In words, for tables and pages: `Attention output SAE`."""
    settings: type[Config]
    """What a user may choose (`--set name=value`); every field has a default, and none is a width of the model."""
    config: type[Config]
    """What is saved with the weights: the settings that matter later, and the widths."""
    module: type[nn.Module]
    """Built from a `config` alone."""
    reading: Callable[[Any, Sequence[BaseLayer]], Reading]
    """Settings and the layers explained -> what a batch holds."""
    make: Callable[[Any, Sequence[BaseLayer], Sequence[Batch], torch.Generator], nn.Module]
    """Settings, layers, the first batches (16 sequences), random numbers -> the module where training starts."""
    rates: LearningRates
    layers: Literal["one", "many", "any"] = "one"
    """How many layers one dictionary explains."""
    side: Literal["key", "query", "both"] = "query"
    """Where its `codes` are counted: at sources before anything moves, at destinations after, or on both sides."""
    from_mlp: bool = False
    """Whether it reads or writes MLP sites, which an attention-only model does not have."""
    noun: str = "latent"
    """What one latent is called on pages: latent, unit, head."""
    about: str = ""
    """One sentence for pages: what a latent of this method is, where its `side` does not say it all."""
    variant: str | None = None
    """Setting whose value its members are compared by; None: they are all of one kind, named like the method."""
    graph: str | Callable[..., Any] | None = None
    """How its latents become nodes of an attribution graph: a way that ships (`graphs.parts.WAYS`) or a function of
    the same arguments; None: no graph holds them."""
    directions: str | Callable[[Any, Reading, Mapping[int, BaseLayer], Sequence[Batch]], LatentDirections] | None = None
    """What its latents claim to be, for the benchmark: a way that ships (`metrics.benchmark.adapters.WAYS`) or a
    function of the dictionary, its reading, layers by number and some batches; None: only its code and its
    reconstruction are scored."""
    benchmark: Callable[[PlantedSizes], dict[str, Any]] | None = None
    """Settings on a planted world, besides width and sparsity."""
    benchmark_rate: float = 1.0
    """Times the learning rate that the benchmark gives all methods, for one that does not bear it."""

    def check(self, layers: Sequence[BaseLayer]) -> None:
        """Refuse a number of layers that the method cannot explain.

        Raises:
            PolyheadError: one layer for a method of several, or several for one of one.
        """
        n = len(layers)
        if (self.layers == "one" and n != 1) or (self.layers == "many" and n < 2):
            wanted = {"one": "exactly one layer", "many": "two layers or more"}[self.layers]
            raise PolyheadError(
                f"{self.kind} explains {wanted}; {n} received: {', '.join(str(x.layer) for x in layers)}"
            )
