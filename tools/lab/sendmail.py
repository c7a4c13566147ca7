"""A private Sendmail in a root of its own (tools/sendmail-root): configuration, queue, log and
deliveries below it, on loopback. Postern stays outside; they meet at an inet socket."""

import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

from nameserver import free_port

MAKE = pathlib.Path(__file__).resolve().parents[1] / "sendmail-root"

MC = """\
divert(0)dnl
include(`/usr/share/sendmail/cf/m4/cf.m4')dnl
VERSIONID(`postern lab')dnl
OSTYPE(`debian')dnl
define(`confDOMAIN_NAME', `{hostname}')dnl
define(`QUEUE_DIR', `{home}/queue')dnl
define(`STATUS_FILE', `{home}/statistics')dnl
undefine(`confHOST_STATUS_DIRECTORY')dnl
undefine(`ALIAS_FILE')dnl
define(`ALIAS_FILE', `{home}/aliases')dnl
define(`confPID_FILE', `{home}/sendmail.pid')dnl
define(`confCW_FILE', `-o {home}/none')dnl
define(`confCT_FILE', `-o {home}/none')dnl
define(`confCR_FILE', `-o {home}/none')dnl
define(`confSERVICE_SWITCH_FILE', `{home}/service.switch')dnl
define(`confTO_IDENT', `0')dnl
define(`confDELIVERY_MODE', `interactive')dnl
define(`confMAX_DAEMON_CHILDREN', `0')dnl
define(`confREFUSE_LA', `1000')dnl
define(`confQUEUE_LA', `1000')dnl
define(`confLOG_LEVEL', `14')dnl
define(`confAUTH_OPTIONS', `A')dnl
define(`confAUTH_MECHANISMS', `PLAIN')dnl
TRUST_AUTH_MECH(`PLAIN')dnl
LOCAL_DOMAIN(`{domain}')dnl
FEATURE(`no_default_msa')dnl
FEATURE(`nocanonify')dnl
FEATURE(`accept_unresolvable_domains')dnl
dnl Listen: Debian's 10 loses connections when thirty come at once.
DAEMON_OPTIONS(`Name=MTA, Family=inet, Addr=127.0.0.1, Port={port}, Listen=200')dnl
dnl Local mail is kept as files, octet for octet. Without $u Sendmail would speak SMTP to it.
define(`LOCAL_MAILER_PATH', `{home}/keep')dnl
define(`LOCAL_MAILER_ARGS', `keep $u')dnl
MODIFY_MAILER_FLAGS(`LOCAL', `+n')dnl
dnl The part that one's own sendmail.mc needs (docs/operating.md, section 3).
INPUT_MAIL_FILTER(`postern', `S={milter}, F=T, T=C:10s;S:30s;R:60s;E:5m')dnl
MAILER(`local')dnl
MAILER(`smtp')dnl
"""

KEEP = """\
#!/bin/sh
file=$(mktemp {home}/kept/new.XXXXXXXX) || exit 75
cat >"$file" || exit 75
mv "$file" "{home}/kept/mail.${{file##*.}}"
"""


class Cannot(Exception):
    """There is no Sendmail here, and none can be had."""


def root_at(place):
    """The root, made when it is not there."""
    made = subprocess.run([MAKE, place], capture_output=True, text=True)
    if made.returncode == 77:
        raise Cannot(made.stderr.strip())
    if made.returncode:
        raise RuntimeError(made.stderr)
    return pathlib.Path(place)


