"""Ensembles: hundreds of small models trained as one program, each exactly as if it were trained alone.

Every parameter gets a leading model axis M; models of different sizes are padded with zeros, and padded entries stay
zero. A loss is a function `(tensors, batch) -> [M]`, where `tensors` holds parameters and buffers by name: `vmap_loss`
makes the plain one from a module; fast forms are written by hand next to it and held equal by tests. All parameters
lie in one flat `[M, P]` tensor and Adam is a handful of operations on it, with each model's own rate, decay and clip.

A model whose loss or gradient is no longer finite is left as it is from then on and reported as diverged.
Because `batches(step)` depends on nothing but the step, resuming is exact.
"""

import copy
import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import torch
from jaxtyping import Float, Int
from pydantic import Field
from torch import Tensor, nn

from polyhead.core.config import Config
from polyhead.core.errors import PolyheadError
from polyhead.core.progress import Bar, progress
from polyhead.core.protocols import Batch
from polyhead.core.run_folder import open_run
from polyhead.core.stopping import Stopped, stop_signals
from polyhead.ops.schedules import Schedule, rate_factor
from polyhead.training.checkpoint import latest_checkpoint, save_checkpoint
from polyhead.training.loop import check_same_run

Tensors = Mapping[str, Tensor]
Loss = Callable[[Tensors, Batch], Tensor]
"""`(tensors by name, each [M, ...], batch) -> [M]`."""


class EnsembleConfig(Config):
    """How every model of an ensemble is trained (AdamW)."""

    n_steps: int = Field(default=2000, ge=1)
    lr: float = Field(default=1e-2, gt=0)
    betas: tuple[float, float] = (0.9, 0.99)
    eps: float = Field(default=1e-8, gt=0)
    weight_decay: float = Field(default=0.0, ge=0)
    """Decoupled."""
    clip: float | None = None
    """Largest gradient norm of one model."""
    schedule: Schedule = Schedule(warmup_steps=100, decay_fraction=1.0, decay="cosine")
    checkpoint_every: int = Field(default=1000, ge=1)
    log_every: int = Field(default=50, ge=1)


@dataclass
class Ensemble:
    """The state of M models. `tensors` and `modules` are the two ways to look at it."""

    modules: list[nn.Module]
    """Templates with each model's own sizes; `member(i)` fills in a copy."""
    shapes: dict[str, tuple[int, ...]]
    """Padded shape of each parameter, without the model axis."""
    flat: Float[Tensor, "m p"]
    mask: Tensor | None
    """1 where a model has that parameter, None where nothing is padded."""
    buffers: dict[str, Tensor] = field(default_factory=dict)

    @classmethod
    def of(cls, modules: Sequence[nn.Module], *, template: nn.Module | None = None) -> "Ensemble":
        """Stack modules of one kind; sizes may differ, the number of axes of a parameter may not.

        Args:
            template: a module of the padded sizes with every switch on; needed where no single member is the largest
                in each parameter it has (most heads without a bias, fewer heads with one).

        Raises:
            PolyheadError: no modules, parameters of one name that cannot be padded to one another, or other buffers.
        """
        if not modules:
            raise PolyheadError("an ensemble needs at least one model; none received")
        named = [dict(m.named_parameters()) for m in modules]
        every = named if template is None else [*named, dict(template.named_parameters())]
        names = list(dict.fromkeys(name for one in every for name in one))
        shapes = {name: _largest(name, [one[name] for one in every if name in one]) for name in names}
        rows = [_padded_row(one, shapes) for one in named]
        flat, mask = torch.stack([r[0] for r in rows]), torch.stack([r[1] for r in rows])
        return cls(list(modules), shapes, flat, None if bool((mask == 1).all()) else mask, _stacked_buffers(modules))

    def __len__(self) -> int:
        return len(self.modules)

    def tensors(self, flat: Tensor | None = None) -> dict[str, Tensor]:
        """Parameters (views of `flat`, or of the ensemble's own) and buffers by name, each `[M, ...]`."""
        source = self.flat if flat is None else flat
        sizes = [_numel(shape) for shape in self.shapes.values()]
        parts = source.split(sizes, dim=1)
        views = {name: part.view(-1, *shape) for (name, shape), part in zip(self.shapes.items(), parts, strict=True)}
        return {**views, **self.buffers}

    def member(self, i: int, flat: Tensor | None = None) -> nn.Module:
        """The i-th model as a module of its own size, apart from the ensemble and from what was asked for before."""
        module, tensors = copy.deepcopy(self.modules[i]), self.tensors(flat)
        with torch.no_grad():
            for name, p in module.named_parameters():
                p.copy_(tensors[name][i][tuple(slice(n) for n in p.shape)])
        return module


