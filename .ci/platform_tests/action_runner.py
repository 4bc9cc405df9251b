"""Runs a composite action as GitHub would, as far as ours needs it.

Understands inputs with defaults, `env:`, `if:` with ==, != and &&, outputs of steps, continue-on-error, and the files
GITHUB_OUTPUT and GITHUB_STEP_SUMMARY. Steps with `uses:` are recorded, not run. What it does not understand is an error.
"""

import dataclasses
import os
import pathlib
import re
import subprocess
import tempfile

import yaml

EXPRESSION = re.compile(r"\$\{\{\s*(.*?)\s*\}\}")


@dataclasses.dataclass
class Run:
    """What came of a run."""

    ok: bool = True
    code: int = 0
    log: str = ""
    summary: str = ""
    outputs: dict = dataclasses.field(default_factory=dict)
    used: list = dataclasses.field(default_factory=list)


def run(action, workspace, event, payload_file, sha, inputs=None, env=None, cached=None):
    """Runs the action in `action` on the checkout `workspace`."""
    action = pathlib.Path(action)
    text = yaml.safe_load((action / "action.yml").read_text())
    assert text["runs"]["using"] == "composite"
    inputs = dict(inputs or {})
    unknown = set(inputs) - set(text["inputs"])
    assert not unknown, f"unknown inputs {unknown}"
    temp = tempfile.mkdtemp(prefix="runner-")
    context = {"github.token": "no-token", "github.workspace": str(workspace)}
    for name, spec in text["inputs"].items():
        context[f"inputs.{name}"] = inputs.get(name, expand(str(spec.get("default", "")), context))
    result = Run()
    for number, step in enumerate(text["runs"]["steps"]):
        name = step.get("id", f"step{number}")
        if not result.ok or ("if" in step and not holds(step["if"], context)):
            context[f"steps.{name}.outcome"] = "skipped"
            continue
        if "uses" in step:
            given = {key: expand(str(value), context) for key, value in step.get("with", {}).items()}
            result.used.append((step["uses"], given))
            context[f"steps.{name}.outcome"] = "success"
            continue
        assert step["shell"] == "bash" and "${{" not in step["run"], "an expression in a script is code"
        output, summary = pathlib.Path(temp, f"output{number}"), pathlib.Path(temp, f"summary{number}")
        output.touch()
        summary.touch()
        variables = {key: value for key, value in os.environ.items() if not key.startswith(("GITHUB_", "GIT_", "CI"))}
        variables |= {
            "CI": "true",
            "GITHUB_ACTIONS": "true",
            "GITHUB_ACTION_PATH": str(action),
            "GITHUB_EVENT_NAME": event,
            "GITHUB_EVENT_PATH": str(payload_file),
            "GITHUB_SHA": sha,
            "GITHUB_WORKSPACE": str(workspace),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(summary),
            "RUNNER_TEMP": temp,
            "RUNNER_TOOL_CACHE": str(cached or temp),
        }
        variables |= {key: expand(str(value), context) for key, value in step.get("env", {}).items()}
        variables |= env or {}
        command = ["bash", "--noprofile", "--norc", "-e", "-o", "pipefail", "-c", step["run"]]
        done = subprocess.run(command, cwd=workspace, env=variables, capture_output=True, timeout=3600)
        result.log += (done.stdout + done.stderr).decode(errors="replace")
        result.summary += summary.read_text()
        for line in output.read_text().splitlines():
            key, separator, value = line.partition("=")
            assert separator and "<<" not in key, f"not an output: {line!r}"
            context[f"steps.{name}.outputs.{key}"] = value
        context[f"steps.{name}.outcome"] = "success" if done.returncode == 0 else "failure"
        if done.returncode != 0 and not step.get("continue-on-error"):
            result.ok, result.code = False, done.returncode
    for name, spec in text["outputs"].items():
        result.outputs[name] = expand(spec["value"], context)
    return result


def expand(text, context):
    """Replaces every `${{ name }}`."""
    return EXPRESSION.sub(lambda match: value(match[1], context), text)


def value(name, context):
    """A literal or a name. A name that is well-formed but unknown is empty, as on GitHub."""
    if re.fullmatch(r"'[^']*'", name):
        return name[1:-1]
    assert re.fullmatch(r"(inputs|github)\.[\w-]+|steps\.[\w-]+\.(outputs\.[\w-]+|outcome)", name), f"not understood: {name}"
    if name.startswith(("inputs.", "github.")):
        return context[name]
    return context.get(name, "")


def holds(condition, context):
    """`a == 'b' && c != ''`; as on GitHub, strings are compared without case."""
    for part in condition.split("&&"):
        left, operator, right = re.fullmatch(r"\s*(\S+)\s*(==|!=)\s*(\S+)\s*", part).groups()
        if (value(left, context).lower() == value(right, context).lower()) != (operator == "=="):
            return False
    return True
