"""One door for dictionaries: by folder or file, by address on a hub, or by a name of the index."""

from pathlib import Path
from typing import Any, NamedTuple

import torch

from polyhead.core.artifact import check_weights
from polyhead.core.errors import PolyheadError, nearest
from polyhead.dictionaries import load_dictionary as load_ours
from polyhead.dictionaries.origin import Origin
from polyhead.interop.dictionary_hub import PREFIX, fetch_dictionary, parse_address
from polyhead.interop.fitting import assumed, fitted, reading_of, site_option
from polyhead.interop.foreign_sae import ImportOptions
from polyhead.interop.index import address_of
from polyhead.interop.registry import FORMATS, OURS, find_format
from polyhead.metrics.evaluate import target_layers
from polyhead.models.hooked import HookedModel
from polyhead.models.load import load_model


class Opened(NamedTuple):
    """A dictionary of another program as ours."""

    dictionary: Any
    format: str
    provenance: dict[str, Any]
    """What the manifest of an artifact of it says."""


def load_dictionary(
    address: Path | str,
    *,
    model: HookedModel | str | None = None,
    layer: int | None = None,
    site: str | None = None,
    norm_scaling_factor: float | None = None,
    k: int | None = None,
) -> Any:
    """Load a dictionary, wherever it is and whoever wrote it.

    Args:
        address: A folder of ours; a folder or file of SAELens, sparsify, dictionary_learning, Llamascopium, Llama
            Scope, circuit-tracer, Gemma Scope 1 or 2, ckkissane, Goodfire or Qwen Scope;
            `hub:OWNER/REPO[/PATH][@REVISION]`; or a name of the index (`polyhead dictionary list`), as SAELens gives
            it: `gemma-scope-2b-pt-att-canonical/layer_12/width_16k/canonical`.
        model: The model that a dictionary of another program explains: tells which tensors its hooks are, and gives an
            SAE of `attn.hook_z` its head loadings.
        layer: Layer that an SAE explains, in place of what its files say.
        site: Local name of the site that an SAE reads, in place of what its files say.
        norm_scaling_factor: What SAELens multiplied activations by under `expected_average_only_in`.
        k: Active latents per token of a TopK dictionary whose files do not say it.

    Returns:
        The dictionary, with `origin` set: folder, layers, what it reads, model.

    Raises:
        PolyheadError: nothing is there, it is in no format that is read or a variant that is not supported, or the hub
            cannot be reached; one line that says what to do.
    """
    path, told = locate(address)
    if is_ours(path):
        return load_ours(path)
    options = {"layer": layer, "site": site, "norm_scaling_factor": norm_scaling_factor, "k": k}
    opened = open_foreign(path, told=told, model=model, **options)  # type: ignore[arg-type]
    opened.dictionary.origin = Origin.of(path, opened.provenance)
    return opened.dictionary


def locate(address: Path | str) -> tuple[Path, str]:
    """The local path of a dictionary, fetched if it is on a hub, and what its address says of it.

    Raises:
        PolyheadError: nothing is there, or the hub cannot be reached.
    """
    if isinstance(address, str) and not address.startswith(PREFIX) and not Path(address).expanduser().exists():
        address = address_of(address)
    if isinstance(address, str) and address.startswith(PREFIX):
        hub = parse_address(address)
        return fetch_dictionary(hub), f"{hub.repo}/{hub.path}".rstrip("/")
    return Path(address).expanduser(), ""


def is_ours(path: Path) -> bool:
    """Whether a folder holds an artifact of ours, whole or not."""
    return (path / OURS[1]).is_file() or (path / OURS[2]).is_file()


def open_foreign(
    path: Path,
    *,
    told: str = "",
    source: str | None = None,
    model: HookedModel | str | None = None,
    layer: int | None = None,
    site: str | None = None,
    outside: bool = False,
    norm_scaling_factor: float | None = None,
    k: int | None = None,
) -> Opened:
    """Read a local folder or file of another program.

    Args:
        path: The folder or file.
        told: Repository and path that it was fetched from.
        source: Name of its format; told by its files if not given.
        model: As in `load_dictionary`.
        layer: As in `load_dictionary`.
        site: Likewise; `blocks.3.attn.hook_z` says the layer too.
        outside: Also read files outside of the folder, where its config names them.
        norm_scaling_factor: As in `load_dictionary`.
        k: As in `load_dictionary`.

    Raises:
        PolyheadError: as `load_dictionary`.
    """
    if source is not None and source not in FORMATS:
        raise PolyheadError(f"unknown format {source!r}; {nearest(source, FORMATS)}")
    form = find_format(path) if source is None else FORMATS[source]
    local, named = site_option(site, layer)
    base = load_model(model) if isinstance(model, str) else model
    foreign = form.read(path, ImportOptions(base, local, outside, norm_scaling_factor, told, k))
    named = foreign.layer if named is None else named
    reading = reading_of(foreign, named, path, spanning_options=site is not None or layer is not None)
    provenance: dict[str, Any] = {"imported_from": form.name, "says": foreign.says}
    provenance |= {"address": told} if told else {}
    if base is not None:
        reading = fitted(foreign, reading, base, path)
        provenance["model"] = base.cfg.model_dump()
    else:
        provenance["assumes"] = assumed(foreign.places).model_dump(exclude_none=True)
    provenance |= {"layers": target_layers(reading.targets), "reading": reading.model_dump(mode="json")}
    with torch.no_grad():
        check_weights(path, foreign.dictionary.state_dict())  # what was folded into them may have grown too large
    return Opened(foreign.dictionary, form.name, provenance)