@dataclass
class Trained:
    """What training left."""

    ensemble: Ensemble
    losses: Float[Tensor, "n_logged m"]
    """At the logged steps; the training batch of that step."""
    logged_steps: list[int]
    """Numbers of finished steps."""
    diverged_at: Int[Tensor, " m"]
    """Step at which a model was stopped, -1 for the healthy ones."""
    snapshots: dict[int, Tensor]
    """Number of finished steps to flat parameters `[M, P]`: give them to `ensemble.tensors` or `member`."""

    @property
    def healthy(self) -> list[int]:
        """Indices of the models that did not diverge."""
        return [i for i, step in enumerate(self.diverged_at.tolist()) if step < 0]


def vmap_loss(template: nn.Module, *, per_model: Sequence[str] = ()) -> Loss:
    """The plain loss: `template.loss(batch)` of each model, its terms added, by torch.func.

    `template` is a module of the padded sizes with every switch on. Batch entries named in `per_model` have a leading
    model axis; the others are shared by all models.

    The loss raises PolyheadError where the parameters are not padded to the template's shapes.
    """
    wrapped = _LossModule(template)
    expected = {name: p.shape for name, p in template.named_parameters()}

    def one(tensors: dict[str, Tensor], batch: dict[str, Tensor]) -> Tensor:
        return torch.func.functional_call(wrapped, {f"module.{k}": v for k, v in tensors.items()}, (batch,))

    def loss(tensors: Tensors, batch: Batch) -> Tensor:
        for name, shape in expected.items():
            if name not in tensors or tensors[name].shape[1:] != shape:
                found = list(tensors[name].shape[1:]) if name in tensors else "nothing"
                hint = "give the same template to Ensemble.of(..., template=...)"
                raise PolyheadError(f"parameter {name!r}: the template has {list(shape)}, the ensemble {found}; {hint}")
        dims = {key: 0 if key in per_model else None for key in batch}
        return torch.func.vmap(one, in_dims=(0, dims), randomness="different")(dict(tensors), dict(batch))

    return loss


def fit_ensemble(
    ensemble: Ensemble,
    loss: Loss,
    batches: Callable[[int], Batch],
    cfg: EnsembleConfig,
    *,
    lr: Float[Tensor, " m"] | None = None,
    weight_decay: Float[Tensor, " m"] | None = None,
    clip: Float[Tensor, " m"] | None = None,
    project: Callable[[Tensors], None] | None = None,
    run_dir: Path | None = None,
    snapshots: Sequence[int] = (),
    config: Mapping[str, Any] | None = None,
    label: str = "training",
) -> Trained:
    """Train in place; with `run_dir`, resume from its newest checkpoint and write new ones.

    Args:
        lr, weight_decay, clip: of each model, instead of the config's one for all.
        project: restores constraints after each step, in place, on the parameters by name (`[M, ...]`, views).
        snapshots: numbers of finished steps at which all parameters are kept (0 is the start).
        config: plain values that decide the result besides `cfg` (task, grid, seeds); compared when a run resumes.

    Raises:
        PolyheadError: the run folder belongs to another config.
        Stopped: SIGTERM or Ctrl-C was received; with `run_dir`, a checkpoint was written first.
    """
    own = {"lr": lr, "weight_decay": weight_decay, "clip": clip}
    state = _State(ensemble, cfg, own, project)
    settings = {"ensemble": cfg.model_dump(mode="json"), **json.loads(json.dumps(dict(config or {})))}
    settings |= {"n_models": len(ensemble), "n_parameters": ensemble.flat.shape[1], "snapshots": list(snapshots)}
    settings |= {f"{name} of each model": _digest(values) for name, values in own.items() if values is not None}
    folder = None if run_dir is None else run_dir / "checkpoints"
    with nullcontext() if run_dir is None else open_run(run_dir):
        if run_dir is not None and folder is not None and (saved := latest_checkpoint(folder)) is not None:
            check_same_run(saved, settings, run_dir)
            state.restore(saved)
        with progress(label, total=cfg.n_steps, done=state.step, scale=len(ensemble)) as bar:
            _advance(state, loss, batches, folder, settings, snapshots, bar)
    return state.trained()


