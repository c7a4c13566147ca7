#include "verify/crypto/digest.hpp"

#include <catch2/catch.hpp>

TEST_CASE("a digest is the first half of SHA-256", "[crypto]") {
  CHECK(crypto::digest("") == "e3b0c44298fc1c149afbf4c8996fb924");
  CHECK(crypto::digest("abc") == "ba7816bf8f01cfea414140de5dae2223");
}

TEST_CASE("a keyed digest is the first half of HMAC-SHA-256", "[crypto][RFC 2104]") {
  // RFC 4231 §4, test cases 1, 2 and 6 (a key longer than a block).
  CHECK(crypto::keyed_digest(std::string(20, '\x0b'), "Hi There") ==
        "b0344c61d8db38535ca8afceaf0bf12b");
  CHECK(crypto::keyed_digest("Jefe", "what do ya want for nothing?") ==
        "5bdcc146bf60754e6a042426089575c7");
  CHECK(crypto::keyed_digest(std::string(131, '\xaa'),
                             "Test Using Larger Than Block-Size Key - Hash Key First") ==
        "60e431591ee0b67f0d8a26aacbf5b77f");
}
