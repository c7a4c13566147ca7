"""The daemon under test: configuration, start, reload, stop, and what it wrote."""

import json
import os
import pathlib
import pwd
import shutil
import signal
import socket
import subprocess
import time

from nameserver import free_port

CONFIG = """\
[milter]
socket = "{socket}"
authserv_id = "{authserv_id}"

[dns]
servers = ["127.0.0.1:{dns_port}"]
timeout_ms = {dns_timeout_ms}
attempts = 2

[trust]
# Not loopback: the sender speaks from there and plays all clients.
networks = ["{trusted}"]
{trust}

[policy]
preset = "{preset}"
{policy}

[spool]
directory = "{directory}/spool"

[metrics]
listen = ""
"""

# kind: (the spelling in postern.toml, the spelling in main.cf).
SOCKETS = {
    "unix": ("unix:{directory}/postern.sock", "unix:{directory}/postern.sock"),
    "inet-sendmail": ("inet:{port}@127.0.0.1", "inet:127.0.0.1:{port}"),
    "inet-postfix": ("inet:127.0.0.1:{port}", "inet:127.0.0.1:{port}"),
}


class Postern:
    """program=None: no daemon, to try the rest of the lab alone. trust and policy are lines of
    these sections; tables of their own may follow those of policy."""

    def __init__(self, directory, program, dns_port, authserv_id, preset, socket_kind="unix",
                 trusted="192.0.2.200/32", dns_timeout_ms=1000, policy="", trust=""):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.owner = pwd.getpwnam("postfix")
        os.chown(self.directory, self.owner.pw_uid, self.owner.pw_gid)
        self.program = None
        if program is not None:
            # A copy, because the daemon runs without rights, and a checkout below /root is
            # closed to it.
            self.program = self.directory / "postern-milter"
            shutil.copy2(program, self.program)
        places = dict(directory=self.directory, port=free_port())
        ours, self.milter = (spelling.format(**places) for spelling in SOCKETS[socket_kind])
        self.settings = dict(socket=ours, authserv_id=authserv_id, dns_port=dns_port,
                             dns_timeout_ms=dns_timeout_ms, trusted=trusted, preset=preset,
                             policy=policy, trust=trust, directory=self.directory)
        self.config = self.directory / "postern.toml"
        self.configure()
        self.log = self.directory / "postern.log"
        self.process = None

    def configure(self, **changes):
        """Writes the configuration; the daemon sees it at its next start or reload."""
        self.settings.update(changes)
        self.config.write_text(CONFIG.format(**self.settings))

    def start(self, environment=None):
        """Starts it and waits for READY=1 (sd_notify(3), as systemd does)."""
        if self.program is None:
            return
        address = self.directory / "notify"
        address.unlink(missing_ok=True)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ready:
            ready.bind(str(address))
            os.chmod(address, 0o777)
            ready.settimeout(0.1)
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [self.program, "-c", self.config], stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, user=self.owner.pw_uid, group=self.owner.pw_gid, extra_groups=[],
                    start_new_session=True, cwd=self.directory,
                    env=dict(os.environ, NOTIFY_SOCKET=str(address), **(environment or {})))
            deadline = time.monotonic() + 30
            while time.monotonic() < deadline and self.process.poll() is None:
                try:
                    if b"READY=1" in ready.recv(4096):
                        return
                except TimeoutError:
                    pass
        raise RuntimeError(f"postern-milter does not start (status {self.process.poll()}):\n" +
                           "\n".join(self.log_lines()[-20:]))

    def kill(self):
        """As the out-of-memory killer does."""
        self.process.kill()
        self.process.wait()

    def reload(self):
        self.process.send_signal(signal.SIGUSR1)

    def stop(self):
        """Its exit status; None when it was not running."""
        if self.process is None or self.process.poll() is not None:
            return None
        self.process.terminate()
        try:
            return self.process.wait(20)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def log_lines(self):
        return self.log.read_text(errors="replace").splitlines() if self.log.exists() else []

    def log_line(self, queue_id):
        """The human line of one message."""
        return next((line for line in self.log_lines() if f"{queue_id}:" in line), None)

    def events(self):
        """All events, oldest first (docs/formats/spool.md). A complete line that is no JSON is an
        error here: only a full disk may tear one."""
        found = []
        for segment in sorted((self.directory / "spool").glob("events-*.jsonl")):
            complete = segment.read_bytes().rpartition(b"\n")[0]
            found += [json.loads(line) for line in complete.splitlines() if line]
        return found

    def event(self, message_id, queue_id=None):
        """The last event of the message, by either: the Message-ID is a fact of the verification,
        which trusted mail has none of."""
        for event in reversed(self.events()):
            if event.get("message", {}).get("message_id", "").strip("<>") == message_id:
                return event
            if queue_id is not None and event.get("queue_id") == queue_id:
                return event
        return None
