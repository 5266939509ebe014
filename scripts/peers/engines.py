"""The taggers that are compared: what each is, what it can do, how it was trained and how it is run."""

from dataclasses import dataclass

POS, NER = "pos", "ner"


@dataclass(frozen=True)
class Engine:
    """One row of the tables."""

    name: str  # on the command line
    title: str  # in the tables
    module: str  # of scripts/peers
    tasks: tuple[str, ...]
    requires: str = ""  # what must be installed: the name that is imported
    distribution: str = ""  # and the name that is installed
    folder: str = ""  # of the trained model; by default the name
    share: float = 1.0  # of the copies of the text that it is given: what is slow is given less
    passes: int = 1  # over the development data, from ready tokens
    notes: tuple[str, ...] = ()

    @property
    def kept(self) -> str:
        """The folder of the trained model, in the folder of all of them."""
        return self.folder or self.name


SPACY_TRAINING = (
    "spaCy: tok2vec, tagger and ner as `spacy init config --pipeline tagger,ner --optimize efficiency` writes them "
    "(width 96, depth 4), no vectors, dropout 0.1, batches of 100 compounding to 1,000 words; trained until the "
    "development score has not risen for 1,600 steps, the best step kept; paragraphs are the documents, nothing "
    "looks for sentence ends"
)
OWN_TOKENIZER = "reads raw text with tagger's tokenizer and sentence splitter"

ENGINES = {
    engine.name: engine
    for engine in (
        Engine(
            "tagger",
            "tagger",
            "window_network",
            (POS, NER),
            passes=40,
            notes=(
                "tagger: the settings of `tagger train` as they are, heads for POS and NER (sentence-level); "
                "the best epoch on the development data kept",
            ),
        ),
        Engine(
            "tagger-started",
            "tagger --from",
            "window_network",
            (POS, NER),
            passes=40,
            notes=(
                "tagger --from: the same, started from a pretrained model: it has seen more text than the others",
            ),
        ),
        Engine(
            "spacy",
            "spaCy, NumPy product",
            "spacy_pipeline",
            (POS, NER),
            requires="spacy",
            distribution="spacy",
            share=0.05,
            passes=3,
            notes=(
                SPACY_TRAINING,
                "spaCy, NumPy product: run with NumpyOps(use_blis=False), its fastest setting here",
            ),
        ),
        Engine(
            "spacy-installed",
            "spaCy, as installed",
            "spacy_as_installed",
            (POS, NER),
            requires="spacy",
            distribution="spacy",
            folder="spacy",
            share=0.05,
            passes=3,
            notes=(),
        ),
        Engine(
            "nltk",
            "NLTK perceptron",
            "averaged_perceptron",
            (POS,),
            requires="nltk",
            distribution="nltk",
            share=0.15,
            passes=5,
            notes=(f"NLTK perceptron: 10 iterations; {OWN_TOKENIZER}",),
        ),
        Engine(
            "crfsuite",
            "CRFsuite",
            "crf",
            (NER,),
            requires="pycrfsuite",
            distribution="python-crfsuite",
            share=0.25,
            passes=10,
            notes=(
                "CRFsuite: L-BFGS, 200 iterations, c1 0.05 and c2 0.05 (the best of four pairs on the development "
                "data); word, lower case, suffixes, shape, capitals, "
                f"digits, the neighbours' too, those of a form kept once computed; {OWN_TOKENIZER}",
            ),
        ),
    )
}
