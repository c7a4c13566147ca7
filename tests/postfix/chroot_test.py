"""Debian's smtpd is chrooted: it reaches the socket in its queue directory as docs/operating.md says,
the daemon being a user who has nothing to do with Postfix."""

import grp
import os
import pwd
import subprocess

import harness

import world
from lab import RECIPIENT, Lab
from send import send


def check_rights(lab, socket, service):
    """The MTA may speak to the socket, and read nothing else of the daemon's."""
    status = socket.stat()
    harness.check(status.st_uid == service.pw_uid and
                  status.st_gid == grp.getgrnam("postfix").gr_gid and
                  status.st_mode & 0o777 == 0o770, f"{socket}: {status}")
    secrets = list((lab.postern.directory / "spool").iterdir())
    harness.check({"site-key"} < {path.name for path in secrets}, f"{secrets}")
    for path in secrets:
        read = subprocess.run(["cat", path], user="postfix", group="postfix", extra_groups=[],
                              capture_output=True)
        harness.check(read.returncode != 0, f"the MTA's user reads {path}")


def main():
    options = harness.parser(__doc__).parse_args()
    harness.require_root()
    lab = Lab(options.milter)
    service = pwd.getpwnam("nobody")
    place = lab.postfix.directory / "queue" / "postern"
    place.mkdir()  # install -d -o postern -g postfix -m 2750
    os.chown(place, service.pw_uid, grp.getgrnam("postfix").gr_gid)
    place.chmod(0o2750)
    lab.postern.owner = service
    os.chown(lab.postern.directory, service.pw_uid, service.pw_gid)
    lab.postern.configure(socket=f"unix:{place}/postern.sock")
    lab.postfix.set("smtpd_milters", "unix:/postern/postern.sock")
    services = lab.postfix.config / "master.cf"
    services.write_text(services.read_text().replace("inet n - n -", "inet n - y -"))
    with lab:
        message = world.write("ceo@bank.example", "chroot@lab.example")
        reply = send(lab.postfix.port, world.FORGER, "[203.0.113.66]", "ceo@bank.example",
                     [RECIPIENT], message)
        harness.check(reply.code == 550, f"{reply}\n{lab.postfix.output()}")
        check_rights(lab, place / "postern.sock", service)
        harness.check_stop(lab)


if __name__ == "__main__":
    main()
