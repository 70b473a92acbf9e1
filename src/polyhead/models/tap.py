"""The tap: what a forward pass calls at every site, so that tensors can be read, replaced, and the pass ended early.

A model's forward pass is plain code with `x = tap("blocks.0.hook_attn_out", x)` at each site. Before it builds
something costly it asks `tap.wants(site)`.

Reading a site never changes what is computed elsewhere, not even the last bits: what the pass would not build anyway
(a pattern where attention is fused, the output of each head) is built next to it, for the reader alone. Only a hook, or
a gradient that has to flow through the site, puts it into the path. So a site's bytes do not depend on which other
sites are read with it.
"""

from collections.abc import Callable, Iterable, Mapping

from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import parse_site

Hook = Callable[[Tensor], Tensor | None]
"""Gets the tensor at a site; returns its replacement, or None to leave it as it is."""


class StopForward(Exception):  # noqa: N818 - a signal, not an error
    """Raised by a tap once the last site needed was seen."""


class Tap:
    """Collects `sites` into `cache`, applies `hooks`, and ends the pass after the last cached site if `stop`.

    With `everything`, collects every site that the model has but `attn.hook_result`, the largest by far.
    """

    def __init__(
        self,
        *,
        sites: Iterable[str] = (),
        hooks: Mapping[str, Hook] | None = None,
        stop: bool = False,
        n_layers: int,
        everything: bool = False,
    ) -> None:
        self._everything = everything
        self.hooks = dict(hooks or {})
        self.sites = list(dict.fromkeys(sites))
        for name in (*self.sites, *self.hooks):
            parse_site(name, n_layers=n_layers)
        self.cache: dict[str, Tensor] = {}
        self.used_hooks: set[str] = set()
        self._pending = set(self.sites)
        self._wanted = self._pending | set(self.hooks)
        self._stop = stop and bool(self._pending)

    def hook_before(self, hooks: Mapping[str, Hook]) -> None:
        """Add hooks, each to be called before the one that its site has already."""
        for name, hook in hooks.items():
            own = self.hooks.get(name)
            self.hooks[name] = hook if own is None else _one_after_the_other(hook, own)
        self._wanted |= set(hooks)

    def wants(self, *names: str) -> bool:
        """Whether any of these sites is read or replaced."""
        return any(name in self._wanted or self._collects(name) for name in names)

    def replaces(self, *names: str) -> bool:
        """Whether a hook sits at any of these sites, so that what comes after them depends on what it returns."""
        return any(name in self.hooks for name in names)

    def __call__(self, name: str, value: Tensor) -> Tensor:
        if name not in self._wanted:
            if self._collects(name):
                self.cache[name] = value
            return value
        hook = self.hooks.get(name)
        if hook is not None:
            self.used_hooks.add(name)
            new = hook(value)
            if new is not None:
                if new.shape != value.shape:
                    raise ValueError(f"hook at {name} returned shape {tuple(new.shape)}, expected {tuple(value.shape)}")
                value = new
        if name in self._pending or self._collects(name):
            self.cache[name] = value
            self._pending.discard(name)
            if self._stop and not self._pending:
                raise StopForward
        return value

    def _collects(self, name: str) -> bool:
        return self._everything and not name.endswith("attn.hook_result")

    def check_complete(self) -> None:
        """Check that every site that was asked for came by. Hooks after the end of a stopped pass do not matter.

        Raises:
            PolyheadError: the model does not have some of the sites.
        """
        stopped = self._stop and not self._pending
        missing = self._pending | (set() if stopped else set(self.hooks) - self.used_hooks)
        if missing:
            raise PolyheadError(
                f"this model has no site {', '.join(sorted(missing))} (only rotary positions have hook_rot_q and "
                "hook_rot_k, only embedded positions hook_pos_embed, only models with MLPs the sites of an MLP, only "
                "norms that the model has their hook_pre_gain, only norms on outputs ln1_post and ln2_post)"
            )


def _one_after_the_other(first: Hook, second: Hook) -> Hook:
    def hook(value: Tensor) -> Tensor | None:
        changed = first(value)
        again = second(value if changed is None else changed)
        return changed if again is None else again

    return hook


def in_path(tap: Tap, value: Tensor, *names: str) -> bool:
    """Whether `value`, seen at one of the sites `names`, has to feed the rest of the pass instead of a reader alone.

    Args:
        tap: of the running pass.
        value: the tensor after the tap saw it.
        names: full names of the sites that it was seen at.

    Returns:
        True where a hook may have replaced it or where a gradient has to flow through it.
    """
    return tap.replaces(*names) or value.requires_grad
