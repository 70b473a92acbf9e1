"""A whole attention layer in sparse parts: one dictionary says where every head attends, another what it moves.

    A^_h = QK diagonalisation of all heads (qk_diagonal.py);   y^ = transcoder along A^_h (mtc.py)
loss = squared error of the output + pattern_weight (KL + nMSE of patterns), trained together from parts that start
apart. Nothing of the base layer's attention is left in it: `reconstruct` needs the queries, keys and the input of the
layer, never its patterns, which only training sees. `codes` are the latents that move, at their sources; the QK
features are `query_codes` and `key_codes`. Source: ours; "Progress on Attention" (2025) names it as a next step.
Axis legend: b sequence, p position, h head, q query, k key, i latent, d width.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor

from polyhead.core.base_layer import BaseLayer
from polyhead.core.config import Config
from polyhead.core.protocols import Batch, Codes, LatentView
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries import mtc_init, qk_diagonal_init
from polyhead.dictionaries.activation import Activation, SparseSettings, TopK
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.mtc import MTC, MTCConfig
from polyhead.dictionaries.mtc_init import MTCSettings
from polyhead.dictionaries.qk_diagonal import QKDiagonal, QKDiagonalConfig, counted_queries, pattern_terms
from polyhead.dictionaries.qk_diagonal_init import QKDiagonalSettings


class CombinedLayerConfig(Config):
    """Shapes of both parts."""

    qk: QKDiagonalConfig
    mtc: MTCConfig
    pattern_weight: float = Field(default=1.0, ge=0)
    """Weight of the pattern terms next to the squared error of the output."""


class CombinedLayerSettings(SparseSettings):
    """What may be chosen of a combined layer."""

    activation: Activation = TopK(k_aux=32)
    """Of the latents that move."""
    n_latents: int = Field(default=2048, ge=1)
    """Latents that move."""
    qk_latents: int = Field(default=1024, ge=1)
    """Pairs of conditions that make the patterns, shared by all heads."""
    qk_k: float = Field(default=64, gt=0)
    """Of those, how many a query has, on average."""
    qk_rank: int = Field(default=1, ge=1)
    max_density: float = Field(default=0.1, gt=0, le=1)
    """Cap on how often one of the pairs fires, on either side."""
    pattern_weight: float = Field(default=1.0, ge=0)

    @property
    def qk(self) -> QKDiagonalSettings:
        """Settings of the pattern's part."""
        return QKDiagonalSettings(
            n_latents=self.qk_latents, k=self.qk_k, rank=self.qk_rank, max_density=self.max_density
        )

    @property
    def mtc(self) -> MTCSettings:
        """Settings of the moving part."""
        return MTCSettings(activation=self.activation, n_latents=self.n_latents)


