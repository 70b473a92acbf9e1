"""A family for a decoder that has no entry: module paths and conventions, found on one probe.

What a module is follows from what it is given and what it gives: the norm before attention is the module whose output
attention reads, and so on. Guesses cost nothing here, because hf/identities.py then checks all that is relied on.
"""

from dataclasses import dataclass, replace
from typing import Any

import torch
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.models.hf.family import QKV, Family
from polyhead.models.hf.norms import norm_form

_SEPARATE = ("q_proj", "k_proj", "v_proj")
_FUSED: dict[str, QKV] = {"qkv_proj": "stacked", "query_key_value": "interleaved"}
_OUTPUTS = ("o_proj", "out_proj", "dense", "c_proj")
_MLP_IN = ("gate_proj", "gate_up_proj", "c_fc", "fc1", "fc_in", "dense_h_to_4h", "up_proj")
_MLP_OUT = ("down_proj", "c_proj", "fc2", "fc_out", "dense_4h_to_h")
_FACTORS = {
    "embeds_times": "embedding_multiplier",
    "branches_times": "residual_multiplier",
    "logits_over": "logits_scaling",
    "logits_times": "logit_scale",
}
_PROBE = 7


@dataclass(frozen=True, eq=False)
class _Seen:
    """What a module was given and gave on the probe."""

    x: Tensor
    y: Tensor


def adapted(hf: nn.Module) -> Family:
    """The family of a decoder, from its modules and one pass.

    Args:
        hf: A causal language model of transformers, in evaluation mode.

    Raises:
        PolyheadError: a part is not found; says which.
    """
    config: Any = hf.config
    kind = f"models of type {config.model_type!r}"
    try:
        return _found(hf, config.get_text_config(), kind)
    except PolyheadError:
        raise
    except Exception as error:  # any kind, from code that is not known
        said = " ".join(str(error).split())
        raise PolyheadError(f"{kind} are not supported: looking for their parts fails ({said})") from None


def _found(hf: nn.Module, text: Any, kind: str) -> Family:
    if not getattr(type(hf), "_supports_attention_backend", False):
        raise PolyheadError(
            f"{kind} are not supported: their code does not call transformers' attention interface, so patterns "
            "cannot be read or replaced"
        )
    blocks_path, attn_path = _blocks(hf, text.num_hidden_layers, kind)
    blocks: Any = hf.get_submodule(blocks_path)
    children = dict(blocks[0].named_children())
    mlp_path = _one_mlp(children, attn_path, kind)
    parent = hf.get_submodule(blocks_path.rpartition(".")[0])
    after = [m for m in parent.children() if m is not blocks]
    embed: Any = hf.get_input_embeddings()  # pyright: ignore[reportCallIssue]
    seen = _watch(hf, [blocks[0], blocks[-1], *children.values(), *after])
    attn, mlp, block = (seen[m] for m in (children[attn_path], children[mlp_path], blocks[0]))
    others = {path: seen[m] for path, m in children.items() if path not in (attn_path, mlp_path) and m in seen}
    norms = {path: one for path, one in others.items() if not _same(one.x, one.y)}  # a dropout gives what it is given
    ln1 = _first(path for path, norm in norms.items() if _same(norm.y, attn.x))
    ln2 = _first(path for path, norm in norms.items() if _same(norm.y, mlp.x))
    reads_input = _same(mlp.x, block.x) or (ln2 is not None and _same(norms[ln2].x, block.x))
    final = _first(m for m in after if m in seen and _same(seen[m].x, seen[blocks[-1]].y))
    if final is None:
        raise PolyheadError(f"{kind} are not supported: no module reads what the last block gives, as a last norm does")
    found = Family(
        blocks=blocks_path,
        embed=_path(hf, embed),
        embeds_times_sqrt_d=_times_sqrt_d(embed.weight, block.x),
        ln_final=_path(hf, final),
        attn=attn_path,
        ln1=ln1,
        ln1_post=_first(path for path, norm in norms.items() if path != ln1 and _same(norm.x, attn.y)),
        ln2=None if ln2 == ln1 else ln2,
        ln2_post=_first(path for path, norm in norms.items() if _same(norm.x, mlp.y)),
        mlp=mlp_path,
        parallel=reads_input,
        adapted=True,
        **{field: setting for field, setting in _FACTORS.items() if getattr(text, setting, None) is not None},
        **_projections(children[attn_path], text),
        **_mlp_parts([each.get_submodule(mlp_path) for each in blocks]),
    )
    return _with_norm(found, final, seen[final], kind)


