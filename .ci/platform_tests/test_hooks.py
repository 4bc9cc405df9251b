"""The hooks as their real clients run them."""

import subprocess
import unittest

from support import APP, BINARY, ROOT, SLOW, Case, Repository, app, environment

REV = "v0"


class Hooks:
    """A project with a sound app and the hook of this checkout installed by a client."""

    client = ""

    def setUp(self):
        super().setUp()
        self.home = self.folder / "home"

    def hook_repository(self, source=None):
        """The manifest alone is enough for hooks that nothing is built for."""
        manifest = Repository(self.folder / "hooks")
        manifest.write(".pre-commit-hooks.yaml", (ROOT / ".pre-commit-hooks.yaml").read_text())
        manifest.commit("manifest")
        manifest.git("tag", REV)
        return str(manifest.path)

    def project(self, *arguments, hook="orgate-system", hooks=None):
        repository = self.repository()
        repository.write(APP, app())
        repository.write("README.md", "1\n")
        args = f"\n        args: [{', '.join(arguments)}]" if arguments else ""
        config = f"repos:\n  - repo: {hooks or self.hook_repository()}\n    rev: {REV}\n    hooks:\n      - id: {hook}{args}\n"
        repository.write(".pre-commit-config.yaml", config)
        repository.commit("a sound app")
        self.call(repository, self.client, "install", "--hook-type", "pre-commit", "--hook-type", "pre-push")
        return repository

    def call(self, repository, *command, check=True):
        env = {"PRE_COMMIT_HOME": str(self.home), "PREK_HOME": str(self.home), "XDG_CACHE_HOME": str(self.home)}
        return repository.run(*command, check=check, **env)

    def commit(self, repository, *arguments):
        """Commits with hooks; tells whether the commit was made, and what was printed."""
        before = repository.git("rev-parse", "HEAD")
        done = self.call(repository, "git", "commit", "--quiet", "--message", "change", *arguments, check=False)
        after = repository.git("rev-parse", "HEAD")
        self.assertEqual(done.returncode == 0, before != after, done.stderr)
        return before != after, done.stdout + done.stderr

    def made(self, repository, *arguments):
        made, text = self.commit(repository, *arguments)
        self.assertTrue(made, text)
        return text

    def blocked(self, repository, *arguments):
        made, text = self.commit(repository, *arguments)
        self.assertFalse(made, text)
        self.assertIn("ca-client-credentials-enabled", text)
        return text

    def test_commits(self):
        repository = self.project()
        repository.write(APP, app(client_credentials=True))
        repository.git("add", APP)
        self.blocked(repository)
        # Mended on disk only, then staged.
        repository.write(APP, app(label="Mended"))
        self.blocked(repository)
        repository.git("add", APP)
        self.made(repository)
        repository.write("README.md", "2\n")
        self.made(repository, "--all")

    def test_commit_all(self):
        repository = self.project()
        repository.write(APP, app(client_credentials=True))
        self.blocked(repository, "--all")
        self.assertEqual(repository.git("diff", "--cached", "--name-only"), "")

    def test_commit_of_a_path(self):
        repository = self.project()
        # The weak file is staged, but the commit is about another one; then the other way round.
        repository.write(APP, app(client_credentials=True))
        repository.git("add", APP)
        repository.write("README.md", "2\n")
        self.made(repository, "--", "README.md")
        repository.git("restore", "--staged", APP)
        self.blocked(repository, "--", APP)

    def test_a_half_staged_file(self):
        repository = self.project()
        # The weak half is staged, a harmless one is not.
        repository.write(APP, app(client_credentials=True))
        repository.git("add", APP)
        repository.write(APP, app(client_credentials=True, label="More"))
        self.blocked(repository)
        # The harmless half is staged, the weak one is not.
        repository.write(APP, app(label="More"))
        repository.git("add", APP)
        repository.write(APP, app(client_credentials=True, label="More"))
        self.made(repository)
        self.assertIn("true</isClientCredentialEnabled>", (repository.path / APP).read_text())

    def test_a_commit_that_only_deletes(self):
        repository = self.project("--strict")
        repository.git("rm", "--quiet", APP)
        made, text = self.commit(repository)
        self.assertFalse(made, text)
        self.assertIn("Sync", text)
        self.assertNotIn("Skipped", text)

    def test_a_conflicted_merge(self):
        repository = self.project()
        repository.git("switch", "--quiet", "--create", "topic")
        repository.write(APP, app(client_credentials=True))
        repository.write("README.md", "topic\n")
        repository.commit("topic opens the app, seen and accepted there")
        repository.git("switch", "--quiet", "main")
        repository.write("README.md", "main\n")
        repository.commit("main")
        self.assertNotEqual(repository.run("git", "merge", "--quiet", "topic", check=False).returncode, 0)
        repository.write("README.md", "both\n")
        repository.git("add", "--all")
        self.made(repository)
        self.assertEqual(len(repository.git("log", "-1", "--format=%P").split()), 2)

    def test_a_linked_work_tree(self):
        repository = self.project()
        repository.git("worktree", "add", "--quiet", "-b", "other", "../other")
        other = Repository(self.folder / "other", init=False)
        other.write(APP, app(client_credentials=True))
        other.git("add", APP)
        self.blocked(other)

    def test_the_first_commit(self):
        repository = self.repository()
        repository.write(APP, app(client_credentials=True))
        config = f"repos:\n  - repo: {self.hook_repository()}\n    rev: {REV}\n    hooks:\n      - id: orgate-system\n"
        repository.write(".pre-commit-config.yaml", config)
        self.call(repository, self.client, "install")
        repository.git("add", "--all")
        self.call(repository, "git", "commit", "--quiet", "--message", "first")

    def test_pushes(self):
        repository = self.project()
        Repository(self.folder / "remote", init=False).git("init", "--quiet", "--bare", "--initial-branch=main")
        repository.git("remote", "add", "origin", str(self.folder / "remote"))
        push = lambda *what: self.call(repository, "git", "push", "--quiet", "origin", *what, check=False)  # noqa: E731
        self.assertEqual(push("main").returncode, 0, "the first push has nothing to get weaker than")
        repository.write("README.md", "2\n")
        repository.commit("harmless")
        self.assertEqual(push("main").returncode, 0)
        self.assertEqual(push("main:refs/heads/spare").returncode, 0)
        self.assertEqual(push("--delete", "spare").returncode, 0, "a deletion takes nothing there")
        repository.write(APP, app(client_credentials=True))
        repository.commit("open the app, past the commit hook")
        refused = push("main")
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("ca-client-credentials-enabled", refused.stdout + refused.stderr)
        self.assertNotEqual(push("main:refs/heads/new").returncode, 0, "a new branch")

    @unittest.skipUnless(SLOW, "builds orgate; ORGATE_SLOW=1")
    def test_the_hook_that_builds_orgate(self):
        hooks = self.folder / "clone"
        source = Repository(self.folder, init=False)
        source.git("clone", "--quiet", f"file://{ROOT}", str(hooks), GIT_CONFIG_COUNT="1", GIT_CONFIG_KEY_0="safe.directory", GIT_CONFIG_VALUE_0="*")
        Repository(hooks, init=False).git("tag", "--force", REV)
        repository = self.project(hook="orgate", hooks=hooks)
        repository.write("README.md", "2\n")
        repository.git("add", "--all")
        self.made(repository)
        repository.write(APP, app(client_credentials=True))
        repository.git("add", APP)
        self.blocked(repository)


