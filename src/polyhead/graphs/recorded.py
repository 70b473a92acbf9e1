"""Everything a graph needs of one pass over one prompt: streams, norms, patterns, and the batches of dictionaries.

Depth counts the residual stream: 0 is the embedding (with learned positions), attention of layer l writes at 2l + 1,
its MLP at 2l + 2. A reader before attention l reads at 2l, before MLP l at 2l + 1 (2l where the two are
parallel), the logits at 2L. What a sublayer adds is the difference of streams, so that sums telescope exactly.
Axis legend: p position, d d_model, n one of several vectors, h head, q query, k key.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import torch
from jaxtyping import Float, Int
from torch import Tensor

from polyhead.activations.harvest import fill_roles
from polyhead.core.base_layer import BaseLayer
from polyhead.core.errors import PolyheadError
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading
from polyhead.core.sites import parse_site, site
from polyhead.graphs.norms import FrozenNorm, frozen_norm
from polyhead.models.base_layer import base_layer
from polyhead.models.hf.model import HFModel
from polyhead.models.hooked import HookedModel

DTYPE = torch.float64
"""Of everything linear; what the model computed is kept as it came."""


@dataclass(eq=False)
class Recorded:
    """One pass over one prompt."""

    model: HookedModel
    tokens: Int[Tensor, " p"]
    cache: dict[str, Tensor]
    """By full site name, batch of one."""
    parallel: bool
    """Attention and MLP both read the block's input."""
    streams: list[Float[Tensor, "p d"]]
    """By depth, 0 to 2L; an attention-only model has the same at 2l + 1 and 2l + 2."""
    _norms: dict[str, FrozenNorm] = field(default_factory=dict)
    _layers: dict[int, BaseLayer] = field(default_factory=dict)

    @property
    def n_layers(self) -> int:
        return self.model.cfg.n_layers

    @property
    def n_positions(self) -> int:
        return len(self.tokens)

    def added(self, layer: int, half: str) -> Float[Tensor, "p d"]:
        """What a sublayer added to the stream."""
        depth = write_depth(layer, half)
        return self.streams[depth] - self.streams[depth - 1]

    def pattern(self, layer: int) -> Float[Tensor, "h q k"]:
        """The model's own attention of a layer."""
        return self.cache[site(layer, "attn.hook_pattern")][0].to(DTYPE)

    def base(self, layer: int) -> BaseLayer:
        """Weights of a layer's attention."""
        if layer not in self._layers:
            self._layers[layer] = base_layer(self.model, layer, n_positions=self.n_positions)
        return self._layers[layer]

    def batch(self, reading: Reading) -> Batch:
        """What a dictionary reads of this prompt."""
        valid = torch.ones(1, self.n_positions, dtype=torch.bool)
        return {"tokens": self.tokens[None], "valid": valid, **fill_roles(reading, self.cache)}

    def norm(self, layer: int, half: str) -> FrozenNorm:
        """The norm before a layer's attention or MLP."""
        name = "ln1.hook_normalized" if half == "attn" else "ln2.hook_normalized"
        return self._norm(self.streams[self.read_depth(layer, half)], site(layer, name), layer)

    def post_norm(self, layer: int, half: str) -> FrozenNorm | None:
        """The norm after it, where the model has one there."""
        name = site(layer, "ln1_post.hook_normalized" if half == "attn" else "ln2_post.hook_normalized")
        if name not in self.cache:
            return None
        return self._norm(self.cache[site(layer, f"hook_{half}_out")][0], name, layer)

    @cached_property
    def final_norm(self) -> FrozenNorm:
        """Before the unembedding."""
        return self._norm(self.streams[-1], "ln_final.hook_normalized", None)

    def _norm(self, before: Tensor, name: str, layer: int | None) -> FrozenNorm:
        if name not in self._norms:
            self._norms[name] = frozen_norm(self.model, before, self.cache[name][0], layer, DTYPE)
        return self._norms[name]

    def read_depth(self, layer: int, half: str) -> int:
        """The depth of the stream that attention or the MLP of a layer reads."""
        return 2 * layer + (half == "mlp" and not self.parallel)

    def read_at(
        self, name: str, readers: Float[Tensor, "n d"], positions: Int[Tensor, " n"]
    ) -> tuple[int, Float[Tensor, "n d"], Float[Tensor, " n"]]:
        """Depth, vectors in stream units and constants of readers of a site with one vector per position.

        Raises:
            PolyheadError: a site that is not the stream or a norm of it.
        """
        at = parse_site(name, n_layers=self.n_layers)
        halves = {"ln1.hook_normalized": "attn", "ln2.hook_normalized": "mlp"}
        before_gain = {"ln1.hook_pre_gain": "attn", "ln2.hook_pre_gain": "mlp"}
        offsets = {"hook_resid_pre": 0, "hook_resid_mid": 1, "hook_resid_post": 2}
        if at.layer is not None and at.name in offsets:
            return 2 * at.layer + offsets[at.name], readers, readers.new_zeros(len(readers))
        half = (halves | before_gain).get(at.name)
        if at.layer is None or half is None:
            known = ", ".join([*offsets, *halves, *before_gain])
            raise PolyheadError(f"a dictionary reads {name}; a graph can trace what is read from {known}")
        norm = self.norm(at.layer, half)
        norm = norm.before_gain() if at.name in before_gain else norm
        depth = self.read_depth(at.layer, half)
        return depth, norm.pull(readers, positions), readers @ norm.bias

    def write_at(
        self,
        layer: int,
        half: str,
        vectors: Float[Tensor, "n d"],
        positions: Int[Tensor, " n"],
        *,
        after_norm: bool = False,
    ) -> Float[Tensor, "n d"]:
        """What vectors in the output of a sublayer add to the stream; a norm on the output is frozen.

        Args:
            layer: Layer.
            half: `attn` or `mlp`.
            vectors: In the output of the sublayer, or in what its norm makes of it.
            positions: Of every vector.
            after_norm: The vectors are of what the norm makes of the output, and join the stream as they are.
        """
        post = None if after_norm else self.post_norm(layer, half)
        return vectors if post is None else post.apply(vectors, positions)

    def write_bias(
        self, layer: int, half: str, bias: Float[Tensor, " d"], *, after_norm: bool = False
    ) -> Float[Tensor, "p d"]:
        """What a dictionary's constant output adds to the stream at every position; see `write_at`."""
        positions = torch.arange(self.n_positions)
        rows = self.write_at(layer, half, bias.to(DTYPE).expand(self.n_positions, -1), positions, after_norm=after_norm)
        post = None if after_norm else self.post_norm(layer, half)
        return rows if post is None else rows + post.bias


