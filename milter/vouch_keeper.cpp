#include "milter/vouch_keeper.hpp"

#include <system_error>

#include "base/log.hpp"

namespace milter {

namespace {

void warn(const std::string& text) { base::log::write(base::log::Level::warning, "", text); }

}  // namespace

// Without a memory everybody is a stranger: mail with DNS trouble waits all the same.
void VouchKeeper::begin(const std::filesystem::path& directory, Time now) {
  file_ = directory / "vouchers";
  saved_ = now;
  std::error_code error;
  if (!std::filesystem::exists(file_, error)) return;
  const auto loaded = memory_.load(file_, VouchMemory::today());
  if (!loaded) warn("who vouched before is forgotten: " + loaded.error().what);
}

void VouchKeeper::save_when_due(Time now) {
  if (now - saved_ < between_saves) return;
  saved_ = now;
  save();
}

void VouchKeeper::save() {
  const auto saved = memory_.save(file_);
  if (!saved) warn("who vouched is not written down: " + saved.error().what);
}

}  // namespace milter
