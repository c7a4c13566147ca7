"""An SMTP client that sends exactly the octets it is given, as no honest client would."""

import dataclasses
import socket


@dataclasses.dataclass(frozen=True)
class Reply:
    stage: str  # The command that was refused, or "end of data".
    code: int
    text: str

    def __str__(self):
        return f"{self.code} {self.text}"


def read_reply(stream):
    lines = []
    while line := stream.readline():
        lines.append(line.decode(errors="replace").strip())
        if line[3:4] != b"-":
            break
    text = " / ".join(line[4:] for line in lines)
    return (int(lines[0][:3]) if lines else 0), text


def send(port, client, helo, mail_from, recipient, message, options=b"", login=None):
    """All replies from the first refusal or the end of data on: more than one when Postfix found
    commands in what was sent as data. mail_from has its brackets; all but port, client and login
    are octets; `message` lacks only the final dot."""
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        stream = connection.makefile("rb")
        read_reply(stream)
        xclient = f"XCLIENT ADDR={client} NAME=[UNAVAILABLE]" + (f" LOGIN={login}" if login else "")
        steps = (b"EHLO localhost", xclient.encode(), b"EHLO " + helo,
                 b"MAIL FROM:" + mail_from + options, b"RCPT TO:<" + recipient + b">", b"DATA")
        for step in steps:
            connection.sendall(step + b"\r\n")
            code, text = read_reply(stream)
            if code >= 400 or code == 0:
                return [Reply(step.split(b":")[0].split(b" ")[0].decode(), code, text)]
        stuffed = message.replace(b"\r\n.", b"\r\n..")
        connection.sendall(stuffed + (b"" if stuffed.endswith(b"\r\n") else b"\r\n") +
                           b".\r\nQUIT\r\n")
        replies = []
        while True:
            code, text = read_reply(stream)
            if code in (0, 221):
                return replies
            replies.append(Reply("end of data", code, text))
