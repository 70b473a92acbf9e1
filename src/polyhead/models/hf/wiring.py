"""The sites of a Hugging Face model that are not inside attention: module hooks, put on for one pass and taken off.

Hooks are put only where the tap wants a site. Three definitions to know:
- `ln1.hook_normalized` and `ln2.hook_normalized` are what attention and the MLP read, whether or not a norm made it;
- `lnX.hook_pre_gain` is what a norm has before it multiplies by its gain and adds its bias. No module gives it, so it
  is computed from what the norm is given, and checked against what the norm makes of it;
- `hook_attn_out` and `hook_mlp_out` are the outputs of attention and MLP *before* a norm on the output (Gemma, OLMo2);
  what is added to the residual stream there is `ln1_post.hook_normalized` and `ln2_post.hook_normalized`;
- `hook_q` and `hook_k` are the outputs of the projections, before a norm on them (Qwen3, OLMo2, Gemma 3) and rotation.
"""

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import torch
from torch import Tensor, nn

from polyhead.core.errors import PolyheadError
from polyhead.core.model_config import ModelConfig
from polyhead.core.sites import site
from polyhead.models.hf.attention import repeat_heads
from polyhead.models.hf.family import Family, factor
from polyhead.models.hf.norms import norm_form
from polyhead.models.hf.projections import output_bias, output_weight
from polyhead.models.tap import Tap, in_path

Edit = Callable[[Tensor], Tensor]


def parallel(hf: nn.Module, family: Family) -> bool:
    """Whether attention and MLP of a block both read its input, so that there is no stream between them."""
    return family.parallel or bool(getattr(hf.config, "use_parallel_residual", False))


