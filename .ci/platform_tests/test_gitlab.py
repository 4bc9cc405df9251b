"""The GitLab component and the plain job, run by gitlab-ci-local without containers."""

import json
import shutil
import subprocess

import yaml
from support import APP, ROOT, Case, Repository, app

ZEROS = "0" * 40


class GitLab(Case):
    """A project that includes the job, with a merge request that opens the app."""

    def project(self, include):
        repository = self.repository("team/org")
        # A component is found by its project, so the project of the test is the component's own.
        for name in ["templates/orgate.yml", "ci/gitlab/orgate.gitlab-ci.yml"]:
            (repository.path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, repository.path / name)
        repository.write(".gitlab-ci.yml", include)
        repository.write(".gitignore", ".gitlab-ci-local/\norgate-reports/\n")
        repository.write(APP, app())
        self.base = repository.commit("a sound app")
        repository.git("switch", "--quiet", "--create", "topic")
        repository.write(APP, app(client_credentials=True))
        self.head = repository.commit("open the app")
        repository.git("remote", "add", "origin", "git@gitlab.example.com:team/org.git")
        return repository

    def pipeline(self, repository, job="orgate", **variables):
        command = ["gitlab-ci-local", "--force-shell-executor", "--no-timestamps", "--shell-isolation=false"]
        for name, value in variables.items():
            command += ["--variable", f"{name}={value}"]
        done = repository.run(*command, job, check=False)
        return done.returncode, done.stdout + done.stderr

    def merge_request(self, repository, head=None, **more):
        variables = {
            "CI_PIPELINE_SOURCE": "merge_request_event",
            "CI_MERGE_REQUEST_EVENT_TYPE": "detached",
            "CI_MERGE_REQUEST_IID": "1",
            "CI_MERGE_REQUEST_DIFF_BASE_SHA": self.base,
            "CI_COMMIT_SHA": head or self.head,
        }
        return self.pipeline(repository, **variables, **more)

    def report(self, repository, name):
        return (repository.path / "orgate-reports" / name).read_text()

    def component(self, inputs=""):
        return f"include:\n  - component: $CI_SERVER_FQDN/$CI_PROJECT_PATH/orgate@$CI_COMMIT_SHA\n{inputs}"

    def judge(self, repository):
        """The merge request fails with a report, a harmless one passes, the default branch has an empty report."""
        code, log = self.merge_request(repository)
        self.assertNotEqual(code, 0, log)
        self.assertIn("ca-client-credentials-enabled", log)
        [finding] = json.loads(self.report(repository, "code-quality.json"))
        self.assertEqual((finding["check_name"], finding["location"]["path"]), ("ca-client-credentials-enabled", APP))
        self.assertEqual(json.loads(self.report(repository, "orgate.json"))["compared"]["base"]["id"], self.base)
        repository.git("switch", "--quiet", "--create", "harmless", self.base)
        repository.write("README.md", "hello\n")
        code, log = self.merge_request(repository, head=repository.commit("harmless"))
        self.assertEqual(code, 0, log)
        self.assertEqual(json.loads(self.report(repository, "code-quality.json")), [])
        repository.git("switch", "--quiet", "main")
        repository.git("merge", "--quiet", "--ff-only", "topic")
        variables = {
            "CI_PIPELINE_SOURCE": "push",
            "CI_COMMIT_SHA": self.head,
            "CI_COMMIT_BRANCH": "main",
            "CI_DEFAULT_BRANCH": "main",
            "CI_COMMIT_BEFORE_SHA": self.base,
        }
        code, log = self.pipeline(repository, **variables)
        self.assertNotEqual(code, 0, "a push to the default branch is judged as well\n" + log)
        self.assertEqual(json.loads(self.report(repository, "code-quality.json")), [])

    def test_the_component(self):
        self.judge(self.project(self.component()))

    def test_the_plain_job(self):
        self.judge(self.project("include:\n  - local: ci/gitlab/orgate.gitlab-ci.yml\n"))

    def test_inputs(self):
        inputs = "    inputs:\n      sast: true\n      junit: true\n      fail-on: never\n      paths: 'force-app'\n"
        repository = self.project(self.component(inputs))
        code, log = self.merge_request(repository)
        self.assertEqual(code, 0, log)
        self.assertEqual(json.loads(self.report(repository, "sast.json"))["version"], "15.2.1")
        self.assertIn("<testsuite", self.report(repository, "junit.xml"))

    def test_a_commit_that_is_missing_is_fetched_or_named(self):
        full = self.project(self.component())
        full.git("branch", "--force", "main", self.base)
        shallow = Repository(self.folder / "shallow", init=False)
        shallow.git("clone", "--quiet", "--depth=1", "--branch=topic", f"file://{full.path}", ".")
        code, log = self.merge_request(shallow)
        self.assertNotEqual(code, 0, log)
        self.assertIn("ca-client-credentials-enabled", log)
        lost = Repository(self.folder / "lost", init=False)
        lost.git("clone", "--quiet", "--depth=1", "--branch=topic", f"file://{full.path}", ".")
        lost.git("remote", "set-url", "origin", "git@gitlab.invalid:team/org.git")
        code, log = self.merge_request(lost)
        self.assertNotEqual(code, 0, log)
        self.assertIn(f"git fetch --no-tags --depth=1 origin {self.base}", log)

    def test_both_jobs_run_the_same_script(self):
        component = list(yaml.safe_load_all((ROOT / "templates/orgate.yml").read_text()))[1]
        plain = yaml.safe_load((ROOT / "ci/gitlab/orgate.gitlab-ci.yml").read_text())
        [component] = component.values()
        for key in ["script", "rules", "artifacts", "allow_failure"]:
            self.assertEqual(component[key], plain["orgate"][key])
        self.assertEqual(set(component["variables"]), set(plain["orgate"]["variables"]))

    def test_the_script_is_plain_sh(self):
        [script] = yaml.safe_load((ROOT / "ci/gitlab/orgate.gitlab-ci.yml").read_text())["orgate"]["script"]
        file = self.folder / "script.sh"
        file.write_text(script)
        done = subprocess.run(["shellcheck", "--shell=sh", "--exclude=SC2086,SC2154", file], capture_output=True, text=True)
        self.assertEqual(done.returncode, 0, done.stdout)
        repository = self.project("")
        job = yaml.safe_load((ROOT / "ci/gitlab/orgate.gitlab-ci.yml").read_text())["orgate"]
        variables = {**job["variables"], "ORGATE_PATHS": "force-app\nREADME.md", "CI_PROJECT_DIR": str(repository.path)}
        variables |= {"GITLAB_CI": "true", "CI_COMMIT_SHA": self.head, "CI_COMMIT_BEFORE_SHA": self.base}
        repository.write("README.md", "hello\n")
        variables["CI_COMMIT_SHA"] = repository.commit("a file to name")
        done = repository.run("sh", "-e", str(file), check=False, **variables)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertEqual(len(json.loads(self.report(repository, "code-quality.json"))), 1)
        for name in ["ORGATE_STRICT", "ORGATE_CODE_QUALITY", "ORGATE_SAST", "ORGATE_JUNIT"]:
            for text in ["yes", "1", "on", "$(touch pwned)"]:
                done = repository.run("sh", "-e", str(file), check=False, **variables | {name: text})
                self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
                self.assertIn(f"the variable {name} must be true or false, not '{text}'", done.stderr)
            self.assertFalse((repository.path / "pwned").exists())
        repository.write(APP, app().replace(">true</isPkceRequired>", ">{{PKCE}}</isPkceRequired>"))
        unclear = variables | {"CI_COMMIT_SHA": repository.commit("a placeholder")}
        for text, code in [("TRUE", 1), ("True", 1), ("False", 0), ("", 0)]:
            done = repository.run("sh", "-e", str(file), check=False, **unclear | {"ORGATE_STRICT": text})
            self.assertEqual(done.returncode, code, done.stdout + done.stderr)
        variables["ORGATE_PATHS"] = "$(touch pwned)"
        done = repository.run("sh", "-e", str(file), check=False, **variables)
        self.assertEqual(done.returncode, 2, done.stdout + done.stderr)
        self.assertFalse((repository.path / "pwned").exists())
