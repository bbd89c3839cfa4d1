"""`nox`: what a change must pass, a session for each part; `nox --list` says which there are.

Every session makes an environment of its own and keeps it. With `--no-venv` all of them run in the
one that is active, into which the group `dev` has been installed; so does `.ci/run`.
"""

import shutil
import sys
from pathlib import Path

import nox

nox.needs_version = ">=2024.10"
nox.options.sessions = ["lint", "types", "docs"]
nox.options.reuse_venv = "yes"
PYTHONS = ["3.11", "3.12", "3.13", "3.14"]
SANITIZERS = "-fsanitize=address,undefined"


def install(session: nox.Session, *groups: str, extras: str = "") -> None:
    """The package, with groups of what the work needs, if the session has its own environment."""
    if session.venv_backend != "none":
        session.install("pip>=25.1")  # the first that knows groups
        wanted = (part for group in groups for part in ("--group", group))
        session.install(f".[{extras}]" if extras else ".", *wanted)


@nox.session
def lint(session: nox.Session) -> None:
    """Format, lint, and which room imports which."""
    install(session, "lint")
    session.run("ruff", "format", "--check", ".")
    session.run("ruff", "check", ".")
    session.run("lint-imports", "--no-cache")
    session.run(
        "zizmor", "--offline", "--quiet", "--config=.github/zizmor.yml", ".github/workflows"
    )


@nox.session
def types(session: nox.Session) -> None:
    """The types of the packages and of what the tests share, and of a user's script."""
    install(session, "test", "lint")
    session.run("mypy", "--strict", "engine", "nn", "demos", "tests")
    session.run("python", "-m", "pytest", "-q", "tests/test_types.py")


@nox.session
def docs(session: nox.Session) -> None:
    """The examples on every page, the links, and the files that pages name."""
    install(session, "test")
    pages = [*Path().glob("*.md"), "docs", "tests/test_docs.py"]
    session.run("python", "-m", "pytest", "-q", *map(str, pages))


@nox.session
def site(session: nox.Session) -> None:
    """The documentation site, warnings as errors; in the folder `site` of the session."""
    install(session, "docs")
    folder = Path(session.create_tmp()).absolute() / "site"
    session.run("python", "-m", "sphinx", "-q", "-E", "-W", "--keep-going", "docs", str(folder))


@nox.session(python=PYTHONS)
@nox.parametrize("core", ["native", "python"], ids=["native", "python"])
def tests(session: nox.Session, core: str) -> None:
    """All tests on one of the cores; arguments after `--` go to pytest."""
    install(session, "test")
    core_of = {"CHAINGRAD_CORE": core}
    session.run("python", "-m", "pytest", "-q", "-x", *session.posargs, env=core_of)


@nox.session
def coverage(session: nox.Session) -> None:
    """Which lines the tests run. On the core in Python, since nothing sees into that in C."""
    install(session, "dev")
    core = {"CHAINGRAD_CORE": "python"}
    command = ["-m", "coverage", "run", "-m", "pytest", "-q", "-x", *session.posargs]
    session.run("python", *command, env=core)
    session.run("coverage", "report")


@nox.session
def browser(session: nox.Session) -> None:
    """Live pages in a headless Chromium of the system, if there is one."""
    install(session, "test", "web")
    session.run("python", "-m", "pytest", "-q", "-x", "tests/browser", *session.posargs)


@nox.session
def installed(session: nox.Session) -> None:
    """The installed package, away from the repository: all demos."""
    install(session, extras="all")
    session.chdir(session.create_tmp())
    session.run("python", "-m", "demos", "all", "--quick", silent=True)