def _blocks(hf: nn.Module, n_layers: int, kind: str) -> tuple[str, str]:
    """Where the blocks are, and which child of each is attention."""
    for path, module in hf.named_modules():
        if not isinstance(module, nn.ModuleList) or len(module) != n_layers:
            continue
        found = [{name for name, child in block.named_children() if _is_attention(child)} for block in module]
        if any(found):
            without = [i for i, names in enumerate(found) if not names]
            if without:
                raise PolyheadError(
                    f"{kind} are not supported: layers {without} have no attention with queries and keys"
                )
            common = set.intersection(*found)
            if len(common) == 1:
                return path, common.pop()
    raise PolyheadError(
        f"{kind} are not supported: no list of {n_layers} blocks with {', '.join(_SEPARATE)} (or "
        f"{' or '.join(_FUSED)}) and {' or '.join(_OUTPUTS)} in each was found"
    )


def _is_attention(module: nn.Module) -> bool:
    names = {name for name, _ in module.named_children()}
    projected = names.issuperset(_SEPARATE) or not names.isdisjoint(_FUSED)
    return projected and not names.isdisjoint(_OUTPUTS) and hasattr(module, "layer_idx")


def _one_mlp(children: dict[str, nn.Module], attn: str, kind: str) -> str:
    """The one other child with matrices."""
    found = [name for name, m in children.items() if name != attn and any(p.ndim > 1 for p in m.parameters())]
    if len(found) != 1:
        raise PolyheadError(
            f"{kind} are not supported: expected one MLP module besides attention in a block, found "
            f"{', '.join(found) or 'none'}"
        )
    return found[0]


@torch.no_grad()
def _watch(hf: nn.Module, modules: list[nn.Module]) -> dict[nn.Module, _Seen]:
    """Run a few tokens and keep what the modules were given and gave, where these are hidden states."""
    seen: dict[nn.Module, _Seen] = {}

    def keep(module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any], output: Any) -> None:
        x = args[0] if args else kwargs.get("hidden_states")
        y = output[0] if isinstance(output, tuple) else output
        if isinstance(x, Tensor) and isinstance(y, Tensor) and x.is_floating_point():
            seen[module] = _Seen(x, y)

    handles = [module.register_forward_hook(keep, with_kwargs=True) for module in modules]
    try:
        weight: Any = next(hf.parameters())
        hf(input_ids=torch.arange(_PROBE, device=weight.device)[None], use_cache=False, return_dict=True)
    finally:
        for handle in handles:
            handle.remove()
    return seen


def _projections(attn: nn.Module, text: Any) -> dict[str, Any]:
    """How q, k and v are stored, and whether one norm runs over all keys."""
    names = {name for name, _ in attn.named_children()}
    fused = next((name for name in _FUSED if name in names), "")
    k_norm = getattr(getattr(attn, "k_norm", None), "weight", None)
    n_heads = text.num_attention_heads
    d_head = getattr(text, "head_dim", None) or text.hidden_size // n_heads
    return {
        "qkv": _FUSED.get(fused, "separate"),
        "fused_proj": fused,
        "out_proj": next(name for name in _OUTPUTS if name in names),
        "joint_k_norm": k_norm is not None and k_norm.numel() != d_head,
    }


def _times_sqrt_d(rows: Tensor, stream: Tensor) -> bool:
    """Whether the stream begins with the embedding of the probe's tokens times sqrt(d_model)."""
    plain = rows[: stream.shape[1]]
    return torch.allclose(stream[0], plain * plain.new_tensor(plain.shape[-1] ** 0.5), rtol=1e-3)


def _mlp_parts(mlps: list[nn.Module]) -> dict[str, Any]:
    """Paths of the first and last matrix in every layer; none where one has a mixture of experts."""

    def matrices(mlp: nn.Module) -> set[str]:
        return {name for name, child in mlp.named_children() if isinstance(getattr(child, "weight", None), Tensor)}

    inside = set.intersection(*(matrices(mlp) for mlp in mlps))
    first, last = (next((n for n in names if n in inside), None) for names in (_MLP_IN, _MLP_OUT))
    if first is None or last is None:
        first = last = None
    return {"mlp_in": first, "mlp_out": last, "mlp_in_is_gate_and_up": first == "gate_up_proj"}


def _with_norm(found: Family, module: nn.Module, seen: _Seen, kind: str) -> Family:
    """With the formula that the last norm follows."""
    for normalization in ("RMS", "LN"):
        for plus_one in (False, True):
            family = replace(found, normalization=normalization, gain_plus_one=plus_one)
            form = norm_form(module, family)
            try:
                form.check(form.before_gain(seen.x), seen.y, "the last norm")
            except PolyheadError:
                continue
            return family
    raise PolyheadError(f"{kind} are not supported: their last norm is neither LayerNorm nor RMSNorm")


def _same(a: Tensor, b: Tensor) -> bool:
    return a.shape == b.shape and torch.equal(a, b)


def _first(items: Any) -> Any:
    return next(iter(items), None)


def _path(hf: nn.Module, wanted: nn.Module) -> str:
    return next(path for path, module in hf.named_modules() if module is wanted)