def write_depth(layer: int, half: str) -> int:
    """The depth at which a sublayer writes."""
    return 2 * layer + (1 if half == "attn" else 2)


@torch.no_grad()
def record(model: HookedModel, tokens: Int[Tensor, " p"], readings: Sequence[Reading]) -> Recorded:
    """Run the model once.

    Raises:
        PolyheadError: the prompt is empty or longer than the context, a token is unknown, a site is missing.
    """
    parallel = isinstance(model, HFModel) and model.parallel
    names = _own_sites(model, parallel)
    names += [name for reading in readings for name in reading.sites]
    _, cache = model.run_with_cache(tokens[None].to(model.device), list(dict.fromkeys(names)))
    cache = {name: value.detach().float().cpu() for name, value in cache.items()}
    return Recorded(model, tokens.cpu(), cache, parallel, _streams(model, cache, parallel))


def _own_sites(model: HookedModel, parallel: bool) -> list[str]:
    local = ["hook_resid_pre", "ln1.hook_normalized", "attn.hook_pattern", "hook_attn_out"]
    if not model.cfg.attn_only:
        local += ["ln2.hook_normalized", "hook_mlp_out", *([] if parallel else ["hook_resid_mid"])]
    if isinstance(model, HFModel) and model.family.ln1_post is not None:
        local.append("ln1_post.hook_normalized")
    if isinstance(model, HFModel) and model.family.ln2_post is not None:
        local.append("ln2_post.hook_normalized")
    n = model.cfg.n_layers
    return [site(i, name) for i in range(n) for name in local] + [
        site(n - 1, "hook_resid_post"),
        "ln_final.hook_normalized",
    ]


def _streams(model: HookedModel, cache: dict[str, Tensor], parallel: bool) -> list[Tensor]:
    n = model.cfg.n_layers
    front = [cache[site(i, "hook_resid_pre")][0].to(DTYPE) for i in range(n)]
    front.append(cache[site(n - 1, "hook_resid_post")][0].to(DTYPE))
    streams = [front[0]]
    for i in range(n):
        if model.cfg.attn_only:
            middle = front[i + 1]
        elif parallel:
            middle = front[i] + cache[site(i, "hook_attn_out")][0].to(DTYPE)
        else:
            middle = cache[site(i, "hook_resid_mid")][0].to(DTYPE)
        streams += [middle, front[i + 1]]
    return streams
