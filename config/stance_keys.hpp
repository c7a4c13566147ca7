#pragma once

#include "config/keys.hpp"
#include "config/kinds.hpp"
#include "config/policy_kinds.hpp"

// The keys that the site has in [policy], and others of their own: see config/keys.hpp.
namespace config {

// Of policy::Stage: how much of what the rules want is really done; [[stage]] has them, too.
inline constexpr auto stage_keys = [](auto& key, auto& stage) {
  // Nothing beyond this step is done …
  key("enforce", stage.enforce, Step{});
  // … to this share of the messages; one step less to the rest.
  key("percent", stage.percent, Number{0, 100});
  key.check(check_percent, stage);
};

// Of policy::Stance: what is wanted for recipients; [[tenant]] has them, too.
inline constexpr auto stance_keys = [](auto& key, auto& stance) {
  using policy::Action;
  // What a failed DMARC check leads to.
  key("preset", stance.preset, Word{});
  stage_keys(key, stance.stage);
  // One key for two values: the code of the reply and its text.
  key("reply_text", stance, ReplyText{});
  // Where who was refused can read about it.
  key("reply_url", stance.reply_url, Text{check_reply_url});
  // RFC 9989 §5.3.6; a warning where forged mail would be delivered.
  key("temporary_error", stance.on_temporary_error, Word{});
  key.check(check_temporary_error, stance.on_temporary_error);
  // No From field, several, or one that can be read in two ways.
  key("from_fault", stance.on_from_fault,
      OneOf{Action::reject, Action::quarantine, Action::tag, Action::accept});
  // SPF -all where the domain publishes no DMARC.
  key("spf_fail", stance.on_spf_fail, OneOf{Action::accept, Action::quarantine, Action::reject});
};

}  // namespace config