def _advance(
    state: "_State",
    loss: Loss,
    batches: Callable[[int], Batch],
    folder: Path | None,
    settings: dict[str, Any],
    snapshots: Sequence[int],
    bar: Bar,
) -> None:
    """The steps that are left, with their checkpoints where there is a folder for them."""
    cfg = state.cfg
    with stop_signals() as stop:
        if state.step == 0:
            state.keep(snapshots)
        for step in range(state.step, cfg.n_steps):
            values = state.advance(loss, batches(step))
            state.log(values)
            state.keep(snapshots)
            bar.advance()
            asked = stop.name  # read once: a signal may come at any moment
            if folder is not None and (asked or state.step % cfg.checkpoint_every == 0 or state.step == cfg.n_steps):
                save_checkpoint(folder, state.step, {"config": settings, **state.plain()})
            if asked and state.step < cfg.n_steps:
                where = f"after step {state.step} of {cfg.n_steps}"
                if folder is None:
                    raise Stopped(f"stopped by {asked} {where}; nothing is kept", stop.number)
                raise stop.stopped(f"{where} ({folder} holds everything)")


class _State:
    """Everything that changes while an ensemble trains."""

    def __init__(
        self,
        ensemble: Ensemble,
        cfg: EnsembleConfig,
        own: Mapping[str, Tensor | None],
        project: Callable[[Tensors], None] | None = None,
    ) -> None:
        self.ensemble, self.cfg, self.step, self.project = ensemble, cfg, 0, project
        m = len(ensemble)
        self.flat = ensemble.flat.clone().requires_grad_(True)
        self.first, self.second = torch.zeros_like(ensemble.flat), torch.zeros_like(ensemble.flat)
        self.diverged_at = torch.full((m,), -1, dtype=torch.int64)
        self.losses: list[Tensor] = []
        self.logged: list[int] = []
        self.snapshots: dict[int, Tensor] = {}
        self.lr = self._column(own["lr"], cfg.lr)
        self.decay = self._column(own["weight_decay"], cfg.weight_decay)
        no_clip = own["clip"] is None and cfg.clip is None
        self.clip = None if no_clip else self._column(own["clip"], cfg.clip or 0.0)

    def _column(self, own: Tensor | None, default: float) -> Float[Tensor, "m 1"]:
        m = len(self.ensemble)
        if own is not None and own.numel() != m:
            raise PolyheadError(f"one value per model is needed for {m} models; {own.numel()} received")
        return self.first.new_full((m, 1), default) if own is None else own.to(self.first).reshape(m, 1)

    def advance(self, loss: Loss, batch: Batch) -> Float[Tensor, " m"]:
        """One step of all models; their losses before it."""
        values = loss(self.ensemble.tensors(self.flat), batch)
        (grad,) = torch.autograd.grad(values.sum(), self.flat)
        with torch.no_grad():
            self._update(values.detach(), grad)
            if self.project is not None:
                self.project(self.ensemble.tensors(self.flat))
        self.step += 1
        return values.detach()

    def _update(self, values: Tensor, grad: Tensor) -> None:
        cfg, (beta1, beta2) = self.cfg, self.cfg.betas
        if self.ensemble.mask is not None:
            grad = grad * self.ensemble.mask
        norm = grad.norm(dim=1, keepdim=True)
        good = torch.isfinite(norm[:, 0]) & torch.isfinite(values) & (self.diverged_at < 0)
        if not bool(good.all()):
            self.diverged_at[(self.diverged_at < 0) & ~good] = self.step
            grad = torch.where(good[:, None], grad, torch.zeros_like(grad))
        if self.clip is not None:
            grad = grad * (self.clip / (norm + 1e-6)).clamp_max(1.0).nan_to_num(0.0)  # as clip_grad_norm_ has it
        rate = self.lr * rate_factor(cfg.schedule, self.step, cfg.n_steps) * good[:, None]
        t = self.step + 1
        self.first.lerp_(grad, 1 - beta1)
        self.second.mul_(beta2).addcmul_(grad, grad, value=1 - beta2)
        denominator = (self.second / (1 - beta2**t)).sqrt_().add_(cfg.eps)
        self.flat.mul_(1 - rate * self.decay)
        self.flat.sub_((self.first / denominator).mul_(rate / (1 - beta1**t)))

    def log(self, values: Tensor) -> None:
        if self.step % self.cfg.log_every == 0 or self.step == self.cfg.n_steps:
            self.losses.append(values)
            self.logged.append(self.step)

    def keep(self, snapshots: Sequence[int]) -> None:
        if self.step in snapshots:
            self.snapshots[self.step] = self.flat.detach().clone()

    def plain(self) -> dict[str, Any]:
        return {
            "step": self.step,
            "flat": self.flat.detach(),
            "first": self.first,
            "second": self.second,
            "diverged_at": self.diverged_at,
            "losses": torch.stack(self.losses) if self.losses else torch.zeros(0, len(self.ensemble)),
            "logged": self.logged,
            "snapshots": self.snapshots,
        }

    def restore(self, saved: Mapping[str, Any]) -> None:
        self.step, self.logged = saved["step"], list(saved["logged"])
        self.flat = saved["flat"].clone().requires_grad_(True)
        self.first, self.second = saved["first"], saved["second"]
        self.diverged_at, self.losses = saved["diverged_at"], list(saved["losses"])
        self.snapshots = dict(saved["snapshots"])

    def trained(self) -> Trained:
        self.ensemble.flat = self.flat.detach()
        losses = torch.stack(self.losses) if self.losses else torch.zeros(0, len(self.ensemble))
        return Trained(self.ensemble, losses, self.logged, self.diverged_at, self.snapshots)


