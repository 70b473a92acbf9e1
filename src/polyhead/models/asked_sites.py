"""Sites as researchers ask for them: full names, globs, `("pattern", 3)`; and a cache that answers the same."""

from collections.abc import Iterable
from fnmatch import fnmatchcase
from typing import Any

from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.sites import BLOCK_SITES, GLOBAL_SITES, parse_site, site

Asked = str | tuple[str, int]
"""`"blocks.3.attn.hook_pattern"`, `"blocks.*.attn.hook_z"`, or `("pattern", 3)`."""

_SHORT = {name.removeprefix("attn.").removeprefix("hook_"): name for name in BLOCK_SITES if not name.startswith("ln")}


def named_site(asked: Asked) -> str:
    """The full name of one site: `("pattern", 3)` is `blocks.3.attn.hook_pattern`.

    Raises:
        PolyheadError: no site has such a name.
    """
    if isinstance(asked, str):
        return asked
    name, layer = asked
    return str(parse_site(site(int(layer), _SHORT.get(name, name))))


def named_sites(asked: Asked | Iterable[Asked], n_layers: int) -> list[str]:
    """Full names, in the order asked for, each once.

    Args:
        asked: One site or several; `*` and `?` stand for anything, `blocks.*` for every layer.
        n_layers: Layers of the model.

    Raises:
        PolyheadError: a glob that matches no site.
    """
    found: list[str] = []
    single = isinstance(asked, str) or (isinstance(asked, tuple) and len(asked) == 2 and isinstance(asked[1], int))
    for one in [asked] if single else list(asked):  # type: ignore[list-item]
        if isinstance(one, str) and any(c in one for c in "*?["):
            every = [*GLOBAL_SITES, *(site(layer, name) for layer in range(n_layers) for name in BLOCK_SITES)]
            matching = [name for name in every if fnmatchcase(name, one)]
            if not matching:
                raise PolyheadError(f"no site matches {one!r}; names look like {site(0, 'attn.hook_pattern')}")
            found += matching
        else:
            found.append(named_site(one))  # type: ignore[arg-type]
    return list(dict.fromkeys(found))


class SiteCache(dict[str, Tensor]):
    """Tensors by full site name; `cache["pattern", 3]` is `cache["blocks.3.attn.hook_pattern"]`."""

    def __missing__(self, asked: Any) -> Tensor:
        name = named_site(asked)
        if name in self and name != asked:
            return self[name]
        raise KeyError(f"{name} was not asked for; the cache has {', '.join(list(self)[:5])} ...")
