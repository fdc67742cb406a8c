"""What the benches of the whole server share: start it, fill it, load it, and print a figure with its ratio to a limit of the same
run. Rule: a figure without its limit says nothing; server on core 0, load on core 1 (unless a bench says why not), rounds in
alternation, medians."""
import http.client
import json
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import tempfile
import time

PASSWORD = "forum-demo-2026"


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def figure(name, value, unit, ratio):
    print(f"{name} {value:.4g} {unit} {ratio:.3f}", flush=True)


def median(values):
    return statistics.median(values)


def compare(name, unit, ours, limit):
    """The median of ours, and of the ratios to the limit that was measured beside each: a machine whose speed moves during the run moves both."""
    figure(name, median(ours), unit, median([own / best for own, best in zip(ours, limit, strict=True)]))


class Forum:
    """The built server with demo content in a data folder of its own."""

    def __init__(self, *options, data=None, cores="0"):
        self.data = data or tempfile.mkdtemp(prefix="forum-bench-")
        os.chmod(self.data, 0o755)  # its PostgreSQL runs as another user when we are root
        self.port = free_port()
        began = time.monotonic()
        self.process = subprocess.Popen(
            ["taskset", "-c", cores, os.environ.get("FORUM_BINARY", "build/release/forum"), "serve", "--demo", "--port", str(self.port),
             "--data", self.data, "--writes-per-minute", "0", "--sign-ins-per-5-minutes", "0", "--log-level", "warning", *options],
            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        for line in self.process.stdout:
            if line.startswith("listening on"):
                break
        else:
            raise SystemExit("the server does not start")
        self.seconds_to_ready = time.monotonic() - began

    def request(self, method, path, body=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request(method, path, body=json.dumps(body) if body is not None else None,
                           headers={"Content-Type": "application/json", **(headers or {})})
        answer = connection.getresponse()
        data = answer.read()
        connection.close()
        if answer.status >= 400:
            raise SystemExit(f"{method} {path}: {answer.status} {data[:300]!r}")
        return answer, data

    def sign_in(self, email):
        """The Cookie header of a session."""
        answer, _ = self.request("POST", "/api/v1/session", {"email": email, "password": PASSWORD})
        return re.match(r"[^;]+", answer.getheader("Set-Cookie")).group(0)

    def thread_with(self, replies, cookie, title):
        """The id of a new public thread with so many replies."""
        _, data = self.request("POST", "/api/v1/threads", {
            "kind": "question", "title": title, "body": "Wat werkt bij u?\n\n" + "Een zin om de bladzijde te vullen. " * 8,
            "theme": "wonen", "municipalities": ["GM1783"], "typologies": ["tuinbouwgemeenten"], "visibility": "public"}, {"Cookie": cookie})
        thread = json.loads(data)["id"]
        for number in range(replies):
            self.request("POST", f"/api/v1/threads/{thread}/posts",
                         {"body": f"Antwoord {number}.\n\n" + "Zo doen wij dat hier, met een vast gezicht en korte lijnen. " * 6}, {"Cookie": cookie})
        return thread

    def stop(self, keep=False):
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if not keep:
            shutil.rmtree(self.data, ignore_errors=True)


class Nginx:
    """nginx with one worker on core 0, serving files from memory: the limit for HTTP."""

    def __init__(self, files):
        self.folder = tempfile.mkdtemp(prefix="forum-nginx-")
        os.chmod(self.folder, 0o755)
        self.port = free_port()
        for name, content in files.items():
            with open(f"{self.folder}/{name}", "wb") as file:
                file.write(content)
        config = f"{self.folder}/nginx.conf"
        with open(config, "w", encoding="ascii") as file:
            file.write(f"""daemon off; worker_processes 1; pid {self.folder}/pid; error_log {self.folder}/error.log;
events {{ worker_connections 1024; }}
http {{ access_log off; sendfile on; tcp_nopush on; keepalive_requests 100000000; open_file_cache max=10;
client_body_temp_path {self.folder}; proxy_temp_path {self.folder}; fastcgi_temp_path {self.folder}; uwsgi_temp_path {self.folder};
scgi_temp_path {self.folder};
server {{ listen 127.0.0.1:{self.port}; root {self.folder}; default_type text/html; }} }}
""")
        self.process = subprocess.Popen(["taskset", "-c", "0", "nginx", "-c", config, "-p", self.folder], stderr=subprocess.DEVNULL)
        for _ in range(100):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
                return
            except OSError:
                time.sleep(0.05)
        raise SystemExit("nginx does not start")

    def stop(self):
        self.process.send_signal(signal.SIGQUIT)
        self.process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)


def wrk(url, seconds, connections, script=None, headers=(), cores="1"):
    """Requests per second; a run with refused requests is no figure."""
    command = ["taskset", "-c", cores, "wrk", "-t", "1", "-c", str(connections), "-d", f"{seconds}s"]
    for header in headers:
        command += ["-H", header]
    if script:
        command += ["-s", script]
    out = subprocess.run([*command, url], capture_output=True, text=True, check=True).stdout
    bad = re.search(r"Non-2xx or 3xx responses: (\d+)", out)
    if bad:
        raise SystemExit(f"{bad.group(1)} requests to {url} were refused")
    return float(re.search(r"Requests/sec:\s+([\d.]+)", out).group(1))
