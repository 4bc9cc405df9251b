"""The composite action on simulated events and real shallow checkouts."""

import base64
import contextlib
import hashlib
import http.server
import json
import os
import pathlib
import shutil
import subprocess
import tarfile
import threading
import unittest

import action_runner
from support import APP, BINARY, ROOT, SLOW, Case, app, environment

ZEROS = "0" * 40


class Action(Case):
    """origin has main, which moves on, and a topic; refs/pull/1/merge is the trial merge."""

    def world(self, weak=True):
        origin = self.repository("origin")
        origin.write(APP, app())
        origin.write("README.md", "1\n")
        self.root = origin.commit("root")
        origin.git("switch", "--quiet", "--create", "topic")
        origin.write(APP, app(client_credentials=weak, label="Sync 2"))
        self.tip = origin.commit("topic")
        origin.git("switch", "--quiet", "main")
        origin.write("README.md", "2\n")
        # A weakness that main got after the topic was cut: it is not the topic's doing.
        origin.write("force-app/main/default/connectedApps/Old.connectedApp-meta.xml", app(client_credentials=True, label="Old"))
        self.main = origin.commit("main moves on")
        origin.git("switch", "--quiet", "--detach")
        origin.git("merge", "--quiet", "--no-ff", "--message=trial", "topic")
        self.merge = origin.git("rev-parse", "HEAD")
        origin.git("update-ref", "refs/pull/1/merge", self.merge)
        origin.git("switch", "--quiet", "main")
        return origin

    def checkout(self, origin, ref="refs/pull/1/merge", depth=1, name="workspace"):
        """As actions/checkout leaves it."""
        clone = self.repository(name)
        clone.git("remote", "add", "origin", f"file://{origin.path}")
        clone.git("fetch", "--quiet", "--no-tags", f"--depth={depth}", "origin", f"+{ref}:refs/remotes/pull/1/merge")
        clone.git("checkout", "--quiet", "--detach", "refs/remotes/pull/1/merge")
        return clone

    def run_action(self, clone, event, payload, sha, action=ROOT, binary=True, env=None, cached=None, **inputs):
        payload_file = self.folder / "event.json"
        payload_file.write_text(json.dumps(payload))
        given = {key.replace("_", "-"): value for key, value in inputs.items()}
        if binary:
            given["binary"] = str(BINARY) if binary is True else binary
        return action_runner.run(action, clone.path, event, payload_file, sha, given, env, cached)

    def pull_request(self, clone, **more):
        payload = {"pull_request": {"base": {"sha": self.root, "ref": "main"}, "head": {"sha": self.tip}}}
        return self.run_action(clone, more.pop("event", "pull_request"), payload, self.merge, **more)

    def test_a_weaker_pull_request_fails_at_depth_1_with_a_stale_base(self):
        result = self.pull_request(self.checkout(self.world()))
        self.assertEqual((result.ok, result.code), (False, 1), result.log)
        outputs = result.outputs
        self.assertEqual((outputs["result"], outputs["exit-code"]), ("fail", "1"))
        self.assertEqual((outputs["base-sha"], outputs["head-sha"]), (self.main, self.merge))
        self.assertEqual((outputs["findings"], outputs["failing"]), ("1", "1"))
        self.assertIn(f"::error file={APP}", result.log)
        self.assertIn("ca-client-credentials-enabled", result.summary)
        report = json.loads(pathlib.Path(outputs["json-file"]).read_text())
        self.assertIn("first parent", report["compared"]["why"])
        self.assertEqual(json.loads(pathlib.Path(outputs["sarif-file"]).read_text())["version"], "2.1.0")
        self.assertEqual(result.used, [])

    def test_a_harmless_pull_request_passes(self):
        result = self.pull_request(self.checkout(self.world(weak=False)))
        self.assertEqual((result.ok, result.outputs["result"], result.outputs["findings"]), (True, "pass", "0"), result.log)
        self.assertNotIn("::error", result.log)

    def test_thresholds_annotations_and_summary_are_inputs(self):
        clone = self.checkout(self.world())
        result = self.pull_request(clone, fail_on="never", annotations="false", summary="false")
        self.assertEqual((result.ok, result.outputs["findings"], result.outputs["failing"]), (True, "1", "0"), result.log)
        self.assertEqual(result.summary, "")
        self.assertNotIn("::error", result.log)
        result = self.pull_request(clone, paths="README.md\n")
        self.assertEqual((result.ok, result.outputs["findings"]), (True, "0"), result.log)

    def test_the_upload_comes_before_the_failing_step(self):
        result = self.pull_request(self.checkout(self.world()), upload_sarif="true", category="orgate/one")
        self.assertEqual(result.code, 1)
        [(uses, given)] = result.used
        self.assertRegex(uses, r"^github/codeql-action/upload-sarif@[0-9a-f]{40}$")
        self.assertEqual((given["sarif_file"], given["category"]), (result.outputs["sarif-file"], "orgate/one"))

    def test_a_checkout_of_the_pull_requests_own_head(self):
        result = self.pull_request(self.checkout(self.world(), "refs/heads/topic"))
        self.assertEqual(result.code, 1, result.log)
        self.assertEqual((result.outputs["base-sha"], result.outputs["head-sha"]), (self.root, self.tip))

    @unittest.skipUnless(hasattr(os, "geteuid") and os.geteuid() == 0, "only root can give files away")
    def test_a_container_where_the_checkout_belongs_to_somebody_else(self):
        clone = self.checkout(self.world())
        subprocess.run(["chown", "-R", "12345:12345", str(clone.path)], check=True)
        self.assertNotEqual(clone.run("git", "status", check=False).returncode, 0, "git trusts it, so this shows nothing")
        result = self.pull_request(clone)
        self.assertEqual((result.code, result.outputs["base-sha"]), (1, self.main), result.log)

    def test_a_merge_group(self):
        clone = self.checkout(self.world())
        payload = {"merge_group": {"base_sha": self.main, "head_sha": self.merge}}
        result = self.run_action(clone, "merge_group", payload, self.merge)
        self.assertEqual((result.code, result.outputs["base-sha"]), (1, self.main), result.log)

    def test_pushes(self):
        origin = self.world()
        clone = self.checkout(origin, "refs/heads/topic")
        repository = {"default_branch": "main"}
        for before in [self.root, ZEROS, "1" * 40]:
            with self.subTest(before=before):
                result = self.run_action(clone, "push", {"before": before, "repository": repository}, self.tip)
                self.assertEqual((result.code, result.outputs["base-sha"]), (1, self.root), result.log)

    def test_a_push_to_the_default_branch_uploads_an_empty_list(self):
        origin = self.world()
        clone = self.checkout(origin, "refs/heads/main")
        payload = {"before": self.root, "ref": "refs/heads/main", "repository": {"default_branch": "main"}}
        result = self.run_action(clone, "push", payload, self.main, upload_sarif="true")
        # It is judged all the same.
        self.assertEqual((result.code, result.outputs["result"]), (1, "fail"), result.log)
        sarif = json.loads(pathlib.Path(result.outputs["sarif-file"]).read_text())
        self.assertEqual(sarif["runs"][0]["results"], [])

    def test_what_cannot_be_judged_is_no_pass(self):
        origin = self.world()
        clone = self.checkout(origin)
        for event in ["pull_request_target", "workflow_run", "issue_comment"]:
            with self.subTest(event=event):
                result = self.pull_request(clone, event=event)
                self.assertEqual((result.ok, result.code, result.outputs["result"]), (False, 2, "error"), result.log)
                self.assertIn("could not judge", result.summary)
        # The base cannot be fetched: persist-credentials: false on a private repository.
        clone.git("remote", "set-url", "origin", "file:///nonexistent")
        result = self.pull_request(clone)
        self.assertEqual((result.code, result.outputs["exit-code"]), (2, "2"))
        self.assertIn(f"git fetch --no-tags --depth=1 origin {self.main}", result.log)

    def test_a_boolean_is_true_or_false_in_any_case_and_nothing_else(self):
        origin = self.world(weak=False)
        origin.git("switch", "--quiet", "topic")
        # Nobody can tell any more what the value is, which fails under strict only.
        origin.write(APP, app().replace(">true</isPkceRequired>", ">{{PKCE}}</isPkceRequired>"))
        tip = origin.commit("a placeholder")
        clone = self.checkout(origin, "refs/heads/topic")
        payload = {"before": self.root, "repository": {"default_branch": "main"}}

        def push(**inputs):
            return self.run_action(clone, "push", payload, tip, **inputs)

        self.assertEqual(push().code, 0)
        for text, code in [("true", 1), ("True", 1), ("TRUE", 1), ("false", 0), ("False", 0), ("", 0)]:
            with self.subTest(strict=text):
                result = push(strict=text)
                self.assertEqual((result.code, result.outputs["undecided"]), (code, "1"), result.log)
        self.assertEqual([uses.partition("@")[0] for uses, _ in push(upload_sarif="True").used], ["github/codeql-action/upload-sarif"])
        names = ["strict", "annotations", "summary", "upload_sarif", "allow_untrusted_event", "verify_attestation"]
        for name in names:
            for text in ["yes", "1", "on", "tru", "true; x", "a\nresult=pass"]:
                with self.subTest(name=name, text=text):
                    result = push(**{name: text})
                    self.assertEqual((result.code, result.outputs["result"], result.outputs["exit-code"]), (2, "error", "2"), result.log)
                    self.assertIn(f"the input {name.replace('_', '-')} must be true or false", result.log)
                    self.assertEqual(result.used, [])
        self.assertEqual(push(summary="False").summary, "")

    def test_inputs_are_data(self):
        clone = self.checkout(self.world())
        for name in ["base", "head", "path", "paths", "config", "fail_on", "binary"]:
            for text in ["$(touch pwned)", "`touch pwned`", "'; touch pwned; '", "--output=text=pwned", "a\nresult=pass\nexit-code=0"]:
                with self.subTest(name=name, text=text):
                    result = self.pull_request(clone, **{name: text})
                    self.assertEqual((result.ok, result.outputs["exit-code"]), (False, "2"), result.log)
                    self.assertEqual([found for found in self.folder.rglob("pwned")], [])

    def test_text_from_metadata_is_no_command(self):
        origin = self.world()
        origin.git("switch", "--quiet", "topic")
        origin.write(APP.replace("Sync", "a%0A::error::b"), app(client_credentials=True, label="x\n::set-output name=result::pass\n::error::y"))
        tip = origin.commit("hostile")
        clone = self.checkout(origin, "refs/heads/topic")
        payload = {"before": self.tip, "repository": {"default_branch": "main"}}
        result = self.run_action(clone, "push", payload, tip)
        self.assertEqual((result.code, result.outputs["result"]), (1, "fail"), result.log)
        stopped = None
        for line in result.log.splitlines():
            if line.startswith("::stop-commands::"):
                stopped = line.removeprefix("::stop-commands::")
            elif stopped and line == f"::{stopped}::":
                stopped = None
            elif not stopped and line.startswith("::"):
                self.assertRegex(line, r"^::(error|warning|notice) (file|title)=")
        self.assertIsNone(stopped)

    def release(self, tamper=False):
        """A copy of the action with a checksum table, and a curl that serves the asset."""
        action = self.folder / "action"
        shutil.copytree(ROOT / ".github/action", action / ".github/action")
        shutil.copy(ROOT / "action.yml", action)
        asset = self.folder / "asset.tar.gz"
        with tarfile.open(asset, "w:gz") as archive:
            archive.add(BINARY, "orgate-v9.9.9-x86_64-unknown-linux-musl/orgate")
        digest = hashlib.sha256(asset.read_bytes()).hexdigest()
        with open(action / ".github/action/checksums.txt", "a") as table:
            table.write(f"{digest}  orgate-v9.9.9-x86_64-unknown-linux-musl.tar.gz\n")
            table.write(f"{digest}  orgate-v9.9.9-aarch64-unknown-linux-musl.tar.gz\n")
        if tamper:
            asset.write_bytes(asset.read_bytes() + b"x")
        tools = self.folder / "tools"
        tools.mkdir()
        log = self.folder / "curl.log"
        curl = f'#!/bin/sh\necho "$@" >>{log}\nwhile [ "$1" != --output ]; do shift; done\ncp {asset} "$2"\n'
        self.tool(tools / "curl", curl)
        return action, tools, log

    def tool(self, path, text):
        path.write_text(text)
        path.chmod(0o755)

    def with_path(self, tools):
        return {"PATH": f"{tools}{os.pathsep}{os.environ['PATH']}"}

    def test_a_release_is_downloaded_checked_and_kept(self):
        clone = self.checkout(self.world())
        action, tools, log = self.release()
        cached = self.folder / "cache"
        cached.mkdir()
        for _ in range(2):
            result = self.pull_request(clone, action=action, binary=False, env=self.with_path(tools), cached=cached)
            self.assertEqual(result.code, 1, result.log)
        calls = log.read_text().splitlines()
        self.assertEqual(len(calls), 1, "downloaded once")
        self.assertIn("https://github.com/orgate/orgate/releases/download/v9.9.9/orgate-v9.9.9-", calls[0])

    def test_a_tampered_release_is_not_run(self):
        clone = self.checkout(self.world())
        action, tools, _ = self.release(tamper=True)
        result = self.pull_request(clone, action=action, binary=False, env=self.with_path(tools))
        self.assertEqual((result.code, result.outputs["exit-code"]), (2, "2"), result.log)
        self.assertIn("checksum", result.log)

    def test_without_a_release_it_is_built_from_the_actions_own_checkout(self):
        clone = self.checkout(self.world())
        # What the change brings must have no say in the build.
        clone.write(".cargo/config.toml", '[build]\nrustc-wrapper = "/nonexistent"\n')
        tools = self.folder / "tools"
        tools.mkdir()
        log = self.folder / "cargo.log"
        cargo = f"""#!/bin/sh
echo "$PWD $@" >>{log}
while [ "$1" != --root ]; do shift; done
mkdir -p "$2/bin" && cp {BINARY} "$2/bin/orgate"
"""
        self.tool(tools / "cargo", cargo)
        cached = self.folder / "cache"
        cached.mkdir()
        for _ in range(2):
            result = self.pull_request(clone, binary=False, env=self.with_path(tools), cached=cached)
            self.assertEqual(result.code, 1, result.log)
        [call] = log.read_text().splitlines()
        self.assertTrue(call.startswith(f"{ROOT} install --path . --locked"), call)



    @unittest.skipUnless(SLOW, "builds orgate; ORGATE_SLOW=1")
    def test_the_build_for_real(self):
        clone = self.checkout(self.world())
        result = self.pull_request(clone, binary=False)
        self.assertEqual((result.code, result.outputs["result"]), (1, "fail"), result.log)

    def test_a_private_repository_after_persist_credentials_false(self):
        origin = self.world()
        origin.git("config", "uploadpack.allowAnySHA1InWant", "true")
        clone = self.checkout(origin)
        with server(self.folder, "x-access-token:t0k3n-f0r-tests") as address:
            clone.git("remote", "set-url", "origin", f"{address}/origin/.git")
            result = self.pull_request(clone, token="t0k3n-f0r-tests", env={"GITHUB_SERVER_URL": address})
            self.assertEqual((result.code, result.outputs["base-sha"]), (1, self.main), result.log)
            self.assertNotIn("t0k3n-f0r-tests", result.log)
            refused = self.checkout(origin, name="refused")
            refused.git("remote", "set-url", "origin", f"{address}/origin/.git")
            result = self.pull_request(refused, token="wrong", env={"GITHUB_SERVER_URL": address})
            self.assertEqual(result.code, 2, result.log)


