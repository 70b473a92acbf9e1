"""polyhead: what attention heads really do when there are more attention features than heads.

`import polyhead as ph`; then `dir(ph)` lists what there is. Namespaces: `ph.heads` (scores, classify, ablate, split),
`ph.graphs` (build, prune, verify, explain) and `ph.studies` (list, load, run).
"""

from typing import TYPE_CHECKING

from polyhead.core.lazy import lazy_names

__version__ = "0.1.0"

if TYPE_CHECKING:
    from polyhead import graphs, heads, studies
    from polyhead.core.errors import PolyheadError
    from polyhead.dictionaries import register, save_dictionary
    from polyhead.dictionaries.bundled import bundled_dictionaries, bundled_folders
    from polyhead.display.cells import show
    from polyhead.experiments.evaluate import run_evaluate as evaluate
    from polyhead.experiments.train import run_experiment as train
    from polyhead.interop.opening import load_dictionary
    from polyhead.interventions.effect import Effect, effect
    from polyhead.interventions.steer import Intervention, ablate, clamp, steer
    from polyhead.models.circuits import ov_circuit, qk_circuit
    from polyhead.models.generate import generate
    from polyhead.models.load import load_model
    from polyhead.models.text import to_tokens
    from polyhead.runs.interpret import run_interpret as interpret
    from polyhead.runs.list_methods import methods_frame as methods
    from polyhead.runs.recipe import experiment_recipe as recipe
    from polyhead.runs.report import run_report as report

_PUBLIC = {
    "Effect": "polyhead.interventions.effect:Effect",
    "Intervention": "polyhead.interventions.steer:Intervention",
    "PolyheadError": "polyhead.core.errors:PolyheadError",
    "ablate": "polyhead.interventions.steer:ablate",
    "bundled_dictionaries": "polyhead.dictionaries.bundled:bundled_dictionaries",
    "bundled_folders": "polyhead.dictionaries.bundled:bundled_folders",
    "clamp": "polyhead.interventions.steer:clamp",
    "effect": "polyhead.interventions.effect:effect",
    "evaluate": "polyhead.experiments.evaluate:run_evaluate",
    "generate": "polyhead.models.generate:generate",
    "graphs": "polyhead.graphs",
    "heads": "polyhead.heads",
    "interpret": "polyhead.runs.interpret:run_interpret",
    "load_dictionary": "polyhead.interop.opening:load_dictionary",
    "load_model": "polyhead.models.load:load_model",
    "methods": "polyhead.runs.list_methods:methods_frame",
    "ov_circuit": "polyhead.models.circuits:ov_circuit",
    "qk_circuit": "polyhead.models.circuits:qk_circuit",
    "recipe": "polyhead.runs.recipe:experiment_recipe",
    "register": "polyhead.dictionaries:register",
    "report": "polyhead.runs.report:run_report",
    "save_dictionary": "polyhead.dictionaries:save_dictionary",
    "show": "polyhead.display.cells:show",
    "steer": "polyhead.interventions.steer:steer",
    "studies": "polyhead.studies",
    "to_tokens": "polyhead.models.text:to_tokens",
    "train": "polyhead.experiments.train:run_experiment",
}
"""Public name to the place it lives in; imported when first asked for, so that `import polyhead` stays fast."""

_EARLIER = {
    "Graph": "ph.graphs.Graph",
    "build_graph": "ph.graphs.build",
    "experiment_recipe": "ph.recipe",
    "explain_entry": "ph.graphs.explain",
    "prune": "ph.graphs.prune",
    "run_evaluate": "ph.evaluate",
    "run_experiment": "ph.train",
    "run_report": "ph.report",
    "verify": "ph.graphs.verify",
}

__all__ = [
    "Effect",
    "Intervention",
    "PolyheadError",
    "__version__",
    "ablate",
    "bundled_dictionaries",
    "bundled_folders",
    "clamp",
    "effect",
    "evaluate",
    "generate",
    "graphs",
    "heads",
    "interpret",
    "load_dictionary",
    "load_model",
    "methods",
    "ov_circuit",
    "qk_circuit",
    "recipe",
    "register",
    "report",
    "save_dictionary",
    "show",
    "steer",
    "studies",
    "to_tokens",
    "train",
]

__getattr__, __dir__ = lazy_names("polyhead", _PUBLIC, _EARLIER)
