// What a row of the policy's table comes to, and how the page and the test write it.
#include "tests/policy/policy_cases.hpp"

namespace policy_table {

policy::Decision decide(const Row& row) {
  const Letter& letter = row.letter;
  return policy::decide(
      {letter.facts, letter.connection, letter.envelope, letter.circumstances, "0k3"},
      row.site.rules);
}

std::string reply_of(const policy::Decision& decision) {
  const policy::Reply& reply = decision.reply;
  if (reply == policy::Reply()) return {};
  return std::to_string(reply.code) + " " + reply.enhanced_code + " " + reply.text;
}

std::string stricter_of(const policy::Decision& decision) {
  std::string text;
  for (const policy::Stricter& one : decision.stricter) {
    text.append(text.empty() ? "" : ", ").append(one.recipients_domain).append(" ");
    text.append(name(one.action)).append(" (").append(one.rule).append(")");
  }
  return text;
}

std::string evidence_of(const policy::Decision& decision) {
  std::string text;
  for (const std::string& item : decision.corroboration)
    text.append(text.empty() ? "" : ", ").append(item);
  return text;
}

}  // namespace policy_table
