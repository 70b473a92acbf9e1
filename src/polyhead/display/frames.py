"""Objects as pandas data frames: one row per head, node, claim, latent or field."""

from functools import singledispatch
from typing import Any

import pandas as pd

from polyhead.core.graph_records import GraphRecord
from polyhead.core.head_names import head_name
from polyhead.core.head_records import AblationRecord, HeadTable, RowsRecord
from polyhead.core.protocols import HasHeadLoadings
from polyhead.core.records import LatentPage, Record
from polyhead.core.study_records import StudyRecord
from polyhead.dictionaries.latent_module import LatentModule
from polyhead.graphs.graph import Graph
from polyhead.interventions.effect import Effect
from polyhead.ops.participation import participation_ratio


@singledispatch
def frame(shown: Any) -> pd.DataFrame:
    """A data frame of an object.

    Args:
        shown: A record, graph, dictionary or effect.

    Returns:
        One row per head, node, claim or latent where the object has such parts; else one row per field.
    """
    fields = shown.model_dump(mode="json") if isinstance(shown, Record) else dict(vars(shown))
    return pd.DataFrame({"field": list(fields), "value": list(fields.values())}).set_index("field")


@frame.register
def _(table: HeadTable) -> pd.DataFrame:
    rows = [row.model_dump() for row in table.rows]
    return pd.DataFrame(rows, index=pd.Index([head_name(r["layer"], r["head"]) for r in rows], name="name"))


@frame.register
def _(record: RowsRecord) -> pd.DataFrame:
    """Share of rows by class, per head."""
    found = pd.DataFrame([head.shares for head in record.heads], columns=pd.Index(record.classes))
    found.index = pd.Index([head.name for head in record.heads], name="name")
    return found


@frame.register
def _(record: AblationRecord) -> pd.DataFrame:
    effects = [record.clean, *record.effects]
    return pd.DataFrame(
        {
            "ablated": [e.label for e in effects],
            "top1": [e.top1_rate for e in effects],
            "probability": [e.mean_probability for e in effects],
        }
    )


@frame.register
def _(record: GraphRecord) -> pd.DataFrame:
    """Nodes, the most influential first where a graph was pruned."""
    nodes = pd.DataFrame([node.model_dump() for node in record.nodes])
    nodes.index.name = "node"
    whole = ["layer", "dictionary", "latent", "token"]
    nodes[whole] = nodes[whole].astype("Int64")
    return nodes.sort_values("influence", ascending=False, kind="stable") if nodes.influence.notna().any() else nodes


@frame.register
def _(graph: Graph) -> pd.DataFrame:
    return frame(graph.record)


@frame.register
def _(record: StudyRecord) -> pd.DataFrame:
    """Claims."""
    rows = [
        {"claim": c.key, "statement": c.statement, "held": c.held, "published": c.published, "reason": c.reason}
        for c in record.findings.claims
    ]
    return pd.DataFrame(rows).set_index("claim")


@frame.register
def _(page: LatentPage) -> pd.DataFrame:
    rows = [
        {"text": "".join(e.tokens), "peak": e.tokens[e.peak], "largest": max(map(abs, e.query_side), default=0.0)}
        for e in page.examples
    ]
    return pd.DataFrame(rows)


@frame.register
def _(effect: Effect, n: int = 10) -> pd.DataFrame:
    return effect.next_tokens(n)


@frame.register
def _(dictionary: LatentModule) -> pd.DataFrame:
    """Loadings per latent: the head that carries most, how many share it, and each loading."""
    found = dictionary.head_loadings() if isinstance(dictionary, HasHeadLoadings) else None
    if found is None:
        return pd.DataFrame(index=pd.RangeIndex(dictionary.n_latents, name="latent"))
    layers = dictionary.layers or (0,)
    width = found.shape[1]
    names = [head_name(layers[0], h) if len(layers) == 1 else f"head {h}" for h in range(width)]
    if dictionary.has_identity:
        names[-1] = "identity"
    loadings = found.detach().float().cpu()
    rows = pd.DataFrame(loadings.numpy(), columns=pd.Index(names), index=pd.RangeIndex(len(found), name="latent"))
    rows.insert(0, "main head", [names[i] for i in loadings.abs().argmax(1).tolist()])
    rows.insert(1, "effective heads", participation_ratio(loadings).numpy())
    return rows