class _LossModule(nn.Module):
    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, batch: Batch) -> Tensor:
        return torch.stack(list(self.module.loss(batch).values())).sum()  # pyright: ignore[reportCallIssue]


def _digest(values: Tensor) -> str:
    return hashlib.sha256(str(values.tolist()).encode()).hexdigest()[:12]


def _numel(shape: tuple[int, ...]) -> int:
    return int(torch.Size(shape).numel())


def _largest(name: str, tensors: Sequence[Tensor]) -> tuple[int, ...]:
    if len({t.ndim for t in tensors}) > 1:
        raise PolyheadError(f"parameter {name!r} has different numbers of axes: {[list(t.shape) for t in tensors][:4]}")
    return tuple(max(sizes) for sizes in zip(*(t.shape for t in tensors), strict=True))


def _stacked_buffers(modules: Sequence[nn.Module]) -> dict[str, Tensor]:
    buffers = [dict(m.named_buffers()) for m in modules]
    shapes = [{name: list(b.shape) for name, b in one.items()} for one in buffers]
    if any(one != shapes[0] for one in shapes):
        other = next(one for one in shapes if one != shapes[0])
        raise PolyheadError(f"models of one ensemble need buffers of the same shapes; received {shapes[0]} and {other}")
    return {name: torch.stack([b[name] for b in buffers]) for name in buffers[0]}


def _padded_row(parameters: Mapping[str, Tensor], shapes: Mapping[str, tuple[int, ...]]) -> tuple[Tensor, Tensor]:
    dtype = next(iter(parameters.values())).dtype
    values, masks = [], []
    for name, shape in shapes.items():
        value, mask = torch.zeros(shape, dtype=dtype), torch.zeros(shape, dtype=dtype)
        if name in parameters:
            inside = tuple(slice(n) for n in parameters[name].shape)
            value[inside], mask[inside] = parameters[name].detach(), 1.0
        values.append(value.flatten())
        masks.append(mask.flatten())
    return torch.cat(values), torch.cat(masks)
