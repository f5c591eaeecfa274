"""Our recognisers inside presidio's analyzer: no model, no network, loaded at the first text."""

import warnings
from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from masking.cues import CUES
from masking.find import CONTEXT_GAIN, ENOUGH, FINDERS, NARROW, near, settle
from masking.model import Kind, Mention

if TYPE_CHECKING:
    from presidio_analyzer import AnalyzerEngine, EntityRecognizer

LANGUAGE = "zh"
Finder = Callable[[str], Iterable[Mention]]


class PresidioScan:
    """Finds identifiers in texts with presidio; called like `masking.find.find`.

    presidio weighs the words of the column's name and title; words beside a match, which its engine without a model
    cannot see, are weighed by the recognisers themselves. Not for several threads at once.
    """

    def __call__(self, text: str, context: Sequence[str] = ()) -> tuple[Mention, ...]:
        """Identifiers in a text, left to right, none overlapping."""
        narrowed = text.translate(NARROW)
        results = self._engine.analyze(narrowed, LANGUAGE, context=[word for word in context if word])
        return settle(
            Mention(
                Kind(result.entity_type),
                result.start,
                result.end,
                result.score,
                str(result.recognition_metadata["rule"]),
            )
            for result in results
        )

    @cached_property
    def _engine(self) -> "AnalyzerEngine":
        return _analyzer()


def _analyzer() -> "AnalyzerEngine":
    """presidio with our recognisers alone: importing it takes seconds, hence only when it is needed."""
    from presidio_analyzer import AnalyzerEngine, RecognizerRegistry  # noqa: PLC0415
    from presidio_analyzer.context_aware_enhancers import LemmaContextAwareEnhancer  # noqa: PLC0415
    from presidio_analyzer.nlp_engine import NoOpNlpEngine  # noqa: PLC0415

    from masking.adapters.rjieba import names_by_words  # noqa: PLC0415

    finders: dict[Kind, tuple[Finder, ...]] = dict(FINDERS)
    finders[Kind.PERSON_NAME] = (*finders[Kind.PERSON_NAME], names_by_words)
    engine = NoOpNlpEngine(models=[{"lang_code": LANGUAGE, "model_name": ""}])
    engine.load()
    registry = RecognizerRegistry(
        recognizers=[_recogniser(kind, of_kind) for kind, of_kind in finders.items()], supported_languages=[LANGUAGE]
    )
    enhancer = LemmaContextAwareEnhancer(context_similarity_factor=CONTEXT_GAIN, min_score_with_context_similarity=0.0)
    with warnings.catch_warnings():
        # It warns that words beside a match go unseen without a model: the recognisers see to those themselves.
        warnings.simplefilter("ignore", UserWarning)
        return AnalyzerEngine(
            registry=registry,
            nlp_engine=engine,
            supported_languages=[LANGUAGE],
            default_score_threshold=ENOUGH,
            context_aware_enhancer=enhancer,
        )


def _recogniser(kind: Kind, finders: Sequence[Finder]) -> "EntityRecognizer":
    from presidio_analyzer import AnalysisExplanation, LocalRecognizer, RecognizerResult  # noqa: PLC0415

    name = f"{kind.value}_zh"
    words = list(CUES[kind].near)

    class KindRecogniser(LocalRecognizer):
        """presidio's view of our finders for one kind."""

        def load(self) -> None:
            """Nothing to load."""

        def analyze(self, text: str, entities: list[str], nlp_artifacts: Any = None) -> list[RecognizerResult]:
            """Every match, with its rule and whether a word beside it has already raised its score."""
            return [self._result(text, mention) for finder in finders for mention in finder(text)]

        def _result(self, text: str, mention: Mention) -> RecognizerResult:
            beside = near(mention, text)
            return RecognizerResult(
                entity_type=mention.kind.value,
                start=mention.start,
                end=mention.end,
                score=min(1.0, mention.score + CONTEXT_GAIN) if beside else mention.score,
                analysis_explanation=AnalysisExplanation(name, mention.score, pattern_name=mention.rule),
                recognition_metadata={
                    RecognizerResult.RECOGNIZER_NAME_KEY: name,
                    RecognizerResult.RECOGNIZER_IDENTIFIER_KEY: self.id,
                    RecognizerResult.IS_SCORE_ENHANCED_BY_CONTEXT_KEY: beside,
                    "rule": mention.rule,
                },
            )

    return KindRecogniser([kind.value], name=name, supported_language=LANGUAGE, context=words)
