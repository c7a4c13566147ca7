"""A private Postfix: its own configuration, queue, log and Maildir, on loopback, unchrooted."""

import os
import pathlib
import pwd
import signal
import smtplib
import subprocess
import time

from nameserver import free_port

MAIN = """\
compatibility_level = 3.6
# Nothing of this instance lies outside its directory.
queue_directory = {directory}/queue
data_directory = {directory}/data
maillog_file_prefixes = {directory}
maillog_file = {directory}/mail.log
mail_owner = postfix
myhostname = {hostname}
mydestination =
alias_maps =
local_recipient_maps =
inet_interfaces = 127.0.0.1
inet_protocols = ipv4
disable_dns_lookups = yes
smtpd_peername_lookup = no
notify_classes =
enable_long_queue_ids = yes
append_dot_mydomain = no
# The sender plays any client it likes (XCLIENT_README).
smtpd_authorized_xclient_hosts = 127.0.0.0/8
# Played clients are strangers: Postfix must not add what their header lacks, as it does for its own.
local_header_rewrite_clients =
smtpd_relay_restrictions = reject_unauth_destination
smtpd_client_connection_count_limit = 0
smtpd_client_connection_rate_limit = 0
smtpd_error_sleep_time = 0
smtpd_hard_error_limit = 1000
# Mail ends in a Maildir.
virtual_mailbox_domains = {domain}
virtual_mailbox_maps = static:inbox/
virtual_mailbox_base = {directory}/mail
virtual_minimum_uid = 1
virtual_uid_maps = static:{uid}
virtual_gid_maps = static:{gid}
# The part that one's own main.cf needs (docs/operating.md).
smtpd_milters = {milter}
milter_default_action = {default_action}
milter_connect_timeout = 10s
milter_command_timeout = 30s
milter_content_timeout = 60s
"""

MASTER = """\
127.0.0.1:{port} inet n - n - 100 smtpd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
verify    unix - - n - 1 verify
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
showq     unix n - n - - showq
error     unix - - n - - error
retry     unix - - n - - error
discard   unix - - n - - discard
virtual   unix - n n - - virtual
anvil     unix - - n - 1 anvil
postlog   unix-dgram n - n - 1 postlogd
"""


class Postfix:
    def __init__(self, directory, domain, milter, default_action="tempfail"):
        """milter: the socket in Postfix's spelling. All mail to `domain` is kept."""
        self.directory = pathlib.Path(directory)
        self.port = free_port()
        self.process = None
        owner = pwd.getpwnam("postfix")
        config = self.directory / "etc"
        for part in (self.directory, config, self.directory / "queue"):
            part.mkdir()
        for part in (self.directory / "data", self.directory / "mail"):
            part.mkdir()
            os.chown(part, owner.pw_uid, owner.pw_gid)
        (config / "main.cf").write_text(MAIN.format(
            directory=self.directory, hostname="mx." + domain, domain=domain, milter=milter,
            default_action=default_action, uid=owner.pw_uid, gid=owner.pw_gid))
        (config / "master.cf").write_text(MASTER.format(port=self.port))
        self.config = config
        self.log = self.directory / "mail.log"
        self.inbox = self.directory / "mail" / "inbox"

    def set(self, name, value):
        """Overrules a parameter of main.cf; before start()."""
        with open(self.config / "main.cf", "a") as main:
            main.write(f"{name} = {value}\n")

    def start(self):
        environment = dict(os.environ, MAIL_CONFIG=str(self.config))
        # Makes the queue's directories.
        check = subprocess.run(["/usr/sbin/postfix", "-c", self.config, "check"],
                               stdin=subprocess.DEVNULL, capture_output=True, text=True,
                               env=environment)
        if check.returncode != 0:
            raise RuntimeError("postfix check: " + check.stdout + check.stderr)
        daemons = subprocess.run(["/usr/sbin/postconf", "-c", self.config, "-h",
                                  "daemon_directory"], capture_output=True, text=True, check=True)
        # In the foreground (-d) and in a process group of its own: master ends the whole group.
        with open(self.directory / "master.out", "wb") as out:
            self.process = subprocess.Popen(
                [daemons.stdout.strip() + "/master", "-c", self.config, "-d"],
                stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=environment,
                start_new_session=True)
        self._wait()

    def _wait(self):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                # No EHLO and no QUIT: a milter that is not there yet must not delay us.
                with smtplib.socket.create_connection(("127.0.0.1", self.port), 1):
                    return
            except OSError:
                time.sleep(0.05)
        raise RuntimeError("Postfix does not start:\n" + self.output())

    def output(self):
        """The tail of what it said, for error messages."""
        parts = [path.read_text(errors="replace")
                 for path in (self.directory / "master.out", self.log) if path.exists()]
        return "".join(parts)[-4000:]

    def stop(self):
        if self.process is None or self.process.poll() is not None:
            return
        self.process.terminate()
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()

    def delivered(self, message_id):
        """The raw delivered messages with this Message-ID."""
        found = []
        for path in (self.inbox / "new").glob("*"):
            data = path.read_bytes()
            if f"<{message_id}>".encode() in data.split(b"\n\n", 1)[0]:
                found.append(data)
        return found
