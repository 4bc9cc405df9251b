"""What all tests here share: the binary, temporary repositories, the demo's two states."""

import os
import pathlib
import shutil
import subprocess
import tempfile
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
BINARY = pathlib.Path(os.environ["ORGATE_BIN"]).resolve()
TOOLS = pathlib.Path(os.environ["ORGATE_TOOLS"]).resolve()
SLOW = os.environ.get("ORGATE_SLOW") == "1"
APP = "force-app/main/default/connectedApps/Sync.connectedApp-meta.xml"


def app(client_credentials=False, pkce=True, label="Sync"):
    """A Connected App; sound as it stands."""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<ConnectedApp xmlns="http://soap.sforce.com/2006/04/metadata">
    <contactEmail>integration@example.com</contactEmail>
    <label>{label}</label>
    <oauthConfig>
        <callbackUrl>https://erp.example.com/oauth/callback</callbackUrl>
        <isAdminApproved>true</isAdminApproved>
        <isClientCredentialEnabled>{str(client_credentials).lower()}</isClientCredentialEnabled>
        <isConsumerSecretOptional>false</isConsumerSecretOptional>
        <isPkceRequired>{str(pkce).lower()}</isPkceRequired>
        <isSecretRequiredForRefreshToken>true</isSecretRequiredForRefreshToken>
        <scopes>Api</scopes>
    </oauthConfig>
</ConnectedApp>
"""


def environment(**more):
    """The environment without what git, a CI platform or a hook runner left in it, and with orgate on the PATH."""
    prefixes = ("GIT_", "GITHUB_", "CI_", "GITLAB_", "PRE_COMMIT", "PREK", "ORGATE_", "RUNNER_", "LEFTHOOK", "HUSKY")
    clean = {key: value for key, value in os.environ.items() if not key.startswith(prefixes) and key != "CI"}
    path = [str(BINARY.parent), str(TOOLS / "venv/bin"), str(TOOLS / "npm/node_modules/.bin"), clean["PATH"]]
    clean |= {"PATH": os.pathsep.join(path), "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_NOSYSTEM": "1"}
    return clean | more


class Repository:
    """A folder with git in it."""

    def __init__(self, path, init=True):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        if init:
            self.git("init", "--quiet", "--initial-branch=main")
            self.identify()

    def identify(self):
        """Gives commits an author."""
        self.git("config", "user.name", "Tester")
        self.git("config", "user.email", "tester@example.com")

    def run(self, *command, check=True, **env):
        """Runs any command here."""
        done = subprocess.run(command, cwd=self.path, env=environment(**env), capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}\n{done.stderr}")
        return done

    def git(self, *arguments, **env):
        """Runs git, which must succeed."""
        return self.run("git", *arguments, **env).stdout.strip()

    def write(self, name, text):
        """Writes a file."""
        file = self.path / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)

    def commit(self, message):
        """Commits everything, without hooks."""
        self.git("add", "--all")
        self.git("commit", "--quiet", "--no-verify", "--allow-empty", "--message", message)
        return self.git("rev-parse", "HEAD")


class Case(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="orgate-test-")).resolve()
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)

    def repository(self, name="work"):
        """A new repository in it."""
        return Repository(self.folder / name)
