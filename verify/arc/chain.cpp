#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "verify/arc/arc.hpp"
#include "verify/mail/tag_list.hpp"

namespace arc {

namespace {

// RFC 8617 §4.2.1: 1*2DIGIT. Nothing for 0, too.
std::optional<std::size_t> parse_instance(std::string_view text) {
  if (text.empty() || text.size() > 2) return std::nullopt;
  const auto number = base::parse_number(text);
  if (!number || *number == 0) return std::nullopt;
  return static_cast<std::size_t>(*number);
}

// RFC 8617 §4.1.1: "i=" instance ";" and then what Authentication-Results would hold.
std::optional<std::size_t> results_instance(std::string_view value) {
  const std::size_t end = value.find(';');
  const std::size_t equals = value.find('=');
  if (end == std::string_view::npos || equals > end) return std::nullopt;
  if (base::trim(value.substr(0, equals)) != "i") return std::nullopt;
  return parse_instance(base::trim(value.substr(equals + 1, end - equals - 1)));
}

std::optional<Status> parse_status(std::string_view text) {
  for (const Status status : {Status::none, Status::pass, Status::fail}) {
    if (text == name(status)) return status;
  }
  return std::nullopt;
}

std::string at(std::string_view field, std::size_t instance) {
  return std::string(field) + " i=" + std::to_string(instance);
}

// Puts the fields into their sets; the first thing that is wrong stays as the defect.
class Collector {
 public:
  explicit Collector(const Options& options) : sets_max_(options.sets_max) {}

  void add(const mail::HeaderField& field) {
    if (defect_) return;
    const std::string_view name = base::trim(field.name);
    if (base::equal_ignoring_case(name, "ARC-Authentication-Results")) {
      if (Set* set = set_for(name, results_instance(field.value))) {
        place(set->results, field, name);
      }
    } else if (base::equal_ignoring_case(name, "ARC-Message-Signature")) {
      add_message_signature(field);
    } else if (base::equal_ignoring_case(name, "ARC-Seal")) {
      add_seal(field);
    }
  }

  [[nodiscard]] Chain finish() {
    Chain chain;
    chain.instances = sets_.size();
    if (!defect_ && !sets_.empty()) check();
    chain.defect = std::move(defect_);
    if (!chain.defect) chain.sets = std::move(sets_);
    return chain;
  }

 private:
  // Departs from RFC 8617 §4.1, whose grammar puts i= first: no sealer's output was ever held to
  // that, and the tag list reads the same.
  void add_message_signature(const mail::HeaderField& field) {
    const auto tags = mail::TagList::parse(field.value);
    if (!tags) return fail("ARC-Message-Signature: syntax");
    Set* set = set_for("ARC-Message-Signature", parse_instance(tags->find("i").value_or("")));
    if (set == nullptr || !place(set->message, field, "ARC-Message-Signature")) return;
    set->message_signature = dkim::read_signature(*tags, dkim::Form::arc_message_signature);
  }

  void add_seal(const mail::HeaderField& field) {
    const auto tags = mail::TagList::parse(field.value);
    if (!tags) return fail("ARC-Seal: syntax");
    Set* set = set_for("ARC-Seal", parse_instance(tags->find("i").value_or("")));
    if (set == nullptr || !place(set->seal, field, "ARC-Seal")) return;
    const auto claimed = parse_status(tags->find("cv").value_or(""));
    if (!claimed) return fail("ARC-Seal: no valid cv=");
    set->claimed = *claimed;
    set->seal_signature = dkim::read_signature(*tags, dkim::Form::arc_seal);
  }

  [[nodiscard]] Set* set_for(std::string_view name, std::optional<std::size_t> instance) {
    if (!instance) {
      fail(std::string(name) + ": no valid i=");
    } else if (*instance > sets_max_) {
      fail("more than " + std::to_string(sets_max_) + " sets");
    } else {
      if (sets_.size() < *instance) sets_.resize(*instance);
      return &sets_[*instance - 1];
    }
    return nullptr;
  }

  // RFC 8617 §5.2 step 3: exactly one field of each kind for each instance.
  bool place(const mail::HeaderField*& slot, const mail::HeaderField& field,
             std::string_view name) {
    if (slot != nullptr) {
      fail(std::string(name) + ": repeated instance");
      return false;
    }
    slot = &field;
    return true;
  }

  void check() {
    // RFC 8617 §5.2 step 2: a chain that was broken stays broken.
    if (sets_.back().claimed == Status::fail) {
      return fail(at("ARC-Seal", sets_.size()) + ": says cv=fail");
    }
    for (std::size_t i = 0; i < sets_.size() && !defect_; ++i)
      check_set(sets_[i], i + 1);
  }

  void check_set(const Set& set, std::size_t instance) {
    if (set.results == nullptr)
      return fail(at("ARC-Authentication-Results", instance) + ": missing");
    if (set.message == nullptr) return fail(at("ARC-Message-Signature", instance) + ": missing");
    if (set.seal == nullptr) return fail(at("ARC-Seal", instance) + ": missing");
    // RFC 8617 §5.2 step 3: cv=none for the first, cv=pass for all others.
    if (set.claimed != (instance == 1 ? Status::none : Status::pass)) {
      return fail(at("ARC-Seal", instance) + ": cv= out of place");
    }
    if (!set.seal_signature) {
      const std::string_view reason = dkim::name(set.seal_signature.error());
      return fail(at("ARC-Seal", instance) + ": " + std::string(reason));
    }
    // Only the newest one is needed; of the older ones, oldest-pass tells (step 5).
    if (instance == sets_.size() && !set.message_signature) {
      const std::string_view reason = dkim::name(set.message_signature.error());
      return fail(at("ARC-Message-Signature", instance) + ": " + std::string(reason));
    }
  }

  void fail(std::string why) {
    if (!defect_) defect_ = std::move(why);
  }

  std::size_t sets_max_;
  std::vector<Set> sets_;
  std::optional<std::string> defect_;
};

}  // namespace

Chain find_chain(const mail::Headers& headers, const Options& options) {
  Collector collector(options);
  for (const mail::HeaderField& field : headers.fields())
    collector.add(field);
  return collector.finish();
}

}  // namespace arc
