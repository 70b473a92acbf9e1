"""Logit nodes: what the model says next, each logit minus the mean over the vocabulary.

Axis legend: p position, d d_model, v vocabulary, n node.
"""

import torch
from torch import Tensor

from polyhead.core.errors import PolyheadError
from polyhead.core.graph_records import GraphNode
from polyhead.graphs.config import GraphConfig
from polyhead.graphs.parts.block import Block, StreamRead
from polyhead.graphs.recorded import DTYPE, Recorded
from polyhead.models.hf.model import HFModel


def logit_block(recorded: Recorded, cfg: GraphConfig) -> Block:
    """Targets for the most probable next tokens, or for those asked for, at the positions asked for.

    Raises:
        PolyheadError: a position or token that there is not.
    """
    n, x = recorded.n_positions, recorded.cache["ln_final.hook_normalized"][0].to(DTYPE)
    W_U = recorded.model.W_U.detach().to(DTYPE).cpu()
    b_U = _bias(recorded, W_U)
    nodes, where, vectors, constants = [], [], [], []
    mean, mean_b = W_U.mean(1), b_U.mean()
    for asked in cfg.logit_positions:
        if not -n <= asked < n:
            raise PolyheadError(f"logit position {asked}; the prompt has positions 0 to {n - 1}")
        p = asked % n
        logits = _capped(recorded, x[p] @ W_U + b_U)
        probability = logits.softmax(-1)
        for token in _tokens(recorded, cfg, probability):
            reader, constant = W_U[:, token] - mean, float(b_U[token] - mean_b)
            value = float(x[p] @ reader) + constant
            share = float(probability[token])
            nodes.append(GraphNode(kind="logit", position=p, token=token, value=value, pre=value, probability=share))
            where.append(p)
            vectors.append(reader)
            constants.append(constant)
    positions, readers, norm = torch.tensor(where), torch.stack(vectors), recorded.final_norm
    constant = readers @ norm.bias + torch.tensor(constants, dtype=DTYPE)
    read = StreamRead(2 * recorded.n_layers, norm.pull(readers, positions), constant)
    return Block("logits", 2 * recorded.n_layers + 10.0, nodes, positions, read=read)


def _tokens(recorded: Recorded, cfg: GraphConfig, probability: Tensor) -> list[int]:
    if cfg.logit_tokens is not None:
        unknown = [t for t in cfg.logit_tokens if not 0 <= t < len(probability)]
        if unknown:
            raise PolyheadError(
                f"logit token {unknown[0]}; {recorded.model.cfg.name} knows 0 to {len(probability) - 1}"
            )
        return list(cfg.logit_tokens)
    top = probability.topk(min(cfg.n_logits, len(probability)))
    before = top.values.cumsum(0) - top.values
    few = torch.arange(len(before)) < 2  # a target and its runner-up, however certain the model is
    return top.indices[(before < cfg.logit_mass) | few].tolist()


def _bias(recorded: Recorded, W_U: Tensor) -> Tensor:
    """b_U, zeros where there is none."""
    model = recorded.model
    head = model.hf.get_output_embeddings() if isinstance(model, HFModel) else model.get_submodule("unembed")
    value = getattr(head, "bias" if isinstance(model, HFModel) else "b_U", None)
    return W_U.new_zeros(W_U.shape[1]) if value is None else value.detach().to(DTYPE).cpu()


def soft_cap(recorded: Recorded) -> float | None:
    """What the model caps its logits with softly (Gemma 2), if it does: nodes are logits before the cap."""
    return getattr(getattr(getattr(recorded.model, "hf", None), "config", None), "final_logit_softcapping", None)


def _capped(recorded: Recorded, logits: Tensor) -> Tensor:
    """Logits as probabilities are made of."""
    cap = soft_cap(recorded)
    return logits if cap is None else cap * (logits / cap).tanh()
