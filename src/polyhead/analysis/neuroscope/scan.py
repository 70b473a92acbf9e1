"""One pass of a model over text, every unit seen at once.

    neuron   activation after the non-linearity (`mlp.hook_post`; of a gated MLP: gate times up)
    head     direct contribution to the logit of the token that really comes next: z_h W_O^h W_U[:, next] / scale of the
             final norm, gain folded into W_U; positions with no next token are not counted
    latent   code of a dictionary on its input site, before anything is moved

Layers are read by hooks and dropped, so one layer's activations are all that is ever held. Sequences must be offered in
order. Axis legend: b sequence, p position, n unit, h head, m d_model.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor

from polyhead.analysis.neuroscope.running import N_BINS, Correlation, UnitConfig, UnitSums
from polyhead.core.errors import PolyheadError
from polyhead.core.sites import BLOCK_SITES, parse_site, site
from polyhead.core.unit_records import UnitKind
from polyhead.metrics.positions import PolicyCount, Positions
from polyhead.models.hooked import HookedModel
from polyhead.models.mlp import check_has_mlps, mlp_weights
from polyhead.models.unembedding import final_scale, folded_unembedding

MOST_CORRELATED = 8192
"""Units of a family up to which activation correlations are taken (their table is n x n)."""


@dataclass(frozen=True)
class UnitFamily:
    """Units that are read at one place."""

    name: str
    kind: UnitKind
    layer: int
    n: int
    dictionary: Any = None
    input_site: str = ""
    """Local name of the site that the dictionary reads."""

    @property
    def value(self) -> str:
        """What an activation is, in words."""
        if self.kind == "neuron":
            return f"activation at {site(self.layer, 'mlp.hook_post')}"
        if self.kind == "head":
            return "direct contribution to the logit of the true next token, norm folded"
        return f"code of the dictionary on {site(self.layer, self.input_site)}"


def unit_families(model: HookedModel, layers: Sequence[int], kinds: Sequence[str]) -> list[UnitFamily]:
    """The neurons and heads of some layers.

    Raises:
        PolyheadError: neurons of a model without MLPs, a layer the model does not have, an unknown kind.
    """
    unknown = sorted(set(kinds) - {"neurons", "heads"})
    if unknown or not kinds:
        raise PolyheadError(f"no units are called {', '.join(unknown) or '(nothing)'}; known: neurons, heads")
    if "neurons" in kinds:
        check_has_mlps(model)
    bad = [la for la in layers if not 0 <= la < model.cfg.n_layers]
    if bad or not layers:
        raise PolyheadError(f"layers {bad or 'none'}; {model.cfg.name} has layers 0 to {model.cfg.n_layers - 1}")
    found: list[UnitFamily] = []
    for layer in sorted(set(layers)):
        if "neurons" in kinds:
            found.append(UnitFamily(f"L{layer}-neurons", "neuron", layer, len(mlp_weights(model, layer).writes)))
        if "heads" in kinds:
            found.append(UnitFamily(f"L{layer}-heads", "head", layer, model.cfg.n_heads))
    return found


class UnitScan:
    """The running state of a pass over `families`."""

    def __init__(self, model: HookedModel, families: Sequence[UnitFamily], cfg: UnitConfig | None = None) -> None:
        self.model, self.families, self.cfg = model, list(families), cfg or UnitConfig()
        self.sums = {f.name: UnitSums(f.name, f.n, self.cfg) for f in self.families}
        correlated = [f for f in self.families if self.cfg.correlation_stride and f.n <= MOST_CORRELATED]
        self.correlation = {f.name: Correlation(f.n) for f in correlated}
        heads = [f for f in self.families if f.kind == "head"]
        self.outputs = {f.name: torch.zeros(f.n, model.cfg.d_head, dtype=torch.float64) for f in heads}
        """Sum of z at counted positions."""
        self.positions = Positions.of(model)
        self.policy = PolicyCount(self.positions)
        self._W_U = folded_unembedding(model) if heads else None

    @property
    def n_sequences(self) -> int:
        """Sequences seen so far."""
        return self.policy.n_sequences

    @torch.no_grad()
    def add(self, tokens: Int[Tensor, "b p"], valid: Bool[Tensor, "b p"]) -> None:
        """The next sequences of the text."""
        batch = {"tokens": tokens, "valid": valid}
        counted = self.positions.counted(batch)
        has_next = torch.zeros_like(counted)
        has_next[:, :-1] = self.positions.scored(batch)
        raw: dict[str, Tensor] = {}
        last = {"x": torch.zeros(0)}
        hooks = dict(self._hooks(tokens, counted, has_next, raw, last))
        self.model.run_with_cache(tokens, [next(reversed(hooks))], hooks=hooks, with_logits=False)
        if raw:
            scale = final_scale(self.model, last["x"]).cpu()
            for name, value in raw.items():
                self._take(name, value / scale[..., None], has_next)
        self.policy.update(batch)

    def _hooks(
        self, tokens: Tensor, counted: Tensor, has_next: Tensor, raw: dict[str, Tensor], last: dict[str, Tensor]
    ) -> Iterator[tuple[str, Any]]:
        """Hooks in the order of the sites in the model, one per site."""
        by_site: dict[str, list[Any]] = {}
        heads = False
        for f in self.families:
            if f.kind == "neuron":
                by_site.setdefault(site(f.layer, "mlp.hook_post"), []).append(
                    lambda x, name=f.name: self._take(name, x.float().cpu(), counted)
                )
            elif f.kind == "head":
                heads = True
                by_site.setdefault(site(f.layer, "attn.hook_z"), []).append(
                    lambda z, f=f: self._head(f, z, tokens, has_next, raw)
                )
            else:
                by_site.setdefault(site(f.layer, f.input_site), []).append(
                    lambda x, f=f: self._take(f.name, _dense(f.dictionary.encode(x)).cpu(), counted)
                )
        end = site(self.model.cfg.n_layers - 1, "hook_resid_post")
        if heads:
            by_site.setdefault(end, []).append(lambda x: last.__setitem__("x", x))

        def call(readers: list[Any]) -> Any:
            def hook(x: Tensor) -> None:
                for read in readers:
                    read(x)

            return hook

        names = sorted(by_site, key=_place)
        return ((name, call(by_site[name])) for name in names)

    def _head(self, f: UnitFamily, z: Tensor, tokens: Tensor, has_next: Tensor, raw: dict[str, Tensor]) -> None:
        assert self._W_U is not None
        W_O = self.model.W_O[f.layer].detach().float()
        z = z.float()
        self.outputs[f.name] += (z * has_next[..., None, None].to(z.device)).sum((0, 1), dtype=torch.float64).cpu()
        towards = self._W_U.T[tokens.roll(-1, 1)]  # [b, p, m]; meaningless at the last position, which is not counted
        seen = torch.einsum("bpm,hkm->bphk", towards, W_O)
        raw[f.name] = (z * seen).sum(-1).cpu()

    def _take(self, name: str, values: Tensor, counted: Tensor) -> None:
        counted = counted.cpu()
        for b in range(len(values)):
            self.sums[name].add(values[b], counted[b], self.n_sequences + b)
        if name in self.correlation:
            stride = self.cfg.correlation_stride
            place = torch.arange(counted.shape[1])[None] + torch.arange(len(counted))[:, None] + self.n_sequences
            self.correlation[name].add(values[counted & (place % stride == 0)])

    def state(self) -> dict[str, Any]:
        """All that the rest of the pass depends on."""
        return {
            "sums": {name: s.state() for name, s in self.sums.items()},
            "correlation": {name: c.state() for name, c in self.correlation.items()},
            "outputs": dict(self.outputs),
            "policy": {
                "n_sequences": self.policy.n_sequences,
                "n_positions": self.policy.n_positions,
                "saw": sorted(self.policy._saw),
            },
        }

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on from a saved state."""
        for name, s in self.sums.items():
            s.load_state(state["sums"][name])
        for name, c in self.correlation.items():
            c.load_state(state["correlation"][name])
        for name, z in self.outputs.items():
            z.copy_(state["outputs"][name])
        self.policy.n_sequences = int(state["policy"]["n_sequences"])
        self.policy.n_positions = int(state["policy"]["n_positions"])
        self.policy._saw = set(state["policy"]["saw"])


def _place(name: str) -> tuple[int, int]:
    """Where a block site is on the way through the model."""
    at = parse_site(name)
    assert at.layer is not None
    return at.layer, BLOCK_SITES.index(at.name)


def _dense(codes: Any) -> Float[Tensor, "b p n"]:
    """All activations of a sparse code."""
    dense = codes.values.new_zeros(*codes.values.shape[:2], codes.n_latents)
    return dense.scatter_add_(-1, codes.indices, codes.values).float()


def scan_bytes(n_units: Sequence[int], cfg: UnitConfig) -> int:
    """Bytes of the state for families of these sizes: it does not depend on the text."""
    window = cfg.before + 1 + cfg.after
    per_unit = 8 * (4 + 1 + N_BINS) + (cfg.n_top + cfg.n_bottom + cfg.n_sample) * (16 + 4 * window) + 8
    tables = sum(8 * n * n for n in n_units if cfg.correlation_stride and n <= MOST_CORRELATED)
    return sum(n_units) * per_unit + tables
