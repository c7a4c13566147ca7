#include "tests/verify/spf/both_engines.hpp"

#include <catch2/catch.hpp>

namespace support {

spf::Request request(std::string_view client, std::string_view mail_from) {
  return {.client = base::IpAddress::parse(client).value(),
          .helo = "mail.example.org",
          .mail_from = std::string(mail_from),
          .receiver = "receiver.example"};
}

spf::Result check_on_both(const spf::Request& request, FakeResolver& resolver,
                          spf::Options options) {
  const base::WallTime now{std::chrono::seconds(1'000'000'000)};
  const auto before = static_cast<std::ptrdiff_t>(resolver.count());
  options.engine = spf::Engine::libspf2;
  const spf::Result result = spf::check(request, resolver, options, now).result.value();
  const auto between = static_cast<std::ptrdiff_t>(resolver.count());
  options.engine = spf::Engine::native;
  const spf::Result native = spf::check(request, resolver, options, now).result.value();

  INFO("libspf2: " << spf::name(result.status) << " [" << result.mechanism << "] "
                   << result.problem);
  INFO("native: " << spf::name(native.status) << " [" << native.mechanism << "] "
                  << native.problem);
  CHECK(result == native);
  const auto asked = resolver.asked();
  CHECK(std::vector(asked.begin() + before, asked.begin() + between) ==
        std::vector(asked.begin() + between, asked.end()));
  return result;
}

std::string status_on_both(FakeResolver& resolver, std::string_view client, spf::Options options) {
  return std::string(
      spf::name(check_on_both(request(client, "a@example.com"), resolver, options).status));
}

}  // namespace support