class PreCommit(Hooks, Case):
    """pre-commit itself."""

    client = "pre-commit"


class Prek(Hooks, Case):
    """prek, which reads the same files."""

    client = "prek"


class Plain(Case):
    """git's own hooks, without a client."""

    def test_pre_push_reads_what_git_says(self):
        repository = self.repository()
        repository.write(APP, app())
        repository.commit("a sound app")
        hook = repository.path / ".git/hooks/pre-push"
        hook.parent.mkdir(exist_ok=True)
        hook.write_text('#!/bin/sh\nexec orgate hook --stage pre-push "$@"\n')
        hook.chmod(0o755)
        Repository(self.folder / "remote", init=False).git("init", "--quiet", "--bare", "--initial-branch=main")
        repository.git("remote", "add", "origin", str(self.folder / "remote"))
        repository.git("push", "--quiet", "origin", "main")
        repository.write(APP, app(client_credentials=True))
        repository.commit("weak")
        refused = repository.run("git", "push", "origin", "main", check=False)
        self.assertNotEqual(refused.returncode, 0)
        self.assertIn("ca-client-credentials-enabled", refused.stdout)

    def test_it_is_quick_when_nothing_is_to_judge(self):
        repository = self.repository()
        for number in range(2000):
            repository.write(f"src/{number % 50}/{number}.txt", f"{number}\n")
        repository.commit("many files")
        repository.write("src/1/1.txt", "changed\n")
        repository.git("add", "--all")
        done = subprocess.run([BINARY, "hook"], cwd=repository.path, env=environment(), capture_output=True, text=True)
        self.assertEqual((done.returncode, done.stdout), (0, ""))
        self.assertIn("nothing that orgate judges", done.stderr)
