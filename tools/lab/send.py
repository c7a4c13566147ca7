"""Sends one message over SMTP, playing any client (XCLIENT)."""

import argparse
import dataclasses
import smtplib
import sys


@dataclasses.dataclass(frozen=True)
class Reply:
    code: int
    text: str

    def __str__(self):
        return f"{self.code} {self.text}".replace("\n", " / ")


def send(port, client, helo, mail_from, recipients, message, name=None, login=None, timeout=60):
    """The first reply that is no success, or the last one. name: the client's verified name."""
    attributes = [f"ADDR={client}", "NAME=" + (name or "[UNAVAILABLE]")]
    if login:
        attributes.append("LOGIN=" + login)
    smtp = smtplib.SMTP(timeout=timeout)
    try:
        steps = [
            lambda: smtp.connect("127.0.0.1", port),
            lambda: smtp.ehlo("localhost"),
            lambda: smtp.docmd("XCLIENT", " ".join(attributes)),
            lambda: smtp.ehlo(helo),
            lambda: smtp.mail(mail_from),
            *[lambda rcpt=rcpt: smtp.rcpt(rcpt) for rcpt in recipients],
            lambda: smtp.data(message),
        ]
        for step in steps:
            try:
                code, text = step()
            except smtplib.SMTPResponseException as error:
                code, text = error.smtp_code, error.smtp_error
            text = text.decode(errors="replace") if isinstance(text, bytes) else text
            if code >= 400:
                break
        return Reply(code, text)
    except (OSError, smtplib.SMTPServerDisconnected) as error:
        return Reply(0, f"no answer: {error}")
    finally:
        smtp.close()


def main():
    parser = argparse.ArgumentParser(description="Sends a message file over SMTP with XCLIENT.")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--client", default="203.0.113.66", help="address to play")
    parser.add_argument("--name", help="the client's name in the DNS, if it has one")
    parser.add_argument("--helo", default="localhost")
    parser.add_argument("--from", dest="mail_from", default="", help="MAIL FROM; empty: a bounce")
    parser.add_argument("--to", action="append", required=True)
    parser.add_argument("--login", help="SMTP AUTH user to play")
    parser.add_argument("file", type=argparse.FileType("rb"), help="- is standard input")
    options = parser.parse_args()
    message = options.file.read().replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")
    reply = send(options.port, options.client, options.helo, options.mail_from, options.to,
                 message, options.name, options.login)
    print(reply)
    return 0 if reply.code == 250 else 1


if __name__ == "__main__":
    sys.exit(main())
