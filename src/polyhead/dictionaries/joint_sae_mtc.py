"""The joint baseline: one encoder that only an SAE trains, and a Top-1 MTC that must move what the SAE found.

    f = act(x W_enc + b_enc);   x^ = f W_sae + b_sae;   y[t] = sum_i (sum_s A_{h(i)}[t, s] f[s, i]) W_dec[i] + b_dec
    loss = |x - x^|^2 / |x|^2 + mse(y), the code f in the second term without gradient
Source: Transformer Circuits, "Progress on Attention" (2025), which takes the two steps in turn on the same examples.
One loss does the same: the first term moves only W_enc, b_enc, W_sae, b_sae, the second only W_dec, b_dec and the
loadings, and Adam treats every parameter alone, so a step on the sum is the two steps in turn, except that the second
sees the code before the first step rather than after it, and that a gradient clipped by norm is clipped as a whole.
The code's scale belongs to x, so here the rows of W_dec are free in norm (rows of W_sae have norm 1).
If where a feature is moved is coupled to what is moved, features of x alone must do worse than an MTC's own.
"""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Bool, Float
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.base_layer import BaseLayer
from polyhead.core.protocols import Batch
from polyhead.core.reading import Reading, one_site
from polyhead.core.sites import site
from polyhead.dictionaries.activation import SparseSettings
from polyhead.dictionaries.bos import BosRule, bos_token, coded_positions, explained, start_bos
from polyhead.dictionaries.encoder import position_weights
from polyhead.dictionaries.init import least_squares_scale, set_scales, unit_rows
from polyhead.dictionaries.input_sae import decode_code, sae_terms, start_sae
from polyhead.dictionaries.method import LearningRates, Method
from polyhead.dictionaries.mtc import MTC, MTCConfig, Product
from polyhead.dictionaries.mtc_choice import choose_heads_on
from polyhead.dictionaries.mtc_init import set_biases, set_directions

OneHead = Literal["top1", "top1_argmax", "top1_anneal", "top1_choice"]


class JointConfig(MTCConfig):
    """Shape and constraints of the joint baseline."""

    bos: BosRule = "untrained"  # type: ignore[assignment]
    """As in the settings; a dictionary that does not say was trained before there was a choice."""


class JointSAEMTC(MTC):
    """An SAE of x and a Top-1 MTC on its code."""

    cfg: JointConfig

    def __init__(self, cfg: JointConfig, *, generator: torch.Generator | None = None) -> None:
        super().__init__(cfg, generator=generator)
        self.W_sae = nn.Parameter(unit_rows(torch.randn(cfg.n_latents, cfg.d_in, generator=generator)))
        self.b_sae = nn.Parameter(torch.zeros(cfg.d_in))

    def input_reconstruction(self, batch: Batch) -> Float[Tensor, "b p d_in"]:
        """x by the SAE, in its own units."""
        rows = decode_code(self, self._code(batch, "auto"))
        return rows.unflatten(0, batch["x"].shape[:2]) * self.input_scale

    def loss(self, batch: Batch, *, product: Product = "auto") -> dict[str, Tensor]:
        """sae: squared error of x, in units of its mean square; mse: of the target, as for an MTC; and penalties."""
        batch = explained(self, batch)
        code = self._code(batch, product)
        error = self._error(code._replace(f=code.f.detach()), batch, product)
        mse = (error.square().mean(-1) * position_weights(batch)).sum()
        return sae_terms(self, code, batch) | {"mse": mse}

    def coded_positions(self, batch: Batch) -> Bool[Tensor, "b p"]:
        """Where the encoder learns."""
        return coded_positions(self.cfg, batch)

    def _scale_decoder(self) -> None:
        if hasattr(self, "W_sae"):  # not yet while the parent is being made
            self.W_sae /= self.W_sae.norm(dim=-1, keepdim=True).clamp_min(1e-12)


class JointSettings(SparseSettings):
    """What may be chosen of the joint baseline."""

    loadings: OneHead = "top1_choice"
    """How each latent gets its head; nothing ties the SAE's latent i to a head, so a fixed split would be unfair."""
    bind_steps: int = Field(default=96, ge=1)
    """Steps until heads are final."""
    bos: BosRule = "train"
    """train: the SAE learns BOS like any other token; exact: the layer's own output for what BOS sends; untrained: the
    code at BOS is moved although no loss covers it, as earlier versions did."""
    input_site: str = "ln1.hook_normalized"
    target_site: str = "hook_attn_out"


def reading(settings: JointSettings, layers: Sequence[BaseLayer]) -> Reading:
    """x, pattern and target of one layer."""
    names = {"x": settings.input_site, "target": settings.target_site, "pattern": "attn.hook_pattern"}
    return Reading(roles={role: one_site(site(layers[0].layer, name)) for role, name in names.items()})


@torch.no_grad()
def make(
    settings: JointSettings, layers: Sequence[BaseLayer], batches: Sequence[Batch], generator: torch.Generator
) -> JointSAEMTC:
    """The SAE from the data; each latent on the head that helps most, writing what least squares says."""
    (layer,) = layers
    joint = JointSAEMTC(
        JointConfig(
            d_in=batches[0]["x"].shape[-1],
            d_out=batches[0]["target"].shape[-1],
            n_heads=layer.n_heads,
            bos_token_id=bos_token(batches),
            **settings.fields_of(JointConfig),
        )
    )
    start_bos(joint, layer, input_site=settings.input_site)
    batches = [explained(joint, batch) for batch in batches]
    set_scales(joint, batches)
    identity = settings.target_site == "hook_resid_post"
    set_directions(joint, layer.W_V, layer.W_O, identity=identity, generator=generator)
    set_biases(joint, batches)
    start_sae(joint, batches, generator)
    _start_decoder(joint, layer, batches)
    return joint


@torch.no_grad()
def _start_decoder(joint: JointSAEMTC, layer: BaseLayer, batches: Sequence[Batch]) -> None:
    """Rows of W_dec: what the heads would write of the SAE's direction, or what least squares finds; and one scale.

    Latents that will cool to one head start on all, by how much of their direction each writes.
    """
    images = torch.stack([joint.W_sae @ layer.W_V[h] @ layer.W_O[h] for h in range(layer.n_heads)], dim=1)
    images = torch.cat([images, torch.zeros_like(images[:, :1])], dim=1)
    if joint.cfg.loadings in ("top1_anneal", "top1_argmax"):
        joint.loadings.copy_(images.norm(dim=-1))
        joint.loadings /= joint.loadings.norm(dim=-1, keepdim=True).clamp_min(1e-12)
    joint.W_dec.copy_(torch.einsum("ih,ihd->id", joint.head_loadings(), images))
    if joint.cfg.loadings == "top1_choice":
        joint.W_dec.zero_()
        choose_heads_on(joint, batches, everyone=True)
    joint.W_dec.mul_(least_squares_scale(joint, batches))


METHOD = Method(
    kind="joint_sae_mtc",
    title="SAE of the input with a Top-1 MTC on its code",
    settings=JointSettings,
    config=JointConfig,
    module=JointSAEMTC,
    reading=reading,
    make=make,
    rates=LearningRates(6e-3, {"loadings": 5.0}),
    side="key",
    graph="moved",
    directions="moved",
    benchmark_rate=0.5,  # at the common rate its FVU is 33, at half of it .36
)