@nox.session
def distribution(session: nox.Session) -> None:
    """What is published: the source, a wheel from it, and the wheel for every machine."""
    install(session, "test", "publish")
    folder = Path(session.create_tmp()).absolute() / "dist"
    shutil.rmtree(folder, ignore_errors=True)
    build = ["python", "-W", "error::UserWarning", "-m", "build", "--outdir", str(folder)]
    session.run(*build, silent=True)
    session.run(*build, "--wheel", env={"CHAINGRAD_PURE": "1"}, silent=True)
    for made in (Path("build"), *Path().glob("*.egg-info")):
        shutil.rmtree(made, ignore_errors=True)
    session.run("twine", "check", "--strict", *map(str, sorted(folder.iterdir())))
    (source,) = folder.glob("*.tar.gz")
    session.run("python", "-m", "tarfile", "-e", str(source), str(folder))
    unpacked = folder / source.name.removesuffix(".tar.gz")
    with session.chdir(unpacked):
        # All of it by `pip install ".[test]" && pytest`, as in the README; here what reads files.
        places = [
            "tests/test_docs.py",
            "tests/engine/sheet/test_ops.py",
            "tests/demos/test_gallery.py",
        ]
        session.run("python", "-m", "pytest", "-q", *places, "docs")
    (pure,) = folder.glob("*-py3-none-any.whl")
    target = folder / "pure"
    session.run("python", "-m", "pip", "install", "--quiet", "--target", str(target), str(pure))
    words = "import engine, demos.worked_example as example; example.main(); print(engine.core)"
    with session.chdir(folder):
        # -S: without what is installed here, a native core for example.
        command = ["python", "-S", "-c", words]
        said = session.run(*command, env={"PYTHONPATH": str(target)}, silent=True)
    if not str(said).rstrip().endswith("python"):
        session.error(f"the wheel for every machine has the core {said}")


@nox.session
def torch(session: nox.Session) -> None:
    """PyTorch, which is heavy: models that go there and come back, and graphs computed there."""
    install(session, "test")
    # First and alone, so that no other package decides which build of it comes.
    command = ["python", "-m", "pip", "install", "--quiet", "torch==2.13.0"]
    session.run(*command, success_codes=range(256))
    find = "import importlib.util as util; print(util.find_spec('torch') is not None)"
    if str(session.run("python", "-c", find, silent=True)).strip() != "True":
        session.skip("PyTorch 2.13 cannot be installed here")
    session.run("python", "-m", "pytest", "-q", "tests/nn/exchange")
    session.run("python", "-m", "tests.differential", "50", "--backends", "llvm", "torch")


@nox.session
def fuzz(session: nox.Session) -> None:
    """A minute of hostile programs on the native core, built with sanitizers (Linux, gcc)."""
    install(session)
    ask = session.run("python", "-c", "import engine; print(engine.core)", silent=True)
    if sys.platform != "linux" or not shutil.which("gcc") or str(ask).strip() != "native":
        session.skip("needs Linux, gcc and the native core")
    target = Path(session.create_tmp()) / "sanitized"
    for folder in (target, Path("build")):
        shutil.rmtree(folder, ignore_errors=True)
    flags = f"{SANITIZERS} -fno-sanitize-recover -DMOST_KEPT=0 -g -O1"
    command = ["pip", "install", "--quiet", ".", "--no-deps", "--target", str(target)]
    session.run("python", "-m", *command, env={"CFLAGS": flags, "LDFLAGS": SANITIZERS})
    shutil.rmtree("build", ignore_errors=True)
    library = session.run("gcc", "-print-file-name=libasan.so", silent=True, external=True)
    settings = {
        "LD_PRELOAD": str(library).strip(),
        "PYTHONMALLOC": "malloc",
        "ASAN_OPTIONS": "detect_leaks=0",
        "PYTHONPATH": str(target),
        "CHAINGRAD_CORE": "native",
    }
    session.run("python", "-m", "tests.engine.native.fuzz", "60", env=settings)


@nox.session
def benchmarks(session: nox.Session) -> None:
    """The benchmarks once, without heavy peers, growing networks and compile times."""
    install(session, "bench")
    parts = session.posargs or "networks eager programs chain reading start_up".split()
    session.run("python", "-m", "tests.benchmarks", *parts)
