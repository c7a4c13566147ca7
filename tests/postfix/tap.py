"""Stands between Postfix and the filter and notes what Postfix says to it, octet for octet."""

import dataclasses
import socket
import threading


@dataclasses.dataclass
class Seen:
    """One message as the filter got it."""
    queue_id: str = ""
    mail_from: bytes = b""
    fields: list = dataclasses.field(default_factory=list)  # (name, value), folds as LF
    body: bytes = b""
    complete: bool = False  # The end of the message was reached.


def frames(stream, onward):
    """(command, data) of each packet of the milter protocol; all octets go on to `onward`."""
    while head := stream.read(4):
        packet = stream.read(int.from_bytes(head, "big"))
        onward.sendall(head + packet)
        yield packet[:1], packet[1:]


class Tap:
    """Listens on the unix socket `path`; `target` is the filter's unix socket."""

    def __init__(self, path, target):
        self.target = str(target)
        self.messages = []
        self.listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.listener.bind(str(path))
        path.chmod(0o777)
        self.listener.listen(50)
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            mta, _ = self.listener.accept()
            threading.Thread(target=self._connection, args=(mta,), daemon=True).start()

    def _connection(self, mta):
        with mta, socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as milter:
            milter.connect(self.target)
            threading.Thread(target=self._back, args=(milter, mta), daemon=True).start()
            with mta.makefile("rb") as stream:
                for command, data in frames(stream, milter):
                    self._note(command, data)

    @staticmethod
    def _back(milter, mta):
        try:
            while octets := milter.recv(65536):
                mta.sendall(octets)
        except OSError:
            pass  # Postfix has hung up.

    def _note(self, command, data):
        if command == b"M":
            self.messages.append(Seen(mail_from=data.split(b"\0")[0]))
        elif not self.messages:
            return
        elif command == b"D":
            words = data[1:].split(b"\0")
            macros = dict(zip(words[::2], words[1::2]))
            self.messages[-1].queue_id = macros.get(b"i", b"").decode() or \
                self.messages[-1].queue_id
        elif command == b"L":
            self.messages[-1].fields.append(tuple(data.split(b"\0")[:2]))
        elif command == b"B":
            self.messages[-1].body += data
        elif command == b"E":
            self.messages[-1].complete = True

    def of(self, queue_id):
        return next((seen for seen in reversed(self.messages) if seen.queue_id == queue_id), None)
