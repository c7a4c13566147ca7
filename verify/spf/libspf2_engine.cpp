#include "verify/spf/libspf2_engine.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <mutex>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <netinet/in.h>
#include <sys/types.h>

extern "C" {
#include <spf2/spf.h>
#include <spf2/spf_dns.h>
#include <spf2/spf_log.h>
#include <spf2/spf_record.h>
#include <spf2/spf_request.h>
#include <spf2/spf_response.h>
#include <spf2/spf_server.h>
}

#include "base/guarded.hpp"
#include "verify/spf/rewriting.hpp"

// How libspf2 is used safely (docs/decisions). Left alone it breaks RFC 7208 in some 75 of the 203
// cases of the test suite, and what Debian 12 ships has an open hole in the parser of macros
// (CVE-2023-42118). Its loop over terms, its recursion, its results are sound. So:
//
//   published   v=spf1 ip4:192.0.2.1 a:%{d}/24 include:_spf.example.net exp=why.example.net -all
//   compiled    v=spf1 a:1.t/24 include:2.t ?exists:3.t -all
//
// SPF_dns_server_t::get_spf hands libspf2 that text in place of any record, and its `lookup` asks
// us about tokens. A token stands for a term: only when libspf2 comes to it does the session count
// it, expand its macros and ask DNS. What cannot match is left out; after a term that matches
// without DNS nothing follows, and in the checked domain's own record an `exists` that never
// matches goes before it, to tell us that libspf2 came so far. Limits, errors and explanations are
// the session's.

namespace spf {

namespace {

constexpr std::size_t idle_instances_max = 32;

template <auto function>
struct Freed {
  template <class T>
  void operator()(T* object) const {
    function(object);
  }
};
using Server = std::unique_ptr<SPF_server_t, Freed<SPF_server_free>>;
using SpfRequest = std::unique_ptr<SPF_request_t, Freed<SPF_request_free>>;
using Response = std::unique_ptr<SPF_response_t, Freed<SPF_response_free>>;
using CompiledRecord = std::unique_ptr<SPF_record_t, Freed<SPF_record_free>>;

// What libspf2 needs to evaluate, none of it about one evaluation but the hook. Making it takes as
// long as a short evaluation, so it is kept for the next.
struct Instance {
  SPF_dns_server_t dns{};  // No destroy: the server does not free it.
  Server server;
  SpfRequest request;
};

class Evaluation {
 public:
  explicit Evaluation(Session& session) : session_(session), rewriting_(session.client()) {}

  std::optional<Qualifier> run();

  // What libspf2 calls.
  SPF_errcode_t get_spf(SPF_server_t* server, const char* token, SPF_response_t* response,
                        SPF_record_t** record);
  SPF_dns_rr_t* lookup(SPF_dns_server_t* dns, const char* token, ns_type type);

 private:
  std::vector<base::IpAddress> addresses(const Rewriting::Node& node);
  void set_client(SPF_request_t& request) const;
  std::optional<Qualifier> out_of_memory() {
    session_.stop(Status::temperror, "out of memory");
    return std::nullopt;
  }
  std::optional<Qualifier> interpret(Instance& instance);
  [[nodiscard]] bool is_v4() const {
    return session_.client().family() == base::IpAddress::Family::v4;
  }

