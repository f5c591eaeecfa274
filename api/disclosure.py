"""The disclosure rule document that is configured, and its perturbation table laid open."""

from pathlib import Path

from api.faults import SettingWrong
from api.settings import Settings
from logs.errors import Language
from sandbox.disclosure.document import default_rules, rules_of
from sandbox.disclosure.inspection import as_csv, checks, table_text
from sandbox.disclosure.perturbation import perturbation_table
from sandbox.disclosure.rules import DisclosureRules


def rules_in_force(settings: Settings) -> DisclosureRules:
    """The rules of the document configured, else of the one that ships.

    Raises `RulesNotLawful`, and `SettingWrong` where it cannot be read.
    """
    return rules_at(settings.disclosure_rules, "XDS_DISCLOSURE_RULES")


def rules_at(path: Path | None, named: str) -> DisclosureRules:
    """The rules of a document; `named` is what is wrong when it cannot be read."""
    if path is None:
        return default_rules()
    try:
        return rules_of(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        raise SettingWrong((named,)) from None


def table_laid_open(document: Path | None, unit: str, language: Language, *, form: str) -> tuple[str, bool]:
    """The perturbation table of a rule document for a kind of unit, to be read by people or as CSV, and whether it
    keeps what it promises; raises `RulesNotLawful`."""
    rules = rules_at(document, str(document))
    table = perturbation_table(variance=rules.variance, deviation=rules.deviation, least=rules.minimum(unit))
    text = "\n".join(as_csv(table)) if form == "csv" else table_text(table, language)
    return text, all(check.broken_at is None for check in checks(table))
