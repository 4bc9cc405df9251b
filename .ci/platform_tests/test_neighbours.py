"""The nine changes of docs/explanation/neighbours.md, and what the gate says of PKCE in each."""

import json
import re

from support import BINARY, Case, app

FOLDER = "force-app/main/default/connectedApps"


def path(name, folder=FOLDER):
    return f"{folder}/{name}.connectedApp-meta.xml"


class Neighbours(Case):
    """Legacy has no PKCE from the start; Mobile and Partner demand it."""

    def found(self, change):
        repository = self.repository(change.__name__)
        for name, pkce in [("Legacy", False), ("Mobile", True), ("Partner", True)]:
            repository.write(path(name), app(pkce=pkce, label=name))
        repository.commit("base")
        change(repository)
        repository.git("add", "--all")
        done = repository.run(str(BINARY), "check", "--base", "HEAD", "--staged", "--output", "json", check=False)
        self.assertIn(done.returncode, (0, 1), done.stderr)
        findings = json.loads(done.stdout)["findings"]
        return sorted(finding["subject"]["name"] for finding in findings if finding["control"] == "ca-pkce-not-required")

    def test_four_of_four_and_no_false_alarm(self):
        legacy = app(pkce=False, label="Legacy")
        element = re.compile(r"\n *<isPkceRequired>.*?</isPkceRequired>")

        def off_and_removed_beside_an_edit_of_old_debt(repository):
            repository.write(path("Mobile"), app(pkce=False, label="Mobile"))
            repository.write(path("Partner"), element.sub("", app(label="Partner")))
            repository.write(path("Legacy"), legacy.replace("integration@", "other@"))

        def edit_inside_the_block(repository):
            repository.write(path("Legacy"), legacy.replace("erp.example.com", "crm.example.com"))

        def move_and_edit(repository):
            (repository.path / path("Legacy")).unlink()
            repository.write(path("Legacy", "sales-app/connectedApps"), legacy.replace("integration@", "other@"))

        def indentation(repository):
            repository.write(path("Legacy"), legacy.replace("    ", "\t"))

        def new_app_without(repository):
            repository.write(path("New"), app(pkce=False, label="New"))

        def app_deleted(repository):
            (repository.path / path("Legacy")).unlink()

        def commented_out(repository):
            weak = "<!-- <isPkceRequired>true</isPkceRequired> -->\n        <isPkceRequired>false</isPkceRequired>"
            repository.write(path("Mobile"), app(label="Mobile").replace("<isPkceRequired>true</isPkceRequired>", weak))

        def oauth_removed(repository):
            repository.write(path("Mobile"), re.sub(r"(?s) *<oauthConfig>.*</oauthConfig>\n", "", app(label="Mobile")))

        def order(repository):
            [line] = element.findall(legacy)
            repository.write(path("Legacy"), element.sub("", legacy).replace("\n        <callbackUrl>", f"{line}\n        <callbackUrl>"))

        self.assertEqual(self.found(off_and_removed_beside_an_edit_of_old_debt), ["Mobile", "Partner"])
        self.assertEqual(self.found(new_app_without), ["New"])
        self.assertEqual(self.found(commented_out), ["Mobile"])
        for change in [edit_inside_the_block, move_and_edit, indentation, app_deleted, oauth_removed, order]:
            self.assertEqual(self.found(change), [], change.__name__)
