"""As much of an npm registry as `npx orgate` needs, from packed archives, on this machine alone."""

import base64
import contextlib
import hashlib
import http.server
import json
import pathlib
import tarfile
import threading
import urllib.parse


@contextlib.contextmanager
def serve(archives):
    """The address of a registry that has these archives and nothing else."""
    packages, files = {}, {}
    for archive in map(pathlib.Path, archives):
        with tarfile.open(archive) as opened:
            manifest = json.load(opened.extractfile("package/package.json"))
        files[f"/{archive.name}"] = archive.read_bytes()
        packages[manifest["name"]] = (manifest, archive.name)

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            path = urllib.parse.unquote(self.path)
            if path in files:
                return self.answer(files[path], "application/octet-stream")
            if path[1:] not in packages:
                return self.send_error(404)
            manifest, name = packages[path[1:]]
            content = files[f"/{name}"]
            digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
            dist = {"tarball": f"http://{self.headers['Host']}/{name}", "integrity": f"sha512-{digest}"}
            version = manifest["version"]
            packument = {"name": manifest["name"], "dist-tags": {"latest": version}, "versions": {version: manifest | {"dist": dist}}}
            return self.answer(json.dumps(packument).encode(), "application/json")

        def answer(self, content, kind):
            self.send_response(200)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()