  Session& session_;
  Rewriting rewriting_;
};

// The three handlers of messages are global to the process and print unless told otherwise.
__attribute__((noreturn)) void on_error(const char*, int, const char*) { std::abort(); }
void on_message(const char*, int, const char*) {}

void silence_libspf2() {
  static std::once_flag once;
  std::call_once(once, [] {
    SPF_error_handler = on_error;  // Must not return: the library aborts after it in any case.
    SPF_warning_handler = on_message;
    SPF_info_handler = on_message;
    SPF_debug_handler = on_message;
  });
}

SPF_dns_rr_t* new_answer(SPF_dns_server_t* dns, ns_type type, int herrno) noexcept {
  return SPF_dns_rr_new_init(dns, nullptr, type, 0, herrno);
}

// An answer with one record for each of `records`; TRY_AGAIN when memory is short.
SPF_dns_rr_t* new_answer(SPF_dns_server_t* dns, ns_type type,
                         std::span<const std::span<const std::uint8_t>> records) {
  SPF_dns_rr_t* const answer = new_answer(dns, type, records.empty() ? NO_DATA : NETDB_SUCCESS);
  if (answer == nullptr) return nullptr;
  int count = 0;
  for (const std::span<const std::uint8_t> record : records) {
    if (SPF_dns_rr_buf_realloc(answer, count, record.size() + 1) != SPF_E_SUCCESS) {
      answer->herrno = TRY_AGAIN;
      return answer;
    }
    auto* const room = reinterpret_cast<std::uint8_t*>(answer->rr[count]);
    std::memcpy(room, record.data(), record.size());
    room[record.size()] = 0;
    answer->num_rr = ++count;
  }
  return answer;
}

// Nothing thrown may cross into C. libspf2 takes TRY_AGAIN and DNS_ERROR for temperror and returns
// at once; the reason is with the session.
extern "C" SPF_errcode_t postern_spf_get_spf(SPF_server_t* server, SPF_request_t* request,
                                             SPF_response_t* response,
                                             SPF_record_t** record) noexcept {
  try {
    auto* const engine = static_cast<Evaluation*>(server->resolver->hook);
    return engine->get_spf(server, request->cur_dom, response, record);
  } catch (...) {
    return SPF_E_DNS_ERROR;
  }
}

extern "C" SPF_dns_rr_t* postern_spf_lookup(SPF_dns_server_t* dns, const char* token, ns_type type,
                                            int) noexcept {
  try {
    return static_cast<Evaluation*>(dns->hook)->lookup(dns, token, type);
  } catch (...) {
    return new_answer(dns, type, TRY_AGAIN);
  }
}

SPF_errcode_t Evaluation::get_spf(SPF_server_t* server, const char* token, SPF_response_t* response,
                                  SPF_record_t** record) {
  const Rewriting::Node* const node = rewriting_.find(token);
  if (node == nullptr) return SPF_E_DNS_ERROR;
  const Level* const level =
      node->term == nullptr ? node->level : session_.open(*node->level, *node->term);
  if (level == nullptr) return SPF_E_DNS_ERROR;
  const std::string text = rewriting_.rewrite(*level);
  const SPF_errcode_t status = SPF_record_compile(server, response, record, text.c_str());
  const auto terms = std::ranges::count(text, ' ');
  if (status == SPF_E_SUCCESS && *record != nullptr && (*record)->num_mech == terms) return status;
  if (*record != nullptr) SPF_record_free(std::exchange(*record, nullptr));
  session_.stop(Status::temperror, "libspf2 does not take what it should");
  return SPF_E_DNS_ERROR;
}

// What is compared with the client for an `a` term or a host of an `mx` term. Where any address
// will do (a prefix of 0) it is the client's own.
std::vector<base::IpAddress> Evaluation::addresses(const Rewriting::Node& node) {
  auto found = node.host.empty() ? session_.addresses(*node.level, *node.term)
                                 : session_.host_addresses(node.host);
  const unsigned bits = is_v4() ? node.term->prefix4 : node.term->prefix6;
  std::erase_if(found, [&](const base::IpAddress& address) {
    return address.family() != session_.client().family();
  });
  if (bits == 0 && !found.empty()) return {session_.client()};
  return found;
}

SPF_dns_rr_t* Evaluation::lookup(SPF_dns_server_t* dns, const char* token, ns_type type) {
  const Rewriting::Node* const node = rewriting_.find(token);
  if (node == nullptr || node->term == nullptr || session_.stopped()) {
    return new_answer(dns, type, TRY_AGAIN);
  }
  std::vector<base::IpAddress> found;
  std::vector<std::string> hosts;
  if (node->is_mark) {
    session_.reach(*node->level, *node->term);
  } else if (node->term->kind == Kind::ptr) {
    if (session_.ptr(*node->level, *node->term)) found.push_back(session_.client());
  } else if (node->term->kind == Kind::exists) {
    static constexpr std::uint8_t any[4] = {127, 0, 0, 2};
    if (session_.exists(*node->level, *node->term)) {
      found.push_back(base::IpAddress::from_octets(any));
    }
  } else if (type == ns_t_mx) {
    for (std::string& host : session_.exchanges(*node->level, *node->term)) {
      hosts.push_back(
          rewriting_.add({.level = node->level, .term = node->term, .host = std::move(host)}));
    }
  } else {
    found = addresses(*node);
  }
  if (session_.stopped()) return new_answer(dns, type, TRY_AGAIN);

  std::vector<std::span<const std::uint8_t>> records;
  for (const base::IpAddress& address : found)
    records.push_back(address.octets());
  for (const std::string& host : hosts) {
    records.emplace_back(reinterpret_cast<const std::uint8_t*>(host.data()), host.size());
  }
  return new_answer(dns, type, records);
}

void Evaluation::set_client(SPF_request_t& request) const {
  const auto octets = session_.client().octets();
  if (is_v4()) {
    in_addr address{};
    std::memcpy(&address, octets.data(), octets.size());
    SPF_request_set_ipv4(&request, address);
  } else {
    in6_addr address{};
    std::memcpy(&address, octets.data(), octets.size());
    SPF_request_set_ipv6(&request, address);
  }
}

std::optional<Qualifier> Evaluation::interpret(Instance& instance) {
  SPF_request_t* const request = instance.request.get();
  const Response response(SPF_response_new(request));
  if (!response) return out_of_memory();
  instance.dns.hook = this;
  set_client(*request);
  // SPF_request_query_mailfrom() would let loopback addresses pass without a look at the record.
  request->cur_dom = "0.t";
  SPF_record_t* compiled = nullptr;
  if (SPF_server_get_record(instance.server.get(), request, response.get(), &compiled) !=
      SPF_E_SUCCESS) {
    return out_of_memory();  // Unless the session has stopped already, and why.
  }
  const CompiledRecord record(compiled);
  response->spf_record_exp = compiled;
  SPF_record_interpret(compiled, request, response.get(), 0);
  if (session_.stopped()) return std::nullopt;
  if (SPF_response_reason(response.get()) == SPF_REASON_DEFAULT) return std::nullopt;
  switch (SPF_response_result(response.get())) {
    case SPF_RESULT_PASS:
      return Qualifier::pass;
    case SPF_RESULT_FAIL:
      return Qualifier::fail;
    case SPF_RESULT_SOFTFAIL:
      return Qualifier::softfail;
    case SPF_RESULT_NEUTRAL:
      return Qualifier::neutral;
    default:
      session_.stop(Status::temperror, "libspf2 gives no result");
      return std::nullopt;
  }
}

// Null when memory is short.
std::unique_ptr<Instance> make_instance() {
  silence_libspf2();
  auto instance = std::make_unique<Instance>();
  instance->dns.lookup = postern_spf_lookup;
  instance->dns.get_spf = postern_spf_get_spf;
  instance->dns.name = "postern";
  instance->server.reset(SPF_server_new_dns(&instance->dns, 0));
  SPF_server_t* const server = instance->server.get();
  if (server == nullptr) return nullptr;
  SPF_server_set_max_dns_mech(server, 1000);  // The session counts.
  SPF_server_set_max_dns_mx(server, 1000);
  SPF_server_set_rec_dom(server, "r");
  SPF_response_t* notes = nullptr;
  SPF_server_set_explanation(server, "-", &notes);
  const Response discarded(notes);
  instance->request.reset(SPF_request_new(server));
  if (!instance->request) return nullptr;
  // No real value: libspf2 has no use for it here, only code that would handle it.
  SPF_request_set_env_from(instance->request.get(), "s@d");
  return instance;
}

using Instances = std::vector<std::unique_ptr<Instance>>;

base::Guarded<Instances>& idle_instances() {
  static base::Guarded<Instances> idle;
  return idle;
}

std::unique_ptr<Instance> take_instance() {
  {
    const auto idle = idle_instances().lock();
    if (!idle->empty()) {
      auto instance = std::move(idle->back());
      idle->pop_back();
      return instance;
    }
  }
  return make_instance();
}

void give_back(std::unique_ptr<Instance> instance) {
  const auto idle = idle_instances().lock();
  if (idle->size() < idle_instances_max) idle->push_back(std::move(instance));
}

std::optional<Qualifier> Evaluation::run() {
  const Level* const level = session_.open();
  if (level == nullptr) return std::nullopt;  // No record, mostly: nothing to evaluate.
  rewriting_.add({.level = level, .term = nullptr, .host = {}});
  auto instance = take_instance();
  if (!instance) return out_of_memory();
  const auto matched = interpret(*instance);
  give_back(std::move(instance));
  return matched;
}

}  // namespace

std::optional<Qualifier> evaluate_with_libspf2(Session& session) {
  return Evaluation(session).run();
}

}  // namespace spf
