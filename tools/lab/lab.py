"""The lab: a name server, a Postfix and a Postern in one private directory, on loopback only."""

import os
import pathlib
import shutil
import signal
import sys
import tempfile

from nameserver import Nameserver
from postern import Postern
from postfix import Postfix
from world import World

DOMAIN = "demo.example"
AUTHSERV_ID = "mx." + DOMAIN
RECIPIENT = "bob@" + DOMAIN


class Lab:
    """`with Lab(program) as lab:` starts all three and stops and removes them, also on Ctrl-C."""

    def __init__(self, program, preset="rfc9989", socket_kind="unix", policy="",
                 trust="", default_action="tempfail", keep=False, world_type=World):
        if os.geteuid() != 0:
            raise PermissionError("a private Postfix needs root to start")
        self.keep = keep
        self.parts = []
        self.directory = pathlib.Path(tempfile.mkdtemp(prefix="postern-lab."))
        try:
            # Postfix's own user passes through, nobody lists it.
            self.directory.chmod(0o711)
            self.world = world_type(self.directory / "keys")
            self.dns = Nameserver(self.directory / "dns", self.world.records(),
                                  self.world.silent)
            self.postern = Postern(self.directory / "postern", program, self.dns.port,
                                   AUTHSERV_ID, preset, socket_kind, policy=policy, trust=trust)
            self.postfix = Postfix(self.directory / "postfix", DOMAIN, self.postern.milter,
                                   default_action)
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        try:
            for part in (self.dns, self.postern, self.postfix):
                self.parts.insert(0, part)
                part.start()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(self, kind, error, trace):
        if not self.keep or kind is not None:
            self.close()

    def close(self):
        # The daemon takes some seconds to stop: a second Ctrl-C must not leave half of it behind.
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        for part in self.parts:
            try:
                part.stop()
            except Exception as error:  # The others must be stopped all the same.
                print(f"lab: {error}", file=sys.stderr)
        self.parts = []
        shutil.rmtree(self.directory, ignore_errors=True)
        signal.signal(signal.SIGINT, signal.default_int_handler)
