"""What the page of each study tells first, in words; numbers stand in braces and are read from the record.

`{key}` is "60 of 64" of the claim `key`, `{key:%}` the same in per cent, `{key:median}` its median. `rests_on` lists
the verdicts that the words take for granted: a record judged otherwise gets no such takeaway (`story.tell`). The file
is long because it holds the texts of all studies, and nothing else.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from polyhead.core.story_records import SetUp
from polyhead.core.study_records import Held


@dataclass(frozen=True)
class StoryText:
    """The words of one study; its question is in the catalogue."""

    takeaway: str
    """At most two sentences."""
    rests_on: Mapping[str, Held | None]
    """Key of a claim to how it was judged."""
    key_figure: str
    set_up: SetUp


STORIES: dict[str, StoryText] = {
    "ov-coherent": StoryText(
        "In {reversed-orders} trained models the two heads prefer the signal tokens in exactly reversed orders, and "
        "the right completion is where their preferences meet. The published thresholds in head width hold only in "
        "part: {one-head-needs-width-4} models with one narrower head fail, and many wide models split their "
        "attention.",
        {
            "reversed-orders": "yes",
            "constructive": "yes",
            "one-head-needs-width-4": "partly",
            "split-only-when-narrow": "partly",
        },
        "mean-table",
        SetUp(
            text="A toy attention layer sees a sequence with two different signal tokens among noise and must name the "
            "completion of that pair. Models differ in the number of heads, their width and an output bias.",
            drawing="toy attention",
            into="2 of 4 signal tokens, among noise",
            inside="1 to 4 heads of width 1 to 6",
            out="the completion of the pair",
        ),
    ),
    "ov-coherent-capacity": StoryText(
        "Explicit weights solve the task with one head of width 1 and an output bias, or of width 2 without, so the "
        "published minimum of 4 is not a limit of what a head can express. Training keeps these solutions but rarely "
        "finds them from random init: the limit is optimisation.",
        {
            "one-head-needs-width-4": "no",
            "built-even-split-bias": "yes",
            "built-even-split": "yes",
            "limit-even-split-bias": "yes",
            "limit-even-split": "yes",
        },
        "starts",
        SetUp(
            text="The toy task of pairs of signal tokens, with weights set by hand for one or two very narrow heads. "
            "Training starts at these weights, at perturbed copies of them, and at random.",
            drawing="toy attention",
            into="2 of 4 signal tokens, among noise",
            inside="1 or 2 heads with explicit weights",
            out="the completion of the pair",
        ),
    ),
    "skip-trigrams": StoryText(
        "Two heads set by hand complete any number of skip trigrams at the loss floor, and trained pairs of heads "
        "share the trigrams between them in {heads-share-out-the-trigrams} models. Trained models put every trigram "
        "on two or more heads in only {each-trigram-needs-two-heads} cases, and gated blocks put each on a head of "
        "its own in {gated-block-removes-superposition}.",
        {
            "two-heads-suffice": "yes",
            "heads-share-out-the-trigrams": "yes",
            "each-trigram-needs-two-heads": "no",
            "gated-block-removes-superposition": "no",
        },
        "spread",
        SetUp(
            text="A toy attention layer learns skip trigrams: if A came anywhere before, B is followed by C. There are "
            "more trigrams than heads, and they need different outputs for the same attended token.",
            drawing="toy attention",
            into="A ... B, among other tokens",
            inside="fewer heads than trigrams",
            out="C after B",
        ),
    ),
    "attention-features": StoryText(
        "In {more-features-than-heads} models a layer represents more sparse attention features than it has heads, "
        "and sharing heads costs more when the patterns of the features differ. Two sparse features of equal "
        "importance share one head as an antipodal pair in {antipodal-pairs-need-negative-loadings} models, and "
        "{half-a-head-each} models give most features half a head each.",
        {
            "more-features-than-heads": "yes",
            "superposition-costs-more-when-patterns-differ": "yes",
            "antipodal-pairs-need-negative-loadings": "partly",
            "half-a-head-each": "no",
        },
        "phase-maps",
        SetUp(
            text="Planted attention features, each with a pattern of its own and active with a chosen density, must be "
            "moved by a layer with fewer heads than features. Density, importance and overlap of the patterns vary.",
            drawing="toy attention",
            into="sparse attention features",
            inside="fewer heads than features",
            out="every feature, moved by its pattern",
        ),
    ),
    "addition-32x2": StoryText(
        "The 32 heads get a median share of {test-accuracy:median} of the digits of unseen sums right (published: "
        "0.98), and they do not look for carries in one lower place only, as was published. Most of what single heads "
        "answer depends on one digit alone; only their sum answers a + b ({code-of-heads} models).",
        {"test-accuracy": "partly", "one-lower-place": "no", "code-of-heads": "yes"},
        "carry-chains",
        SetUp(
            text="One attention layer of 32 heads of width 2, without an MLP, reads two six-digit numbers. It must "
            'answer all digits of the sum at once at "=".',
            drawing="toy attention",
            into="two six-digit numbers",
            inside="32 heads of width 2",
            out="the digits of the sum",
        ),
    ),
    "tms": StoryText(
        "Sparse features share dimensions when the output is a ReLU and not when it is linear, and the ideal solutions "
        "predict the phase in {phase-diagram-2} cells for two features and {phase-diagram-3} for three. Dimensions "
        "per feature stay near 1 and near 1/2, where features are antipodal pairs, but GELU does not give more "
        "superposition than ReLU.",
        {
            "sparse-superposition": "yes",
            "linear-none": "yes",
            "phase-diagram-2": "yes",
            "phase-diagram-3": "yes",
            "sticky-1": "yes",
            "sticky-1-2": "yes",
            "antipodal-half": "yes",
            "gelu-more": "no",
        },
        "phase-diagrams",
        SetUp(
            text="An autoencoder with tied weights must rebuild sparse features from fewer hidden units. How often "
            "features are active, how important they are and how the output is activated vary.",
            drawing="autoencoder",
            into="sparse features",
            inside="fewer hidden units",
            out="the same features",
        ),
    ),
    "tms-dropout": StoryText(
        "Dropout removes antipodal pairs of sparse features in {fewer-pairs} models, adds interference among dense "
        "features and smooths the phase transitions. A closed form predicts the norm of linear models (median ratio "
        "{closed-form-linear:median}) but not where ReLU pairs end, and features are not encoded redundantly.",
        {
            "fewer-pairs": "yes",
            "dense-interference": "yes",
            "smoother": "yes",
            "closed-form-linear": "yes",
            "pair-threshold": "no",
            "dense-redundancy": "no",
        },
        "overlaps",
        SetUp(
            text="The autoencoder of toy models of superposition, trained with dropout on its hidden units. Density of "
            "the features and the dropout rate vary together.",
            drawing="autoencoder",
            into="20 features",
            inside="10 hidden units with dropout",
            out="the same features",
        ),
    ),
    "computation": StoryText(
        "ReLU networks do worse than GELU networks on AND, OR and MAX, and the ReLU networks that fail AND or OR have "
        "a dead unit or a constant output in {dead-and} and {dead-or} cases. No network learned abs of more sparse "
        "features than two units each allow ({abs-superposition}).",
        {
            "relu-worse-and": "yes",
            "relu-worse-or": "yes",
            "relu-worse-max": "yes",
            "dead-and": "yes",
            "dead-or": "partly",
            "abs-superposition": "no",
        },
        "solved",
        SetUp(
            text="Small networks with one hidden layer learn AND, OR, MAX, abs and square of their inputs. Activation, "
            "hidden bias, output activation and the size of the init vary.",
            drawing="autoencoder",
            into="sparse inputs",
            inside="a few hidden units",
            out="a function of the inputs",
        ),
    ),
    "hidden-size-polysemanticity": StoryText(
        "Units stay polysemantic at every width with a linear or ReLU hidden layer ({polysemantic-relu} ReLU models), "
        "but not with an L1 penalty on the hidden units. With a linear hidden layer this is no finding: any rotation "
        "of the same code measures the same.",
        {
            "polysemantic-linear": "yes",
            "polysemantic-relu": "yes",
            "polysemantic-l1": "no",
            "linear-has-no-basis": "yes",
        },
        "over-width",
        SetUp(
            text="An autoencoder with tied weights rebuilds 32 features from 20 to 120 hidden units. The hidden layer "
            "is linear, ReLU, or linear with an L1 penalty.",
            drawing="autoencoder",
            into="32 features",
            inside="20 to 120 hidden units",
            out="the same features",
        ),
    ),
    "weight-structure": StoryText(
        "Ordered by a path, the rows show blocks that rows of random matrices lack ({blocks} matrices), but a "
        "greedy path makes bands out of pure noise as well. The single very large block of the published picture is "
        "found in {one-blob} matrices.",
        {"blocks": "yes", "out-of-noise": "yes", "one-blob": "no"},
        "excess",
        SetUp(
            text="The rows of weight matrices of a small transformer are put into an order that places similar rows "
            "next to each other. The same is done to random matrices of equal size and of equal spectrum.",
            drawing="weights",
            into="rows of a weight matrix",
            inside="an order by similarity",
            out="blocks along the diagonal",
        ),
    ),
    "polysemantic-head": StoryText(
        "Redirecting the chosen head's attention to BOS lowers the top-1 rate on induction prompts by a median of "
        "{induction-top1:median} (published: 0.68). The published picture of one head that indentation and the "
        "open bracket need as well is not found in this model.",
        {"induction-top1": "partly", "indent-top1": "no", "previous-top1": "no"},
        "tables",
        SetUp(
            text="Every head of the bundled four-layer model is labelled by where it looks, then ablated on three sets "
            "of prompts. The head is chosen on half of the prompts and judged on the rest.",
            drawing="heads",
            into="prompts of three kinds",
            inside="one head redirected to BOS",
            out="probability of the answer",
        ),
    ),
    "methods-compared": StoryText(
        "At equal numbers of active latents Lorsa explains slightly less of the attention output than a sparse "
        "autoencoder of it, in {lorsa-above-sae} comparisons. A median share of {alive-random-start:median} of an "
        "autoencoder's latents stays alive with a random init (published: 0.12 to 0.20), and an init inside the active "
        "subspace keeps even more alive.",
        {"lorsa-above-sae": "yes", "alive-random-start": "no", "active-subspace-helps": "yes"},
        "frontier",
        SetUp(
            text="Every dictionary method is trained on the same attention layer and text. Each is scored by the "
            "attention output that it rebuilds and by what the model then predicts.",
            drawing="real layer",
            into="text",
            inside="one attention layer",
            out="the attention output, by each method",
        ),
    ),
    "attention-superposition": StoryText(
        "Binding each latent to one head costs reconstruction in {top1-costs} comparisons, and a median share of "
        "{several-heads:median} of the living latents needs more than one head. The evidence has limits: the number of "
        "heads depends on the init of the loadings, and training on patterns of another prompt does not reliably "
        "double the error.",
        {"top1-costs": "yes", "several-heads": None, "bracket": "yes", "patterns-matter": "no"},
        "kinds",
        SetUp(
            text="Transcoders of real attention layers whose latents may use any mixture of heads, or one head each. "
            "Both are compared at equal numbers of active latents.",
            drawing="real layer",
            into="the layer's input",
            inside="latents moved by one head or several",
            out="the attention output",
        ),
    ),
    "qk-ov-coupling": StoryText(
        "The joint baseline, whose features come from the layer's input alone, rebuilds the attention output worse "
        "than a free transcoder in {joint-worse-than-free} comparisons, and is not better at low k as was published. "
        "Permuting which mixture of heads belongs to which feature hurts in {own-kind}; so few comparisons cannot "
        "exceed chance significantly.",
        {"joint-worse-than-free": "no", "joint-better-at-low-k": "no", "own-kind": "no"},
        "survival",
        SetUp(
            text="A sparse autoencoder of the layer's input is trained jointly with a transcoder of its features. Then "
            "head loadings are frozen to a few mixtures, and the rest is trained on.",
            drawing="real layer",
            into="features of the input (what)",
            inside="mixtures of heads (where)",
            out="the attention output",
        ),
    ),
    "ov-dimension": StoryText(
        "Sizes of groups of features that heads move alike do not follow a power law ({power-law} fits), although they "
        "are more uneven than those of a structureless cloud. Features that are moved alike tend to write alike and "
        "read alike ({rank-writes:%} and {rank-reads:%} of the groups).",
        {"power-law": "no", "beyond-nulls": "yes", "rank-writes": "partly", "rank-reads": "partly"},
        "rank-size",
        SetUp(
            text="Latents of transcoders of real attention layers are grouped by their head loadings, for many numbers "
            "of groups. Clouds without groups are cut in the same way.",
            drawing="real layer",
            into="head loadings of latents",
            inside="k-means groups",
            out="sizes of groups",
        ),
    ),
    "cross-layer": StoryText(
        "One sparse autoencoder of the values of two layers explains them better than two separate ones at equal L0, "
        "in {gain-equal} comparisons. This need not mean features that span layers: without what one layer predicts "
        "linearly of the other, a gain is left in {gain-left-over}, no more than in the control.",
        {"gain-equal": "yes", "gain-left-over": "no"},
        "gain",
        SetUp(
            text="Sparse autoencoders are trained on the attention values of two layers, one for each layer or one for "
            "both. In the control the second layer's values belong to other tokens.",
            drawing="real layer",
            into="values of two layers",
            inside="one dictionary or two",
            out="the same values",
        ),
    ),
    "more-features-than-heads": StoryText(
        "Only {more-than-heads} trained dictionaries have more verified next-token features than their layer has "
        "heads, too few to tell from the control. Most verified features do not need several heads: at least half of "
        "them do in only {several-heads} dictionaries.",
        {"more-than-heads": "no", "several-heads": "no"},
        "funnel",
        SetUp(
            text="Latents of transcoders of real attention layers are candidates for features that predict one next "
            "token. Each must pass interventions against random directions and other tokens.",
            drawing="real layer",
            into="text",
            inside="latents of one attention layer",
            out="verified next-token features",
        ),
    ),
    "pattern-formation": StoryText(
        "Sparse pairs of one query and one key direction reproduce the patterns of {faithful-and-sparse} heads, which "
        "the source did not reach. They copy a pattern better than dense scores of equal rank in only "
        "{better-than-svd} comparisons.",
        {"rank-1-fails": "no", "faithful-and-sparse": "partly", "better-than-svd": "no"},
        "frontier",
        SetUp(
            text="The attention scores of single heads are rebuilt from a few active pairs of a query latent and a key "
            "latent. Heads of two real models and planted heads of known rank are used.",
            drawing="heads",
            into="queries and keys of a head",
            inside="sparse pairs of conditions",
            out="its attention pattern",
        ),
    ),
    "induction-graph": StoryText(
        "Features that the previous-token head brought make up most of an induction head's preference for its key in "
        "{carried-features} prompts, and removing them hurts the answer more than removing others in {answer-falls}. "
        "One key feature is rarely enough ({one-key-feature}), and the previous-token head looks by position, not by "
        "content.",
        {
            "carried-features": "partly",
            "answer-falls": "yes",
            "one-key-feature": "partly",
            "previous-by-position": "yes",
        },
        "contrast",
        SetUp(
            text="On prompts that repeat a piece of text, the induction head's attention score is split exactly over "
            "what wrote to the query and to the key. The carried features are then removed from the live model.",
            drawing="graph",
            into="a prompt that repeats itself",
            inside="previous-token head, induction head",
            out="the repeated token",
        ),
    ),
    "edge-heads": StoryText(
        "In only {several-heads} graphs does most influence across attention go over edges that two or more heads "
        "carry; an edge has fewer effective heads than with permuted patterns in {fewer-than-shuffled}. Heads of one "
        "edge do not share their QK features reliably more than the control does ({shared-reasons} graphs).",
        {"several-heads": "no", "fewer-than-shuffled": "partly", "shared-reasons": "no"},
        "counts",
        SetUp(
            text="Attribution graphs of prompts in two real models, with each attention edge split over the heads that "
            "carry it. Heads that look at the same place but carry nothing of the edge are the control.",
            drawing="graph",
            into="a prompt",
            inside="edges split over heads",
            out="heads per edge, and why they look",
        ),
    ),
    "attention-kinds-in-graphs": StoryText(
        "To be equally complete, graphs with cross-layer attention features need fewer nodes in "
        "{cross-layer-fewer-nodes} and fewer edges in {cross-layer-fewer-edges} prompts than graphs with "
        "attention-output SAEs. They do not leave less influence in error nodes ({cross-layer-less-error} prompts).",
        {"cross-layer-fewer-nodes": "partly", "cross-layer-fewer-edges": "partly", "cross-layer-less-error": "no"},
        "sizes",
        SetUp(
            text="The same prompts as attribution graphs, with five kinds of attention dictionaries of similar width "
            "and sparsity. Graphs are compared by size and completeness.",
            drawing="graph",
            into="a prompt",
            inside="five kinds of attention features",
            out="graphs of the same answer",
        ),
    ),
    "answer-selection": StoryText(
        "Of the heads chosen on half of the questions, {concordance} score the right option higher in most of the "
        "other half, which does not exceed the control significantly. Silencing them costs more accuracy than "
        "silencing other heads in {silencing} divisions of the questions.",
        {"concordance": "no", "silencing": "no"},
        "contrast",
        SetUp(
            text="A small instruction-tuned model answers multiple-choice questions. Heads are ranked by their "
            "attention score to the right option on half of the questions and judged on the rest.",
            drawing="heads",
            into="a question with four options",
            inside="scores of every head",
            out="the right option's letter",
        ),
    ),
}
