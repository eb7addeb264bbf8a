"""Makes the virtual environment and installs pinned, hashed requirements into it: `install.py VENV REQUIREMENTS`.

Runs on a bare Python 3.11+. The installer itself (uv) is pinned and hashed too; where it has no wheel, pip does it.
"""

import subprocess
import sys
import time
import venv
from pathlib import Path

HERE = Path(__file__).parent
OLDEST = (3, 11)


def main() -> int:
    if sys.version_info < OLDEST:
        here = sys.version.split()[0]
        print(f"Playmaker needs Python 3.11 or newer; this is {here}. Try: make PYTHON=python3.12 demo")
        return 1
    folder, requirements = Path(sys.argv[1]), HERE / sys.argv[2]
    python = folder / "bin" / "python"
    started = time.monotonic()
    if not python.exists():
        print(f"Making a virtual environment in {folder} …", flush=True)
        venv.EnvBuilder(with_pip=True).create(folder)
    names = sum(line[:1].isalnum() for line in requirements.read_text(encoding="utf-8").splitlines())
    print(f"Installing {names} pinned packages …", flush=True)
    if not install(python, requirements):
        print("The packages could not be installed. Is the package index reachable? Nothing else was changed.")
        return 1
    print(f"Ready after {time.monotonic() - started:.0f} s.", flush=True)
    return 0


def install(python: Path, requirements: Path) -> bool:
    """With uv, which is some ten times faster; with pip where uv cannot be had."""
    pinned = ["--quiet", "--no-deps", "--require-hashes", "-r"]
    pip = [str(python), "-m", "pip", "--disable-pip-version-check", "install", *pinned]
    uv = python.parent / "uv"
    if not uv.exists():
        subprocess.run([*pip, str(HERE / "requirements-install.txt")], stderr=subprocess.DEVNULL, check=False)
    if uv.exists():
        fast = [str(uv), "pip", "install", "--python", str(python), "--no-progress", *pinned, str(requirements)]
        if subprocess.run(fast, check=False).returncode == 0:
            return True
        print("uv could not do it; trying pip …", flush=True)
    return subprocess.run([*pip, str(requirements)], check=False).returncode == 0


if __name__ == "__main__":
    sys.exit(main())
