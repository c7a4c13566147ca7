#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "verify/base/result.hpp"

namespace dmarc {

enum class Policy : std::uint8_t { none, quarantine, reject };
enum class Alignment : std::uint8_t { relaxed, strict };
enum class RecordError : std::uint8_t { not_dmarc, syntax };

// A parsed policy record.
struct Record {
  std::optional<Policy> policy;                   // p=
  std::optional<Policy> subdomain_policy;         // sp=
  std::optional<Policy> nonexistent_policy;       // np=
  Alignment dkim_alignment = Alignment::relaxed;  // adkim=
  Alignment spf_alignment = Alignment::relaxed;   // aspf=
  std::optional<bool> public_suffix;              // psd=
  bool testing = false;                           // t=
  std::vector<std::string> aggregate_to;          // rua=
  std::vector<std::string> failure_to;            // ruf=
  std::string failure_options = "0";              // fo=
};

[[nodiscard]] base::Result<Record, RecordError> parse_record(std::string_view text);

[[nodiscard]] std::string_view name(Policy policy);  // "quarantine"

}  // namespace dmarc