@contextlib.contextmanager
def server(folder, credentials):
    """Git over HTTP for the repositories in `folder`, for those who give these credentials."""
    wanted = "basic " + base64.b64encode(credentials.encode()).decode()

    class Handler(http.server.BaseHTTPRequestHandler):
        """Hands requests to git's own CGI program."""

        def answer(self):
            given = self.headers.get_all("Authorization") or []
            if given != [wanted]:
                self.send_response(401 if not given else 400)
                self.send_header("WWW-Authenticate", "Basic")
                self.end_headers()
                return
            path, _, query = self.path.partition("?")
            variables = {
                "GIT_PROJECT_ROOT": str(folder),
                "GIT_HTTP_EXPORT_ALL": "1",
                "GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
                "PATH_INFO": path,
                "QUERY_STRING": query,
                "REQUEST_METHOD": self.command,
                "CONTENT_TYPE": self.headers.get("Content-Type", ""),
                "CONTENT_LENGTH": self.headers.get("Content-Length", ""),
                "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            }
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            done = subprocess.run(["git", "http-backend"], env=environment(**variables), input=body, capture_output=True)
            head, _, content = done.stdout.partition(b"\r\n\r\n")
            fields = [line.split(": ", 1) for line in head.decode().split("\r\n")]
            status = next((value for name, value in fields if name == "Status"), "200")
            self.send_response(int(status.split()[0]))
            for name, value in fields:
                if name != "Status":
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = answer  # noqa: N815

        def log_message(self, *arguments):
            """Says nothing."""

    listening = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=listening.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.server_address[1]}"
    finally:
        listening.shutdown()
        listening.server_close()
