"""The studies by name, without what they need to run: listing them takes no torch and imports none of them."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Card:
    """What is known of a study without importing it."""

    package: str
    """Under `polyhead.studies`; its module `study` has the object `STUDY`."""
    title: str
    question: str
    """What is asked, in one sentence that a newcomer understands."""
    sources: tuple[str, ...]
    """Where the result was published, one reference each."""
    presets: tuple[str, ...] = ("quick", "full")

    @property
    def family(self) -> str:
        """The package of studies that it belongs to."""
        return self.package.partition(".")[0]


STUDIES: dict[str, Card] = {
    "ov-coherent": Card(
        "pairs.ov_coherent",
        "OV-coherent attention head superposition: pairs of signal tokens",
        "When two attention heads jointly store pairs of tokens, do they always prefer the tokens in reversed "
        "orders, and what do width, bias and more heads change?",
        (
            "Greenspan and Wynroe (2023), An OV-Coherent Toy Model of Attention Head Superposition",
            "The author's later reply on the same post",
        ),
    ),
    "ov-coherent-capacity": Card(
        "pairs.capacity",
        "What small heads can express in the pairs world, and what training finds",
        "Does one head need a width of 4 because nothing smaller can solve the task, or because training does not "
        "find the smaller solutions?",
        (
            "Greenspan and Wynroe (2023), An OV-Coherent Toy Model of Attention Head Superposition",
            "The author's later reply on the same post, and a commenter's construction with one head",
        ),
    ),
    "skip-trigrams": Card(
        "skip_trigrams",
        "OV-incoherent skip trigrams: many heads and two heads",
        "How do a few attention heads carry more skip trigrams than there are heads, and can gates undo it?",
        (
            "Anthropic, Circuits Updates May 2023: attention head superposition",
            "Anthropic, Circuits Updates July 2023: attention head superposition",
            "Mathwin, Akar, Sharkey 2024: Gated Attention Blocks: Preliminary Progress toward Removing Attention "
            "Head Superposition",
        ),
    ),
    "attention-features": Card(
        "attention_features",
        "Attention features in superposition over heads",
        "When do several attention features share a head, and can they be told apart again?",
        (
            "Proposed here; the idea is named in Anthropic, Circuits Updates January 2024 (text not found)",
            "Elhage et al. 2022, Toy Models of Superposition: the phase diagrams transferred to the head axis",
            "Transformer Circuits 2025, Progress on Attention: patterns as mixtures of heads",
        ),
    ),
    "addition-32x2": Card(
        "addition",
        "Six-digit addition with 32 heads of width 2",
        "How do 32 tiny attention heads, and nothing else, add two six-digit numbers?",
        ("Thaman, Rigg, Oozeer, David: Experiments in Superposition, project 1 (report and notebook)",),
        presets=("quick", "full", "fresh"),
    ),
    "tms": Card(
        "superposition.tms",
        "Toy models of superposition: phases and geometry",
        "When do sparse features share the dimensions of a small autoencoder, and in which shapes?",
        (
            "Elhage et al. 2022, Toy Models of Superposition",
            "Thaman, Rigg, Oozeer and David, Experiments in Superposition",
        ),
    ),
    "tms-dropout": Card(
        "superposition.dropout",
        "Dropout and superposition",
        "What does dropout on the hidden units do to features in superposition, and can it be predicted?",
        ("Thaman, Rigg, Oozeer and David, Experiments in Superposition",),
    ),
    "computation": Card(
        "superposition.computation",
        "Computation in superposition",
        "Which functions of sparse inputs do small two-layer networks compute, and why do the ReLU ones fail?",
        (
            "Thaman, Rigg, Oozeer and David, Experiments in Superposition, stored notebook",
            "Elhage et al. 2022, Toy Models of Superposition",
        ),
    ),
    "hidden-size-polysemanticity": Card(
        "superposition.hidden_size",
        "Hidden size and polysemanticity",
        "Do units stay polysemantic when there are more of them than features, and is that a finding?",
        ("Thaman, Rigg, Oozeer and David, Experiments in Superposition",),
    ),
    "weight-structure": Card(
        "heads.weight_structure",
        "Blocks in the ordered cosine matrix of weights",
        "Do rows of a weight matrix form blocks, or does the search for an order make the blocks that are seen?",
        ("Thaman, Rigg, Oozeer, David, Experiments in Superposition, project 2",),
        presets=("quick", "full", "mlp"),
    ),
    "polysemantic-head": Card(
        "heads.polysemantic_head",
        "One head, many things",
        "Does one attention head do several unrelated things, and does the model need it for each of them?",
        ("An interactive look at head 1.4 of attn-only-4l (polysemantic attention head), tables and figure 1",),
    ),
    "methods-compared": Card(
        "real_layers.methods_compared",
        "Every attention dictionary on one layer",
        "What does each method explain of the same attention layer, how sparsely, and at what cost?",
        (
            "Low-Rank Sparse Attention (arXiv 2504.20938)",
            "Llamascopium, table of attention-output SAEs (12 to 20 % alive with a random init)",
            "Transformer Circuits, Progress on Attention (2025)",
        ),
    ),
    "attention-superposition": Card(
        "real_layers.attention_superposition",
        "One head per latent, or several: transcoders of real attention layers",
        "Are the features that attention moves carried by several heads at once?",
        ("Transformer Circuits, Progress on Attention (2025), multitoken transcoders", "Lorsa (arXiv 2504.20938)"),
    ),
    "qk-ov-coupling": Card(
        "real_layers.qk_ov_coupling",
        "Where and what: are QK and OV conditions of features coupled?",
        "Does what a feature means decide which heads move it?",
        ("Transformer Circuits, Progress on Attention (2025), joint SAE and Top-1 transcoder",),
    ),
    "ov-dimension": Card(
        "real_layers.ov_dimension",
        "How many features share a mixture of heads?",
        "Do head loadings of features form groups, and is the power law of their sizes more than k-means "
        "makes of any cloud of points?",
        (
            "Transformer Circuits, Progress on Attention (2025), clusters of head loadings",
            "Clauset, Shalizi, Newman, Power-law distributions in empirical data, SIAM Review 51 (2009)",
        ),
    ),
    "cross-layer": Card(
        "real_layers.cross_layer",
        "Attention features over two layers",
        "Does one sparse autoencoder of the values of two layers beat one for each, and do the layers share more than "
        "a residual stream?",
        ("Transformer Circuits, Progress on Attention (2025), attention value SAEs",),
    ),
    "more-features-than-heads": Card(
        "real_layers.more_features_than_heads",
        "More next-token features than heads in one layer",
        "Does one attention layer of a real model move more verified next-token features than it has heads?",
        (
            "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
            "Transformer Circuits, HeadVis (2026): no confirmed natural example of attention superposition",
            "Thaman, Rigg, Oozeer, David, Experiments in Superposition (open wish)",
        ),
    ),
    "pattern-formation": Card(
        "heads.pattern_formation",
        "Why heads attend where they do: QK diagonalisation",
        "Can a head's attention pattern be explained by few sparse pairs of a query and a key condition?",
        ("Transformer Circuits, Progress on Attention (2025), QK diagonalisation",),
    ),
    "induction-graph": Card(
        "graphs.induction_graph",
        "Which features make an induction head attend",
        "Do features that the previous-token head carries to a key make an induction head attend there?",
        (
            "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025)",
            "Elhage et al., A Mathematical Framework for Transformer Circuits (2021)",
        ),
    ),
    "edge-heads": Card(
        "graphs.edge_heads",
        "How many heads carry an edge, and why",
        "Is an edge of an attribution graph carried by several heads, and do these attend for the same reasons?",
        (
            "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025), open question",
            "Transformer Circuits, Progress on Attention (2025), attention features in superposition",
        ),
    ),
    "attention-kinds-in-graphs": Card(
        "graphs.attention_kinds",
        "Kinds of attention features in the same graphs",
        "Which kind of attention dictionary gives the simplest and most complete attribution graphs?",
        (
            "Transformer Circuits, Progress on Attention (2025): cross-layer attention features in attribution graphs",
            "Transformer Circuits, Circuit Tracing (2025): replacement and completeness scores",
        ),
    ),
    "answer-selection": Card(
        "graphs.answer_selection",
        "Heads that single out the right option",
        "Does a small model have heads whose attention scores single out the right option of a multiple choice?",
        (
            "Transformer Circuits, Tracing Attention Computation Through Feature Interactions (2025): concordance "
            "and discordance heads",
            "Lieberum et al., Does Circuit Analysis Interpretability Scale? (2023): correct letter heads",
        ),
    ),
}
"""In the order of the list page."""
