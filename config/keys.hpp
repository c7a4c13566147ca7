#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "config/section.hpp"
#include "config/toml_text.hpp"

// Who goes over the keys of a section. A section is one function that calls what it is given for
// each of its keys, in their order, with the place of the value and with its kind:
//
//   constexpr auto spf_keys = [](auto& key, auto& config) {
//     key("engine", config.verify.spf.engine, Word{});
//     key("threads", config.spf_threads, Number{1, 1024});
//     key.check(check_engine, config.verify.spf);
//   };
//
// key.check() calls its first argument with the section and the others: for what takes more than
// one value to tell. Only who reads does so.
namespace config {

// Reads each key of a section into its place, see kinds.hpp. Keeps a reference to the section.
class Reader {
 public:
  // What is wrong goes to the section's complaints.
  explicit Reader(Section& section) : section_(section) {}

  template <class Value, class Kind>
  void operator()(std::string_view name, Value& value, const Kind& kind) {
    kind.read(section_, name, value);
  }
  // check(section, values...), at once: what stands above is read by then, and nothing below.
  template <class Check, class... Values>
  void check(const Check& check, Values&&... values) {
    check(section_, std::forward<Values>(values)...);
  }

 private:
  Section& section_;
};

// Gathers each key with its value, as TOML; but not what its kind does not want shown, and not a
// setting that is among `known`: a tenant's are shown where they are not those of the site. Keeps a
// reference to `known`.
class Writer {
 public:
  explicit Writer(const Settings& known) : known_(known) {}

  template <class Value, class Kind>
  void operator()(std::string_view name, const Value& value, const Kind& kind) {
    add({std::string(name), kind.write(value)});
  }
  // What is shown was checked when it was read.
  template <class... Values>
  void check(const Values&...) const {}

  // In the order of the keys. Leaves nothing behind.
  [[nodiscard]] Settings take_settings() noexcept { return std::move(settings_); }

 private:
  void add(std::pair<std::string, std::string> setting);

  const Settings& known_;
  Settings settings_;
};

// Gathers the names of the keys, as "section.key"; looks at no value. For tests that want to know
// whether each key is explained and shown.
class Lister {
 public:
  explicit Lister(std::string_view section) : section_(section) {}

  template <class Value, class Kind>
  void operator()(std::string_view name, const Value&, const Kind&) {
    names_.push_back(section_ + "." + std::string(name));
  }
  // There is nothing to be told.
  template <class... Values>
  void check(const Values&...) const {}

  // In the order of the keys. Leaves nothing behind.
  [[nodiscard]] std::vector<std::string> take_names() noexcept { return std::move(names_); }

 private:
  std::string section_;
  std::vector<std::string> names_;
};

// The four below are what a table is asked for; `keys` is its function. None of them keeps
// anything.

// Reads all of one table into `value`, where what is absent or wrong stays as it is; then complains
// about keys that are none of `keys`, and names the nearest.
template <class Value, class Keys>
void read_keys(Section& section, Value& value, const Keys& keys) {
  Reader reader(section);
  keys(reader, value);
  section.finish();
}

// The same of an array of tables, one value for each entry, in their order: each is `fresh` but for
// what is read. Also of entries that something is wrong with: look whether there are complaints.
template <class Value, class Keys>
[[nodiscard]] std::vector<Value> read_all(std::vector<Section> entries, const Value& fresh,
                                          const Keys& keys) {
  std::vector<Value> values;
  values.reserve(entries.size());
  for (Section& entry : entries)
    read_keys(entry, values.emplace_back(fresh), keys);
  return values;
}

// What is to be shown of a table, in the order of its keys, without what is `known`: so that the
// same keys read into a value that has what is known give `value` again.
template <class Value, class Keys>
[[nodiscard]] Settings settings_of(const Value& value, const Keys& keys,
                                   const Settings& known = {}) {
  Writer writer(known);
  keys(writer, value);
  return writer.take_settings();
}

// "section.key" of each key; `value` is only there for its type.
template <class Value, class Keys>
[[nodiscard]] std::vector<std::string> names_of(std::string_view section, const Value& value,
                                                const Keys& keys) {
  Lister lister(section);
  keys(lister, value);
  return lister.take_names();
}

}  // namespace config