class CombinedLayer(LatentModule):
    """QK diagonalisation of every head and a transcoder that moves along it."""

    def __init__(self, cfg: CombinedLayerConfig) -> None:
        super().__init__()
        self.cfg = cfg
        self.qk = QKDiagonal(cfg.qk)
        self.mtc = MTC(cfg.mtc)

    # ---- why

    def patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """Attention of every head, of its own making."""
        return self.qk.patterns(batch)

    def explicit_patterns(self, batch: Batch) -> Float[Tensor, "b h q k"]:
        """What key biases and offset tables alone make of it."""
        return self.qk.explicit_patterns(batch)

    def query_codes(self, batch: Batch) -> Codes:
        """Which conditions hold of each query."""
        return self.qk.codes(batch)

    def key_codes(self, batch: Batch) -> Codes:
        """Which conditions hold of each key."""
        return self.qk.key_codes(batch)

    def block_width(self) -> int:
        """Numbers per condition."""
        return self.qk.block_width()

    # ---- what

    def codes(self, batch: Batch) -> Codes:
        """Which latents are moved, at their sources."""
        return self.mtc.codes(batch)

    def reconstruct(self, batch: Batch) -> Float[Tensor, "b p d"]:
        """The layer's output along its own patterns; patterns of the base layer in the batch are not looked at."""
        return self.mtc.reconstruct({**batch, "pattern": self.patterns(batch)})

    def moved(
        self, f: Float[Tensor, "b p i"] | Codes, pattern: Float[Tensor, "b h p p"], latents: Tensor | None = None
    ) -> Float[Tensor, "b p m"]:
        """What arrives of the chosen latents along given patterns."""
        return self.mtc.moved(f, pattern, latents)

    def write(
        self, batch: Batch, latents: Tensor, change: Float[Tensor, "b p m"], heads: Sequence[int] | None = None
    ) -> Float[Tensor, "b p d"]:
        """What the output gains when f of some latents changes, moved along this dictionary's patterns."""
        return self.mtc.write({**batch, "pattern": self.patterns(batch)}, latents, change, heads)

    @property
    def W_dec(self) -> Tensor:
        """What each latent writes."""
        return self.mtc.W_dec

    def head_loadings(self) -> Float[Tensor, "i H"]:
        """How strongly each latent moves through each head, the identity last."""
        return self.mtc.head_loadings()

    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """A latent at its sources, at its destinations, and what each source sends along this dictionary's patterns."""
        return self.mtc.view({**batch, "pattern": self.patterns(batch)}, latents, layers)

    # ---- training

    def loss(self, batch: Batch) -> dict[str, Tensor]:
        """mse (and penalties) of the output, and pattern_weight times kl and nmse of the patterns."""
        scores = self.qk.scores(batch, remember=self.training)
        future = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).triu(1)
        own = scores.masked_fill(future, -1e9).softmax(-1)
        terms = pattern_terms(scores, batch["pattern"], counted_queries(batch))
        weighted = {f"pattern_{name}": self.cfg.pattern_weight * term for name, term in terms.items()}
        return self.mtc.loss({**batch, "pattern": own}) | weighted

    @torch.no_grad()
    def project(self) -> None:
        """The constraints of both parts."""
        self.qk.project()
        self.mtc.project()

    def mark_dead(self, dead: Bool[Tensor, " i"]) -> None:
        """Which of the moving latents have not fired for long."""
        self.mtc.mark_dead(dead)

    def orient(self) -> None:
        """Each moving latent's largest loading positive."""
        self.mtc.orient()


def reading(settings: CombinedLayerSettings, layers: Sequence[BaseLayer]) -> Reading:
    """Input, queries, keys and output of a layer; its patterns for training."""
    mine = qk_diagonal_init.reading(settings.qk, layers).roles
    whole = one_site(site(layers[0].layer, "attn.hook_pattern"))
    return Reading(
        roles={**mtc_init.reading(settings.mtc, layers).roles, "q": mine["q"], "k": mine["k"], "pattern": whole}
    )


def make(
    settings: CombinedLayerSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> CombinedLayer:
    """Both parts started as they are by themselves, then put together."""
    patterns = [{**batch, "target": batch["pattern"]} for batch in batches]
    qk = qk_diagonal_init.make(settings.qk, layers, patterns, generator)
    mtc = mtc_init.make(settings.mtc, layers, batches, generator)
    both = CombinedLayer(CombinedLayerConfig(qk=qk.cfg, mtc=mtc.cfg, pattern_weight=settings.pattern_weight))
    both.qk.load_state_dict(qk.state_dict())
    both.mtc.load_state_dict(mtc.state_dict())
    return both


METHOD = Method(
    kind="combined_layer",
    title="Combined layer",
    settings=CombinedLayerSettings,
    config=CombinedLayerConfig,
    module=CombinedLayer,
    reading=reading,
    make=make,
    rates=LearningRates(5e-3, {"mtc.loadings": 5.0}),
    side="key",
    about="A latent fires at a source and is carried along patterns that this dictionary makes itself, not the "
    "model's.",
    graph="moved",
    directions="moved_and_qk",
    benchmark=lambda sizes: {"qk_latents": sizes.n_latents, "qk_k": sizes.query_l0, "max_density": 0.3},
)
