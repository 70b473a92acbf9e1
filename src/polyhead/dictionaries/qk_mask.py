"""QK dictionary with a learned mask: any latent of the queries may meet any of the keys, and few pairs do.

    S_h[t, s] = u(q_t)^T (M * G_h) w(k_s) + explicit parts;   G_h = D_q,h D_k,h^T;   0 <= M[i, j] <= 1, sparse
u and w are sparse codes as in qk_diagonal.py; D_q and D_k are directions of the latents in each head's space, so that
at the start u D_q and w D_k copy q and k and their product the head's scores. What a pair of latents contributes is
known before any text is read: M * G, and its sparsity is the price.
loss = KL + nMSE of patterns. The mask pays by proximal steps: every entry loses `decay` a step and is clamped, so that
pairs no gradient keeps end at exact zeros. (A penalty sum M |G| in the loss shrank D instead and removed no pair.)
After the bilinear QK dictionaries with masks over pairs of Wynroe and Sharkey, whose numbers are unrecovered. Codes are
those of queries; `pairs()` says which latents of the keys each meets.
Axis legend: b sequence, p position, h head, q query, k key, i and j latents, d d_head, m latent asked for.
"""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch, LatentView
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.qk_diagonal import QKDiagonal, QKDiagonalConfig
from polyhead.dictionaries.qk_diagonal_init import QKSettings, initialize, reading, shape


class QKMaskConfig(QKDiagonalConfig):
    """Shape of a masked QK dictionary."""

    decay: float = Field(default=0.0, ge=0)
    """What every entry of the mask loses a step."""


class QKMaskSettings(QKSettings):
    """What may be chosen of a masked one."""

    key_k: float | None = Field(default=16, gt=0)
    """Latents per key, on average; here keys can be coded as sparsely as queries."""
    n_latents: int = Field(default=256, ge=1)
    decay: float = Field(default=3e-3, ge=0)
    """What every entry of the mask loses a step; near the rate at which Adam can raise it."""


class QKMask(QKDiagonal):
    """Sparse query and key codes that meet through a sparse matrix."""

    cfg: QKMaskConfig

    def __init__(self, cfg: QKMaskConfig) -> None:
        super().__init__(cfg)
        n_heads = len(cfg.heads)
        del self.scales
        self.register_buffer("scales", torch.ones(cfg.n_latents, n_heads))  # the size is in D
        self.mask = nn.Parameter(torch.ones(cfg.n_latents, cfg.n_latents))
        self.D_q = nn.Parameter(torch.zeros(n_heads, cfg.n_latents, cfg.d_head))
        self.D_k = nn.Parameter(torch.zeros(n_heads, cfg.n_latents, cfg.d_head))

    def meeting(self) -> Float[Tensor, "h i j"]:
        """M * G: what latent i of the queries and latent j of the keys add to a score, for codes of 1."""
        return self.mask * (self.D_q @ self.D_k.mT)

    def paired(self, u: Float[Tensor, "b q i 1"], w: Float[Tensor, "b k j 1"]) -> Float[Tensor, "b h q k"]:
        """u^T (M * G_h) w for every pair of positions."""
        keys = w[..., 0].mT
        return torch.stack([(u[..., 0] @ between) @ keys for between in self.meeting()], dim=1)

    @torch.no_grad()
    def project(self) -> None:
        """Gates follow the step; the mask pays for it, once, and stays between 0 and 1."""
        stepped = self.query.remembers
        super().project()
        if stepped:
            self.mask -= self.cfg.decay
        self.mask.clamp_(0, 1)

    @torch.no_grad()
    def begin_in(
        self, h: int, mine: Bool[Tensor, " i"], on_queries: Float[Tensor, "m 1 d"], on_keys: Float[Tensor, "m 1 d"]
    ) -> None:
        """Directions start where the encoders read."""
        self.D_q[h, mine] = on_queries[:, 0]
        self.D_k[h, mine] = on_keys[:, 0]

    @torch.no_grad()
    def pairs(self) -> Bool[Tensor, "i j"]:
        """Which latents of the queries meet which of the keys."""
        return self.mask > 0

    @torch.no_grad()
    def head_loadings(self) -> Float[Tensor, "i H"]:
        """Size of what each latent of the queries meets, in every head of the layer."""
        loadings = self.mask.new_zeros(self.cfg.n_latents, self.cfg.n_heads)
        loadings[:, list(self.cfg.heads)] = self.meeting().norm(dim=-1).mT
        return loadings

    @torch.no_grad()
    def view(self, batch: Batch, latents: Int[Tensor, " m"], layers: Sequence[BaseLayer]) -> LatentView:
        """Size on queries, what they find in each key (mean over heads), and what the two add to each head's score."""
        del layers  # everything is in the batch
        u, w = self.query(batch["q"])[:, :, latents, 0], self.key(batch["k"])[..., 0]
        found = torch.einsum("hmj,bkj->bmhk", self.meeting()[:, latents], w)
        arcs = (u.mT[:, :, None, :, None] * found[:, :, :, None]).tril()
        return LatentView(found.mean(2).mT, u, arcs)


def make(
    settings: QKMaskSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> QKMask:
    """Shaped by the layer; started like a diagonal one, with every pair of latents meeting."""
    (layer,) = layers
    fields = shape(settings, settings.n_latents, layer, batches)
    dictionary = QKMask(QKMaskConfig(rank=1, decay=settings.decay, **fields))
    init, scale = settings.init, layer.score_scale
    initialize(dictionary, batches, scale, init=init, cut_keys=False, generator=generator)
    return dictionary


METHOD = Method(
    kind="qk_mask",
    title="QK dictionary with a mask",
    settings=QKMaskSettings,
    config=QKMaskConfig,
    module=QKMask,
    reading=reading,
    make=make,
    rates=LearningRates(5e-3),
    side="both",
    about="A condition on the query, and the keys that it may meet through a learned mask. Arcs are what the two add "
    "to the attention score.",
    directions="qk_pairs",
    benchmark=lambda sizes: {"k": sizes.l0, "key_k": sizes.l0, "max_density": 0.3},
)
