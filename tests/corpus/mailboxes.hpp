#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <string_view>

namespace corpus {

// Called with a name for people ("folder/file", "folder/box:12") and the octets of one message; one
// of a mbox still has its "From " line.
using Take = std::function<void(const std::string& name, std::string_view message)>;

// Every message below `path`, one in memory at a time: single files, Maildir folders, and mbox
// files, which begin with a "From " line (RFC 4155). What passes `octets_max` of a message is left
// out. Links are not followed; files that cannot be read are passed over. Their number is returned.
std::size_t for_each_message(const std::filesystem::path& path, std::size_t octets_max,
                             const Take& take);

}  // namespace corpus