class Wiring:
    """Puts the hooks of one pass on a wrapped model; `stack` takes them off."""

    def __init__(self, hf: nn.Module, family: Family, cfg: ModelConfig, tap: Tap, stack: ExitStack) -> None:
        self.hf, self.family, self.cfg, self.tap, self._stack = hf, family, cfg, tap, stack
        self.parallel = parallel(hf, family)
        """Attention and MLP both read the block's input (Pythia), so there is no stream between them."""
        config: Any = hf.config
        self.branches = factor(config.get_text_config(), family.branches_times)
        """What outputs of attention and MLP are multiplied by before they join the stream."""

    def attach(self, n_batch: int) -> None:
        """Hook every wanted site outside the blocks and in each block."""
        family, blocks = self.family, self.hf.get_submodule(self.family.blocks)
        assert isinstance(blocks, nn.ModuleList)
        if family.pos_embed is None:
            self._input("hook_embed", blocks[0])
        else:
            self._output("hook_embed", self.hf.get_submodule(family.embed))
            self._positions(self.hf.get_submodule(family.pos_embed), n_batch)
        for layer, block in enumerate(blocks):
            self._block(layer, block)
        final = self.hf.get_submodule(family.ln_final)
        self._pre_gain("ln_final", final)
        self._output("ln_final.hook_normalized", final)

    def _block(self, layer: int, block: nn.Module) -> None:
        def at(name: str) -> str:
            return site(layer, name)

        family = self.family
        attn, mlp = block.get_submodule(family.attn), block.get_submodule(family.mlp)
        self._input(at("hook_resid_pre"), block)
        for name, path in {"ln1": family.ln1, "ln2": family.ln2}.items():
            if path is not None:
                self._pre_gain(at(name), block.get_submodule(path))
        self._input(at("ln1.hook_normalized"), attn)
        if family.rotary:
            self._queries_and_keys(layer, attn)
        self._result(layer, attn)
        self._branch(at("hook_attn_out"), attn)
        added = attn
        if family.ln1_post is not None:
            added = block.get_submodule(family.ln1_post)
            self._pre_gain(at("ln1_post"), added)
            self._output(at("ln1_post.hook_normalized"), added)
        if not self.parallel:
            self._middle(at("hook_resid_mid"), block, added, mlp)
        self._input(at("ln2.hook_normalized"), mlp)
        self._mlp(layer, mlp)
        self._branch(at("hook_mlp_out"), mlp)
        if family.ln2_post is not None:
            self._pre_gain(at("ln2_post"), block.get_submodule(family.ln2_post))
            self._output(at("ln2_post.hook_normalized"), block.get_submodule(family.ln2_post))
        self._output(at("hook_resid_post"), block)

    def _input(self, name: str, module: nn.Module) -> None:
        if self.tap.wants(name):
            self._before(module, lambda x: self.tap(name, x))

    def _output(self, name: str, module: nn.Module) -> None:
        if self.tap.wants(name):
            self._after(module, lambda x: self.tap(name, x))

    def _branch(self, name: str, module: nn.Module) -> None:
        """The output of attention or of the MLP, times what it is multiplied by on its way to the stream."""
        if self.branches == 1:
            self._output(name, module)
        elif self.tap.wants(name):

            def scaled(x: Tensor) -> Tensor:
                value = x * self.branches
                new = self.tap(name, value)
                return x if new is value else new / self.branches

            self._after(module, scaled)

    def _pre_gain(self, norm: str, module: nn.Module) -> None:
        """What the norm `norm` (`blocks.0.ln1`) has before its gain."""
        name = f"{norm}.hook_pre_gain"
        if not self.tap.wants(name):
            return

        def hook(module: nn.Module, args: tuple[Tensor, ...], kwargs: dict[str, Any], output: Tensor) -> Tensor:
            given = args[0] if args else kwargs["hidden_states"]
            form = norm_form(module, self.family)
            before = form.before_gain(given)
            form.check(before, output, norm)
            value = before.to(output.dtype)
            new = self.tap(name, value)
            return output if new is value else form.gained(new.to(before.dtype)).to(output.dtype)

        handle = module.register_forward_hook(hook, with_kwargs=True)
        self._stack.callback(handle.remove)

    def _positions(self, table: nn.Module, n_batch: int) -> None:
        """Learned positions come as [1, pos, d_model]; the site has the batch as every other."""
        if self.tap.wants("hook_pos_embed"):
            self._after(table, lambda x: self.tap("hook_pos_embed", x.expand(n_batch, -1, -1)))

    def _middle(self, name: str, block: nn.Module, added: nn.Module, mlp: nn.Module) -> None:
        """The stream between attention and MLP is a local variable of the block's code, also used as its residual.

        Reading it is easy: the second norm gets it. To replace it, what attention adds is changed by the difference,
        so the replacement reaches both uses (to rounding).
        """
        if not self.tap.wants(name):
            return
        if name not in self.tap.hooks:
            self._before(
                mlp if self.family.ln2 is None else block.get_submodule(self.family.ln2), lambda x: self.tap(name, x)
            )
            return
        stream: list[Tensor] = []

        def remember(x: Tensor) -> Tensor:
            stream[:] = [x]
            return x

        def shift(x: Tensor) -> Tensor:
            middle = stream[0] + x * self.branches
            new = self.tap(name, middle)
            return x if new is middle else (new - stream[0]) / self.branches

        self._before(block, remember)
        self._after(added, shift)

    def _queries_and_keys(self, layer: int, attn: nn.Module) -> None:
        """q and k where the projections give them, split by head."""
        q_site, k_site = site(layer, "attn.hook_q"), site(layer, "attn.hook_k")
        if not self.tap.wants(q_site, k_site):
            return
        n_heads, n_kv, d_head = self.cfg.n_heads, self.cfg.n_kv_heads, self.cfg.d_head

        def query(x: Tensor) -> Tensor:
            return self.tap(q_site, x.unflatten(-1, (n_heads, d_head))).flatten(-2)

        def key(x: Tensor) -> Tensor:
            k = self.tap(k_site, repeat_heads(x.unflatten(-1, (n_kv, d_head)), n_heads))
            return (k if expands else self._one_per_group(k, k_site)).flatten(-2)

        def interleaved(x: Tensor) -> Tensor:
            q, k, v = x.unflatten(-1, (n_heads, 3, d_head)).unbind(-2)
            return torch.stack([self.tap(q_site, q), self.tap(k_site, k), v], dim=-2).flatten(-3)

        def stacked(x: Tensor) -> Tensor:
            q, k, v = x.split([n_heads * d_head, n_kv * d_head, n_kv * d_head], dim=-1)
            return torch.cat([query(q), key(k), v], dim=-1)

        def read_or(edit: Edit, *names: str) -> Edit:
            """Leave the tensor itself in the path where it is only read: even its layout decides kernels."""

            def seen(x: Tensor) -> Tensor:
                edited = edit(x)
                return edited if in_path(self.tap, edited, *names) else x

            return seen

        # Separate projections are split into as many heads as their width holds: k may leave with one per query head.
        expands = self.family.qkv == "separate" and not self.family.joint_k_norm
        if self.family.qkv == "separate":
            if self.tap.wants(q_site):
                self._after(attn.get_submodule("q_proj"), read_or(query, q_site))
            if self.tap.wants(k_site):
                self._after(attn.get_submodule("k_proj"), read_or(key, k_site))
        else:
            edit = interleaved if self.family.qkv == "interleaved" else stacked
            self._after(attn.get_submodule(self.family.fused_proj), read_or(edit, q_site, k_site))

    def _one_per_group(self, k: Tensor, name: str) -> Tensor:
        """Back from one key per query head to one per key head.

        Raises:
            PolyheadError: a hook made keys differ between query heads that share one, where the family cannot take it.
        """
        grouped = k.unflatten(2, (self.cfg.n_kv_heads, -1))
        if name in self.tap.hooks and not torch.equal(grouped, grouped[:, :, :, :1].expand_as(grouped)):
            raise PolyheadError(
                f"the hook at {name} gave different keys to query heads that share a key head; {self.cfg.family} can "
                "take that only after rotation: hook " + name.replace("hook_k", "hook_rot_k")
            )
        return grouped[:, :, :, 0]

    def _result(self, layer: int, attn: nn.Module) -> None:
        name = site(layer, "attn.hook_result")
        if not self.tap.wants(name):
            return
        family, cfg = self.family, self.cfg

        def by_head(_module: nn.Module, args: tuple[Tensor, ...], output: Tensor) -> Tensor:
            z = args[0].unflatten(-1, (cfg.n_heads, cfg.d_head))
            by_heads = torch.einsum("bphd,hdm->bphm", z, output_weight(family, attn, cfg)) * self.branches
            result = self.tap(name, by_heads)
            if not in_path(self.tap, result, name):
                return output
            return result.sum(2) / self.branches + output_bias(family, attn, cfg)

        handle = attn.get_submodule(family.out_proj).register_forward_hook(by_head)
        self._stack.callback(handle.remove)

    def _mlp(self, layer: int, mlp: nn.Module) -> None:
        if self.family.mlp_in is None or self.family.mlp_out is None:
            return
        pre, post = site(layer, "mlp.hook_pre"), site(layer, "mlp.hook_post")
        first = mlp.get_submodule(self.family.mlp_in)
        if self.family.mlp_in_is_gate_and_up:
            if self.tap.wants(pre):
                self._after(first, lambda x: torch.cat([self.tap(pre, x.chunk(2, -1)[0]), x.chunk(2, -1)[1]], -1))
        else:
            self._output(pre, first)
        self._input(post, mlp.get_submodule(self.family.mlp_out))

    def _before(self, module: nn.Module, edit: Edit) -> None:
        """Let `edit` see and change the hidden states that `module` is called with."""

        def hook(_module: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> tuple[Any, Any]:
            if args:
                return (edit(args[0]), *args[1:]), kwargs
            return args, {**kwargs, "hidden_states": edit(kwargs["hidden_states"])}

        self._stack.callback(module.register_forward_pre_hook(hook, with_kwargs=True).remove)

    def _after(self, module: nn.Module, edit: Edit) -> None:
        """Let `edit` see and change what `module` gives (the first of several, where there are several)."""

        def hook(_module: nn.Module, _args: tuple[Any, ...], output: Any) -> Any:
            return (edit(output[0]), *output[1:]) if isinstance(output, tuple) else edit(output)

        self._stack.callback(module.register_forward_hook(hook).remove)
