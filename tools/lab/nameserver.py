"""A private unbound that knows only what it is told: the whole DNS of the lab, on loopback."""

import pathlib
import random
import re
import shutil
import socket
import subprocess
import time


def free_port():
    """A loopback port nobody uses, for TCP and UDP: below those that the system gives away, so that
    no other socket takes it before its server does."""
    while True:
        port = random.SystemRandom().randint(10000, 32000)
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as tcp, \
                socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
            try:
                tcp.bind(("127.0.0.1", port))
                udp.bind(("127.0.0.1", port))
                return port
            except OSError:
                pass


def quoted(text):
    """A TXT record's value: strings of at most 255 octets (RFC 1035 §3.3.14)."""
    return " ".join(f'"{text[i:i + 255]}"' for i in range(0, len(text), 255))


CONFIG = """\
server:
  interface: 127.0.0.1@{port}
  access-control: 127.0.0.0/8 allow
  do-ip6: no
  do-not-query-localhost: no
  username: ""
  chroot: ""
  directory: "{directory}"
  pidfile: "{directory}/unbound.pid"
  logfile: "{directory}/unbound.log"
  use-syslog: no
  log-queries: yes
  module-config: "iterator"
  num-threads: 1
  # Nothing is asked of the real DNS: a name that is not below does not exist.
  local-zone: "." static
  local-data: ". 60 IN SOA ns.lab.example. hostmaster.lab.example. 1 3600 600 86400 60"
{data}
remote-control:
  control-enable: no
{silent}
"""

SILENT = """\
forward-zone:
  name: "{zone}."
  forward-addr: 127.0.0.1@{port}
"""


class Nameserver:
    """records: [(name, type, value)]; silent: zones whose questions are never answered."""

    def __init__(self, directory, records, silent=()):
        self.directory = pathlib.Path(directory)
        self.directory.mkdir()
        self.port = free_port()
        self.process = None
        # A socket that is open and never answers: no ICMP error gives the silence away. unbound
        # inherits it, so that it lasts as long as unbound does.
        self.dead = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.dead.bind(("127.0.0.1", 0))
        data = []
        for name, kind, value in records:
            text = quoted(value) if kind == "TXT" else value
            data.append(f"  local-data: '{name}. 300 IN {kind} {text}'")
        for zone in silent:
            data.append(f'  local-zone: "{zone}." transparent')
        stubs = [SILENT.format(zone=zone, port=self.dead.getsockname()[1]) for zone in silent]
        self.config = self.directory / "unbound.conf"
        self.config.write_text(CONFIG.format(port=self.port, directory=self.directory,
                                             data="\n".join(data), silent="".join(stubs)))

    def start(self):
        # A copy, because Debian's AppArmor profile of /usr/sbin/unbound forbids it to read a
        # configuration outside /etc.
        program = self.directory / "unbound"
        shutil.copy2("/usr/sbin/unbound", program)
        with open(self.directory / "stderr", "wb") as errors:
            self.process = subprocess.Popen([program, "-d", "-c", self.config], stderr=errors,
                                            stdin=subprocess.DEVNULL, start_new_session=True,
                                            pass_fds=[self.dead.fileno()])
        self._wait()

    def asked(self):
        """The names of all questions so far, in their order."""
        log = (self.directory / "unbound.log").read_text(errors="replace")
        return re.findall(r" info: 127\.0\.0\.1 (\S+)\. \S+ IN$", log, re.MULTILINE)

    def _wait(self):
        # "lab.example. IN A": any answer, also "no such name", says it is up.
        query = b"\x12\x34\x01\x00\0\x01\0\0\0\0\0\0\x03lab\x07example\0\0\x01\0\x01"
        deadline = time.monotonic() + 10
        while time.monotonic() < deadline and self.process.poll() is None:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
                client.settimeout(0.2)
                client.connect(("127.0.0.1", self.port))
                try:
                    client.send(query)
                    client.recv(512)
                    return
                except OSError:
                    time.sleep(0.05)
        raise RuntimeError("unbound does not start:\n" +
                           (self.directory / "stderr").read_text(errors="replace"))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(5)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.dead.close()