class Sendmail:
    """Mail to `domain` is kept, for bob. milter: an inet socket in Sendmail's spelling. users:
    {name: password} of SMTP AUTH."""

    def __init__(self, root, domain, milter, users=None):
        self.root = pathlib.Path(root)
        self.home = f"/lab-{os.getpid()}"
        self.directory = self.root / self.home[1:]
        self.directory.mkdir()
        self.port = free_port()
        self.process = None
        self.log = []
        (self.directory / "queue").mkdir(mode=0o700)
        (self.directory / "kept").mkdir()
        (self.directory / "kept").chmod(0o1777)
        (self.directory / "keep").write_text(KEEP.format(home=self.home))
        (self.directory / "keep").chmod(0o755)
        (self.directory / "service.switch").write_text("hosts files\naliases files\npasswd files\n")
        (self.directory / "aliases").write_text("postmaster: bob\n")
        (self.directory / "statistics").touch()
        self._prepare_root("mx." + domain, users or {})
        mc = MC.format(home=self.home, hostname="mx." + domain, domain=domain, port=self.port,
                       milter=milter)
        (self.directory / "sendmail.mc").write_text(mc)
        self._run("m4", self.home + "/sendmail.mc", stdout=self.directory / "sendmail.cf")
        self._sendmail("-bi")  # The aliases.

    def _prepare_root(self, hostname, users):
        passwd = self.root / "etc/passwd"
        if "\nbob:" not in passwd.read_text():
            with open(passwd, "a") as file:
                file.write("bob:x:5000:8::/:/usr/sbin/nologin\n")
        # Names come from a file: no DNS.
        (self.root / "etc/nsswitch.conf").write_text("passwd: files\ngroup: files\nhosts: files\n")
        (self.root / "etc/hosts").write_text(f"127.0.0.1 localhost {hostname}\n")
        (self.root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
        if not users:
            return
        (self.root / "etc/sasl2").mkdir(exist_ok=True)
        (self.root / "etc/sasl2/Sendmail.conf").write_text(
            "pwcheck_method: auxprop\nauxprop_plugin: sasldb\nmech_list: PLAIN\n"
            "sasldb_path: /etc/sasldb2\n")
        (self.root / "etc/sasldb2").unlink(missing_ok=True)
        for name, password in users.items():
            self._run("/usr/sbin/saslpasswd2", "-p", "-c", "-f", "/etc/sasldb2", "-u", hostname,
                      name, text=password + "\n")
        (self.root / "etc/sasldb2").chmod(0o600)

    def _run(self, *command, text=None, stdout=None):
        out = open(stdout, "w") if stdout else subprocess.PIPE
        done = subprocess.run(["/usr/sbin/chroot", self.root, *command], input=text, stdout=out,
                              stderr=subprocess.PIPE, text=True)
        if stdout:
            out.close()
        if done.returncode:
            raise RuntimeError(f"{command}: {done.stderr}")

    def _sendmail(self, *arguments):
        self._run("/usr/sbin/sendmail", "-C", self.home + "/sendmail.cf", *arguments)

    def _listen_to_log(self):
        path = self.root / "dev/log"
        path.unlink(missing_ok=True)
        self.syslog = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.syslog.bind(str(path))
        path.chmod(0o666)

        def read():
            while True:
                try:
                    self.log.append(self.syslog.recv(65536).decode(errors="replace"))
                except OSError:
                    return
        threading.Thread(target=read, daemon=True).start()

    def start(self):
        self._listen_to_log()
        self.process = subprocess.Popen(
            ["/usr/sbin/chroot", self.root, "/usr/sbin/sendmail", "-C",
             self.home + "/sendmail.cf", "-bD"],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            # Not by connecting: that would be a session with the milter.
            if f"0100007F:{self.port:04X} 00000000:0000 0A" in \
                    pathlib.Path("/proc/net/tcp").read_text():
                return
            time.sleep(0.02)
        raise RuntimeError("Sendmail does not start:\n" + "\n".join(self.log[-20:]))

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                os.killpg(self.process.pid, signal.SIGKILL)
                self.process.wait()
        if hasattr(self, "syslog"):
            self.syslog.close()
            (self.root / "dev/log").unlink(missing_ok=True)
        shutil.rmtree(self.directory, ignore_errors=True)

    def delivered(self, message_id):
        """The raw delivered messages with this Message-ID."""
        found = []
        for path in (self.directory / "kept").glob("mail.*"):
            data = path.read_bytes()
            if f"<{message_id}>".encode() in data:
                found.append(data)
        return found
