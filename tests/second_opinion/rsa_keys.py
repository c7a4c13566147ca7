"""RSA keys made from a seed: what Debian's Python has cannot make the same key twice."""

import base64
import hashlib
import random

EXPONENT = 65537
# DigestInfo of SHA-256 and SHA-1 (RFC 8017 §9.2).
DIGEST_INFO = {"sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
               "sha1": bytes.fromhex("3021300906052b0e03021a05000414")}


def is_prime(number, rng):
    """Miller-Rabin."""
    if any(number % small == 0 for small in (3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for _ in range(20):
        power = pow(rng.randrange(2, number - 1), odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(bits, rng):
    while True:
        number = rng.getrandbits(bits) | 1 | 3 << (bits - 2)
        if number % EXPONENT != 1 and is_prime(number, rng):
            return number


def der(tag, *parts):
    content = b"".join(parts)
    size = len(content)
    octets = size.to_bytes((size.bit_length() + 7) // 8, "big")
    length = bytes([size]) if size < 128 else bytes([128 + len(octets)]) + octets
    return bytes([tag]) + length + content


def der_integer(number):
    return der(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


class RsaKey:
    def __init__(self, bits, seed):
        rng = random.Random(seed)
        first, second = prime(bits // 2, rng), prime(bits - bits // 2, rng)
        self.modulus = first * second
        self.private = pow(EXPONENT, -1, (first - 1) * (second - 1))

    def sign(self, algorithm, data):
        size = (self.modulus.bit_length() + 7) // 8
        info = DIGEST_INFO[algorithm] + hashlib.new(algorithm, data).digest()
        padded = b"\0\1" + b"\xff" * (size - len(info) - 3) + b"\0" + info
        return pow(int.from_bytes(padded, "big"), self.private, self.modulus).to_bytes(size, "big")

    def public(self):
        """p=: the SubjectPublicKeyInfo of RFC 6376 §3.6.1, in base64."""
        key = der(0x30, der_integer(self.modulus), der_integer(EXPONENT))
        algorithm = der(0x30, bytes.fromhex("06092a864886f70d010101"), der(5))
        return base64.b64encode(der(0x30, algorithm, der(3, b"\0", key))).decode()
