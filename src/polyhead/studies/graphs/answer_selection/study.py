"""The study `answer-selection`: heads whose attention scores tell the right option of a multiple choice from the wrong.

Published for large models: concordance heads, whose query-key product is positive for what fits, and discordance heads,
where it is negative. Here both are looked for in a small open model, on half of the questions, and judged on the rest.
"""

from polyhead.studies.graphs.answer_selection import claims, figures
from polyhead.studies.graphs.answer_selection.measures import AnswerConfig, Draw, Measured, measure
from polyhead.studies.graphs.answer_selection.models import LETTERS, PLACES
from polyhead.studies.study import Study


def notes(m: Measured) -> list[str]:
    def named(d: Draw, which: str) -> str:
        places = [d.place(int(i)) for i in getattr(d, which)]
        return ", ".join(f"L{layer}H{head} ({PLACES[p]})" for p, layer, head in places)

    accuracies = ", ".join(f"{d.accuracy:.2f}" for d in m.draws)
    return [
        f"{m.cfg.n_seeds} draws of {m.cfg.n_questions} questions of three options for {m.cfg.model}; it answers "
        f"{accuracies} of the judged ones correctly (chance {1 / len(LETTERS):.2f}).",
        f"First draw, concordance: {named(m.draws[0], 'concordant')}. Discordance: {named(m.draws[0], 'discordant')}.",
        "Contrasts are of the model's own scores and need no dictionary; which features make them is not split here"
        + ("." if m.cfg.model == "bundled" else ", because no dictionaries of this model ship."),
    ]


STUDY = Study(
    name="answer-selection",
    presets={
        # the bundled model needs no download; it answers at chance, so this shows that everything runs and no more
        "quick": AnswerConfig(model="bundled", n_questions=24, n_seeds=1, n_random=1),
        "full": AnswerConfig(n_questions=60),
    },
    measure=measure,
    claims=(claims,),
    figures=(figures.contrast,),
    notes=notes,
)
