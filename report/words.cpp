#include "report/words.hpp"

namespace report {

std::string_view word(dkim::Reason reason) noexcept {
  using enum dkim::Reason;
  switch (reason) {
    case none:
      return "";
    case syntax:
      return "syntax";
    case missing_tag:
      return "missing_tag";
    case unknown_version:
      return "unknown_version";
    case unknown_algorithm:
      return "unknown_algorithm";
    case unknown_canon:
      return "unknown_canon";
    case from_not_signed:
      return "from_not_signed";
    case identity_outside_domain:
      return "identity_outside_domain";
    case expired:
      return "expired";
    case in_future:
      return "in_future";
    case too_many_signatures:
      return "too_many_signatures";
    case key_unavailable:
      return "key_unavailable";
    case no_key:
      return "no_key";
    case key_syntax:
      return "key_syntax";
    case key_revoked:
      return "key_revoked";
    case key_mismatch:
      return "key_mismatch";
    case weak_key:
      return "weak_key";
    case body_hash_mismatch:
      return "body_hash_mismatch";
    case signature_mismatch:
      return "signature_mismatch";
  }
  return "";
}

std::string_view word(arc::Status status) noexcept {
  switch (status) {
    case arc::Status::none:
      return "none";
    case arc::Status::pass:
      return "pass";
    case arc::Status::fail:
      return "fail";
  }
  return "";
}

}  // namespace report
