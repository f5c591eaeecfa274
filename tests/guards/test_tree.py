"""The tree is the architecture: names, sizes, words and imports that must not drift."""

import ast
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator, Mapping
from importlib.metadata import packages_distributions
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LONGEST = 350

ALLOWED_IN_CORE = {
    "sandbox/gate/": {"sqlglot"},
    "sandbox/disclosure/": {"numpy"},
    "sandbox/": {"pyarrow"},
    "logs/hashing.py": {"cryptography"},
    "": {"yaml"},
}
"""Third-party modules that a file outside `adapters/` may import, by the start of its path; `api` is wiring."""

VAGUE = re.compile(r"(Manager|Helper|Utils?)$|^Base[A-Z]")
ELSEWHERE = re.compile(
    r"pyp[i]\.org|pythonhoste[d]\.org|registry\.npmj[s]\.org|deb\.debia[n]\.org|/wor[k]/|/far[m]/|/tmp/studi[o]|/roo[t]/|\.pyen[v]"
)
LOCAL = frozenset({"api", "sandbox", "policies", "catalog", "masking", "logs", "tests"})


def test_no_file_is_longer_than_a_reader_can_hold(tracked: tuple[Path, ...], root: Path) -> None:
    lengths = {
        path.relative_to(root).as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in tracked
        if path.suffix == ".py"
    }
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_no_tracked_file_names_a_registry_or_a_path_of_one_machine(tracked: tuple[Path, ...], root: Path) -> None:
    named = []
    for path in tracked:
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="ignore").splitlines(), 1):
            if ELSEWHERE.search(line):
                named.append(f"{path.relative_to(root)}:{number}")
    assert named == []


def test_locks_carry_a_hash_for_every_distribution_and_no_address(root: Path) -> None:
    for lock in sorted(root.glob("requirements*.lock")):
        text = lock.read_text(encoding="utf-8")
        assert "://" not in text, lock.name
        for entry in re.split(r"\n(?=\S)", text):
            if "==" in entry.split("\n", 1)[0]:
                assert "--hash=sha256:" in entry, f"{lock.name}: {entry.splitlines()[0]}"


def test_locks_hold_what_the_project_asks_for(root: Path) -> None:
    asked = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    groups = {
        "requirements.lock": asked["project"]["dependencies"],
        "requirements-dev.lock": asked["project"]["dependencies"] + asked["dependency-groups"]["dev"],
        "requirements-uv.lock": asked["dependency-groups"]["setup"],
    }
    for lock, lines in groups.items():
        pinned = dict(
            re.findall(r"^([a-z0-9._-]+)==([^ \\]+)", (root / lock).read_text(encoding="utf-8"), re.MULTILINE)
        )
        for wanted in map(Requirement, lines):
            version = pinned.get(canonicalize_name(wanted.name))
            assert version is not None, f"{lock} lacks {wanted}: make lock"
            assert wanted.specifier.contains(version), f"{lock} pins {version}, not {wanted}: make lock"


def test_no_installed_distribution_ships_one_of_our_names(packages: tuple[str, ...]) -> None:
    shipped = packages_distributions()
    assert {name: shipped[name] for name in packages if name in shipped} == {}


def test_git_and_the_image_keep_every_package(packages: tuple[str, ...], root: Path, tracked: tuple[Path, ...]) -> None:
    del tracked
    for package in packages:
        ignored = subprocess.run(["git", "check-ignore", "-q", f"{package}/new.py"], cwd=root, check=False)
        assert ignored.returncode == 1, f"git ignores {package}/"
    kept_out = (root / ".dockerignore").read_text(encoding="utf-8").split()
    assert not set(kept_out) & {form for name in packages for form in (name, f"{name}/", f"/{name}", f"/{name}/")}


def test_every_module_and_what_it_offers_says_what_it_is(trees: Mapping[str, ast.Module]) -> None:
    silent = []
    for path, tree in trees.items():
        if tree.body and ast.get_docstring(tree) is None:
            silent.append(path)
        for node in tree.body:
            match node:
                case ast.ClassDef(name=name) | ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name):
                    if not name.startswith("_") and ast.get_docstring(node) is None:
                        silent.append(f"{path}: {name}")
    assert silent == []


def test_no_class_or_file_hides_behind_a_vague_word(trees: Mapping[str, ast.Module]) -> None:
    classes = [
        f"{path}: {node.name}"
        for path, tree in trees.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ClassDef) and VAGUE.search(node.name)
    ]
    files = [path for path in trees if Path(path).stem in {"utils", "util", "helpers", "helper", "misc"}]
    assert classes + files == []


def test_frameworks_appear_in_adapters_and_in_the_api_alone(trees: Mapping[str, ast.Module]) -> None:
    strays = [
        f"{path}:{line} imports {module}"
        for path, tree in trees.items()
        if not path.startswith("api/") and "/adapters/" not in path
        for line, module in _imports(tree)
        if module not in sys.stdlib_module_names | LOCAL | _allowed(path)
    ]
    assert strays == []


def test_what_the_code_imports_the_project_asks_for_itself(trees: Mapping[str, ast.Module], root: Path) -> None:
    asked = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]["dependencies"]
    declared = {canonicalize_name(Requirement(line).name) for line in asked}
    shipped = packages_distributions()
    imported = {module for tree in trees.values() for _, module in _imports(tree)} - sys.stdlib_module_names - LOCAL
    lenders = {module: {canonicalize_name(name) for name in shipped.get(module, [])} for module in imported}
    assert {module: names for module, names in lenders.items() if not declared & names} == {}


def test_the_import_contracts_hold(root: Path) -> None:
    command = "from importlinter.cli import lint_imports_command as c; c(['--no-cache'])"
    checked = subprocess.run([sys.executable, "-c", command], cwd=root, capture_output=True, text=True, check=False)
    assert checked.returncode == 0, checked.stdout + checked.stderr


def test_the_search_for_addresses_finds_one_and_leaves_our_own_words_alone() -> None:
    assert ELSEWHERE.search("see pypi" + ".org/simple")
    assert ELSEWHERE.search("docs/adr, /api/v1/queries, state/") is None


def _imports(tree: ast.Module) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        match node:
            case ast.Import(names=names):
                yield from ((node.lineno, alias.name.split(".")[0]) for alias in names)
            case ast.ImportFrom(module=str(module), level=0):
                yield node.lineno, module.split(".")[0]


def _allowed(path: str) -> set[str]:
    return {module for start, modules in ALLOWED_IN_CORE.items() if path.startswith(start) for module in modules}
