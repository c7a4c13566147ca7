"""The senders of the lab: their domains' DNS, their keys, and the mail they write."""

import base64
import pathlib
import subprocess
import time

import dkim
import nacl.signing

# Who sends from where (RFC 5737 addresses).
SENDER = "192.0.2.10"        # sender.example's own server
CLUB = "192.0.2.30"          # club.example's own server
PARTNER = "192.0.2.200"      # in [trust] networks
FORWARDER = "198.51.100.30"  # forwards without changing anything
LIST = "198.51.100.40"       # a mailing list: changes subject and body
FORGER = "203.0.113.66"      # authorised by nobody

HOSTS = {
    SENDER: "mail.sender.example",
    CLUB: "mail.club.example",
    FORWARDER: "out.forwarder.example",
    LIST: "lists.list.example",
}

# domain: (SPF, DMARC); None: no record.
DOMAINS = {
    "sender.example": (f"v=spf1 ip4:{SENDER} -all", "v=DMARC1; p=reject"),
    "mail.sender.example": (f"v=spf1 ip4:{SENDER} -all", None),
    "bank.example": ("v=spf1 ip4:192.0.2.20 -all", "v=DMARC1; p=reject"),
    "shop.example": ("v=spf1 ip4:192.0.2.21 -all", "v=DMARC1; p=quarantine"),
    "club.example": (f"v=spf1 ip4:{CLUB} -all", "v=DMARC1; p=none"),
    "forwarder.example": (f"v=spf1 ip4:{FORWARDER} -all", None),
    "list.example": (f"v=spf1 ip4:{LIST} -all", "v=DMARC1; p=none"),
}


class World:
    # Questions below these zones are never answered.
    silent = ("silent.example",)

    def __init__(self, directory):
        """Makes new keys in `directory`."""
        directory = pathlib.Path(directory)
        directory.mkdir(mode=0o700)
        rsa = directory / "rsa.pem"
        subprocess.run(["openssl", "genrsa", "-out", rsa, "2048"], check=True,
                       capture_output=True)
        public = subprocess.run(["openssl", "rsa", "-in", rsa, "-pubout", "-outform", "DER"],
                                check=True, capture_output=True).stdout
        ed25519 = nacl.signing.SigningKey.generate()
        # selector: (algorithm, private key as python3-dkim takes it, key record)
        self.keys = {
            "rsa": (b"rsa-sha256", rsa.read_bytes(),
                    "v=DKIM1; k=rsa; p=" + base64.b64encode(public).decode()),
            "ed": (b"ed25519-sha256", base64.b64encode(bytes(ed25519)),
                   "v=DKIM1; k=ed25519; p=" +
                   base64.b64encode(bytes(ed25519.verify_key)).decode()),
        }

    def records(self):
        """(name, type, value) of the whole DNS."""
        found = []
        for domain, (spf, dmarc) in DOMAINS.items():
            found.append((domain, "TXT", spf))
            found.append((domain, "MX", f"10 mail.{domain}."))
            if dmarc is not None:
                found.append(("_dmarc." + domain, "TXT", dmarc))
        for domain in ("sender.example", "club.example", "list.example"):
            for selector, (_, _, record) in self.keys.items():
                found.append((f"{selector}._domainkey.{domain}", "TXT", record))
        for address, name in HOSTS.items():
            found.append((name, "A", address))
            reverse = ".".join(reversed(address.split(".")))
            found.append((f"{reverse}.in-addr.arpa", "PTR", name + "."))
        return found

    def sign(self, message, domain, selector="rsa"):
        """The message with a DKIM signature of `domain` on top."""
        algorithm, key, _ = self.keys[selector]
        return dkim.sign(message, selector.encode(), domain.encode(), key,
                         canonicalize=(b"relaxed", b"relaxed"), signature_algorithm=algorithm,
                         include_headers=[b"from", b"to", b"subject", b"date",
                                          b"message-id"]) + message


def write(sender, message_id, subject="Lunch on Friday", extra=(), text="See you at noon.\n"):
    """A message from `sender` (an address, or a list of them: one From field each)."""
    senders = [sender] if isinstance(sender, str) else sender
    date = time.strftime("%a, %d %b %Y %H:%M:%S +0000", time.gmtime())
    fields = list(extra) + [f"From: <{address}>" for address in senders] + [
        "To: <bob@demo.example>", f"Subject: {subject}", f"Date: {date}",
        f"Message-ID: <{message_id}>"]
    return ("\n".join(fields) + "\n\n" + text).replace("\n", "\r\n").encode()
