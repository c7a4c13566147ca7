#include "store/incident.hpp"

#include <algorithm>

#include "store/report_row.hpp"

namespace store {

namespace {

// The mechanisms that gave no aligned pass, and not because of a temporary error.
bool dkim_gave_nothing(const verify::Facts& facts) {
  return !facts.dmarc.dkim_aligned &&
         std::ranges::none_of(facts.dkim, [](const auto& result) { return result.in_doubt(); });
}

bool spf_gave_nothing(const verify::Facts& facts) {
  const spf::Result* const spf = facts.mail_from_spf();
  return !facts.dmarc.spf_aligned && (spf == nullptr || spf->status != spf::Status::temperror);
}

}  // namespace

bool has_failed(const dkim::Result& result) {
  return result.status == dkim::Status::fail || result.status == dkim::Status::permerror;
}

bool has_failed(const spf::Result& result) {
  return result.status == spf::Status::fail || result.status == spf::Status::softfail;
}

const dkim::Result* failed_signature(const verify::Facts& facts) {
  const auto found = std::ranges::find_if(
      facts.dkim, [](const dkim::Result& result) { return has_failed(result); });
  return found == facts.dkim.end() ? nullptr : &*found;
}

std::string author_of(const verify::Facts& facts) {
  const base::Domain* const author = facts.from_domain();
  return author != nullptr ? author->text() : "";
}

std::optional<Failure> wanted_failure(std::string_view fo, const verify::Facts& facts) {
  const dmarc::Status status = facts.dmarc.status;
  const bool judged = status == dmarc::Status::pass || status == dmarc::Status::fail;
  if (!judged) return std::nullopt;
  // RFC 9989 §4.7: "0" when no mechanism gave an aligned pass, "1" when any did not.
  if (fo.contains('0') && status == dmarc::Status::fail) return Failure::dmarc;
  if (fo.contains('1') && (dkim_gave_nothing(facts) || spf_gave_nothing(facts))) {
    return Failure::dmarc;
  }
  // "d" and "s": whatever the alignment.
  if (fo.contains('d') && failed_signature(facts) != nullptr) return Failure::dkim;
  const spf::Result* const spf = facts.mail_from_spf();
  if (fo.contains('s') && spf != nullptr && has_failed(*spf)) return Failure::spf;
  return std::nullopt;
}

std::optional<Failure> wanted_failure(const event::Event& event) {
  const auto record = published_record(event);
  if (!record) return std::nullopt;
  return wanted_failure(record->failure_options, event.facts);
}

std::string incident_of(const event::Event& event, Failure failure) {
  static constexpr std::string_view names[] = {"dmarc", "dkim", "spf"};
  const auto& client = event.connection.client;
  return author_of(event.facts) + ' ' + (client ? client->text() : "local") + ' ' +
         std::string(names[static_cast<std::size_t>(failure)]);
}

}  // namespace store
