// Whom a server took a message from stands in its Received field between things that the client
// said: its HELO name, the answer of its ident server, what its reverse DNS calls it. A reader who
// looks for "the address in the first comment" is told it by the client. So there is one grammar
// for each form that servers write, and the address is read from the one place in it that only the
// server fills:
//
//   Postfix, Sendmail, Courier, OpenSMTPD, Haraka, Google   from HELO (name [ADDRESS])
//   Sendmail, Domino, hMailServer, Dovecot and others       from HELO ([ADDRESS])
//   Exim                from name ([ADDRESS] helo=HELO)    from [ADDRESS] (helo=HELO)
//   Exchange, XMail     from HELO (ADDRESS)
//   qmail, qpsmtpd, MessageLabs, Yahoo, Zimbra              from name (HELO HELO) (ident@ADDRESS)
//   IronPort            from name (HELO HELO) ([ADDRESS])
//   CommuniGate         from [ADDRESS] (HELO HELO)         from HELO ([ADDRESS] verified)
//
// CommuniGate's first form is read only with its product behind "by": there the qmail kind of
// server would write the client's words in both places.
#include "verify/mail/received.hpp"

#include <algorithm>
#include <array>

#include "base/text.hpp"
#include "verify/mail/received_clause.hpp"

namespace mail {

namespace {

std::string_view first_word(std::string_view text) {
  return text.substr(0, text.find_first_of(" \t\r\n"));
}

// "" for what is no single word, which no HELO name and no host name is.
std::string single_word(std::string_view text) {
  text = base::trim(text);
  return text.find_first_of(" \t\r\n()") == std::string_view::npos ? std::string(text)
                                                                   : std::string();
}

// "[192.0.2.1]" or "[IPv6:2001:db8::1]" (RFC 5321 §4.1.3), or without "IPv6:", as Exim writes it.
std::optional<base::IpAddress> parse_literal(std::string_view text) {
  if (!text.starts_with('[') || !text.ends_with(']')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  constexpr std::string_view tag = "IPv6:";
  if (base::equal_ignoring_case(text.substr(0, tag.size()), tag)) text.remove_prefix(tag.size());
  return base::IpAddress::parse(text);
}

// A literal that may have a port behind it: "[192.0.2.1]:4025".
std::optional<base::IpAddress> parse_literal_with_port(std::string_view text) {
  const std::size_t end = text.rfind(']');
  if (end == std::string_view::npos) return std::nullopt;
  const std::string_view port = text.substr(end + 1);
  if (!port.empty() && (port.front() != ':' || !base::parse_number(port.substr(1)))) {
    return std::nullopt;
  }
  return parse_literal(text.substr(0, end + 1));
}

// As qmail writes it: "192.0.2.1", "ident@192.0.2.1", where the ident answer is a stranger's text
// and the address comes last; IronPort and others put it in brackets.
std::optional<base::IpAddress> parse_ident_address(std::string_view comment) {
  if (comment.find_first_of(" \t\r\n(") != std::string_view::npos) return std::nullopt;
  comment.remove_prefix(comment.rfind('@') + 1);  // npos is -1.
  if (auto address = base::IpAddress::parse(comment)) return address;
  return parse_literal(comment);
}

// "192.0.2.1:4025", as XMail writes it.
std::optional<base::IpAddress> parse_address_with_port(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || !base::parse_number(text.substr(colon + 1))) {
    return std::nullopt;
  }
  return base::IpAddress::parse(text.substr(0, colon));
}

bool starts_with_word(std::string_view text, std::string_view word) {
  return base::equal_ignoring_case(first_word(text), word);
}

// "HELO mail.example.com", and nothing behind the word from a client that said nothing.
bool is_helo_comment(std::string_view comment) {
  return starts_with_word(comment, "HELO") || starts_with_word(comment, "EHLO") ||
         starts_with_word(comment, "LHLO");
}

std::string helo_of(std::string_view comment) {
  return single_word(comment.substr(first_word(comment).size()));
}

// Servers that write "from HELO (name [ADDRESS])" and nothing else into the first comment.
bool names_reverse_first(const ReceivedClause& clause) {
  if (clause.product.starts_with("8.") && clause.product.contains('/')) return true;  // Sendmail
  constexpr std::string_view products[] = {"Postfix", "OpenSMTPD", "Haraka"};
  return std::ranges::any_of(
      products, [&](std::string_view product) { return clause.product.starts_with(product); });
}

// False for a word that may be another server's label in front of the client's own text, such as
// "HELO [192.0.2.1]". A host's name has a dot, or stands for not having any.
bool is_host_name(std::string_view word, const ReceivedClause& clause) {
  constexpr std::string_view stand_ins[] = {"unknown",  "<unknown>", "localhost",  "softdnserr",
                                            "NXDOMAIN", "DNSERROR",  "unverified", "_gateway"};
  if (word.empty() || word.find_first_of("=,;[]\"") != std::string_view::npos) return false;
  if (word.contains('.') || names_reverse_first(clause)) return true;
  return std::ranges::any_of(
      stand_ins, [&](std::string_view name) { return base::equal_ignoring_case(word, name); });
}

bool has_address(std::string_view text) {
  while (!text.empty()) {
    const std::string_view word = first_word(text);
    if (parse_ident_address(word) || parse_address_with_port(word)) return true;
    text = base::trim(text.substr(word.size()));
  }
  return false;
}

// A comment that says nothing of addresses: TLS, authentication. The name in a client's certificate
// is its own text; behind it stands Postfix's word on it, "(verified OK)".
bool is_aside(std::string_view comment) {
  if (comment.starts_with("Client CN ") && comment.ends_with(')')) return true;
  return !comment.contains('[') && !is_helo_comment(comment) && !has_address(comment);
}

bool only_asides_from(std::size_t index, const ReceivedClause& clause) {
  return std::all_of(clause.comments.begin() + static_cast<std::ptrdiff_t>(index),
                     clause.comments.end(), is_aside);
}

// With "from [192.0.2.1]" the name is the HELO name of most servers, and the address of some. When
// it is another than the address found, only a server known to write the former is believed.
bool fits_name(const ReceivedClause& clause, const base::IpAddress& client) {
  const auto literal = parse_literal_with_port(clause.name);
  return !literal || *literal == client || names_reverse_first(clause) || clause.microsoft ||
         clause.product.starts_with("IBM Domino") || clause.product.starts_with("Lotus Domino");
}

Received found(const base::IpAddress& client, std::string client_name, std::string helo) {
  Received received;
  received.client = client;
  received.client_name = std::move(client_name);
  received.helo = std::move(helo);
  return received;
}

// from name (HELO HELO) (ident@ADDRESS); CommuniGate: from [ADDRESS] (HELO HELO), and with
// "account user" before HELO.
std::optional<Received> read_helo_comment(const ReceivedClause& clause) {
  const std::string_view comment = clause.comments.front();
  const auto literal = parse_literal_with_port(clause.name);
  if (clause.product.starts_with("CommuniGate Pro")) {
    const bool known = is_helo_comment(comment) || starts_with_word(comment, "account");
    if (!literal || !known || clause.comments.size() != 1) return std::nullopt;
    return found(*literal, {}, is_helo_comment(comment) ? helo_of(comment) : std::string());
  }
  if (!is_helo_comment(comment) || clause.comments.size() != 2) return std::nullopt;
  const auto client = parse_ident_address(clause.comments[1]);
  if (!client || (literal && literal != client)) return std::nullopt;
  const bool named = !base::IpAddress::parse(clause.name) && !literal;
  return found(*client, named ? std::string(clause.name) : std::string(), helo_of(comment));
}

// The value of Exim's "helo=…". Nothing also when there are two: an ident answer may hold one.
std::optional<std::string_view> helo_in(std::string_view comment) {
  constexpr std::string_view key = "helo=";
  const std::size_t at = comment.find(key);
  if (at == std::string_view::npos || comment.find(key, at + 1) != std::string_view::npos) {
    return std::nullopt;
  }
  if (at != 0 && !base::is_space(comment[at - 1])) return std::nullopt;
  const std::string_view value = first_word(comment.substr(at + key.size()));
  if (value.find_first_of("()") != std::string_view::npos) return std::nullopt;
  return value;
}

// True when nothing follows the HELO name but Exim's own "ident=…". Elsewhere "helo=" may begin a
// reverse name or an ident answer: "[192.0.2.2] (helo=x [192.0.2.1])" is Sendmail's.
bool ends_with_helo(std::string_view comment, std::string_view helo) {
  const auto end = static_cast<std::size_t>(helo.data() + helo.size() - comment.data());
  const std::string_view rest = base::trim(comment.substr(end));
  return rest.empty() || (rest.starts_with("ident=") && !rest.contains('['));
}

// What Exim begins its comment with, but for the address: no other server does, unless its client
// made it.
bool is_labelled(std::string_view comment) {
  return comment.starts_with("helo=") || comment.starts_with("port=");
}

// Exim, for a client without a name: "[192.0.2.1] (helo=helo)", "[192.0.2.1] (port=25 helo=helo)",
// and bare where the HELO name is that same literal. In front of any other comment "[192.0.2.1]" is
// what the client called itself.
std::optional<Received> read_exim_nameless(const ReceivedClause& clause) {
  const auto client = parse_literal_with_port(clause.name);
  if (!client || clause.comments.size() > 1) return std::nullopt;
  const std::string_view comment = clause.comments.empty() ? "" : clause.comments.front();
  const auto helo = helo_in(comment);
  const bool labelled = is_labelled(comment);
  if (labelled && helo && ends_with_helo(comment, *helo)) {
    return found(*client, {}, std::string(*helo));
  }
  const bool bare = comment.empty() || comment.starts_with("ident=") || labelled;
  if (!clause.exim || !bare || comment.contains("helo=")) return std::nullopt;
  return found(*client, {}, {});
}

// The comment begins with the address: "[192.0.2.1]", "[192.0.2.1] helo=helo", "[192.0.2.1]
// verified".
std::optional<Received> read_literal_comment(const ReceivedClause& clause) {
  const std::string_view comment = clause.comments.front();
  if (!comment.starts_with('[') || !only_asides_from(1, clause)) return std::nullopt;
  const std::string_view literal = first_word(comment);
  const auto client = parse_literal_with_port(literal);
  if (!client || !fits_name(clause, *client)) return std::nullopt;
  const std::string_view after = base::trim(comment.substr(literal.size()));
  const std::string name(clause.name);
  if (after.empty() || after == "verified" || after == "unverified" || after == "RDNS failed") {
    return found(*client, {}, name);
  }
  if (const auto helo = helo_in(after)) {
    if (!is_labelled(after) || !ends_with_helo(after, *helo)) return std::nullopt;
    return found(*client, name, std::string(*helo));
  }
  if (clause.exim && after.starts_with("ident=") && !after.contains("helo=")) {
    return found(*client, name, name);
  }
  return std::nullopt;
}

// "name [192.0.2.1]"; Sendmail may put "user@" before the name, and "(may be forged)" behind.
std::optional<Received> read_named_comment(const ReceivedClause& clause) {
  std::string_view comment = clause.comments.front();
  constexpr std::string_view doubted = "(may be forged)";
  if (comment.ends_with(doubted)) {
    comment.remove_suffix(doubted.size());
    comment = base::trim(comment);
  }
  const std::string_view word = first_word(comment);
  const std::string_view literal = base::trim(comment.substr(word.size()));
  const auto client = parse_literal(literal);
  if (!client || !only_asides_from(1, clause)) return std::nullopt;
  std::string_view reverse = word.substr(word.rfind('@') + 1);  // npos is -1.
  if (!is_host_name(reverse, clause) || word.find_first_of("()") != std::string_view::npos) {
    return std::nullopt;
  }
  if (reverse.ends_with('.')) reverse.remove_suffix(1);  // Google's.
  return found(*client, std::string(reverse), std::string(clause.name));
}

// Exchange: "helo (192.0.2.1)"; qmail where name and HELO are the same: "name (ident@192.0.2.1)".
std::optional<Received> read_bare_comment(const ReceivedClause& clause) {
  const std::string_view comment = clause.comments.front();
  if (comment.contains('[') || is_labelled(comment)) return std::nullopt;
  if (!only_asides_from(1, clause)) return std::nullopt;
  auto client = parse_ident_address(comment);
  if (!client) client = parse_address_with_port(comment);
  if (!client || !fits_name(clause, *client)) return std::nullopt;
  return found(*client, {}, std::string(clause.name));
}

// MessageLabs, between its own: "from [192.0.2.1] (using TLSv1.2 …) by server-1.messagelabs.com".
std::optional<Received> read_messagelabs(const ReceivedClause& clause) {
  const auto client = parse_literal(clause.name);
  if (!client || !clause.by.ends_with(".messagelabs.com")) return std::nullopt;
  if (!clause.comments.front().starts_with("using ") || !only_asides_from(1, clause)) {
    return std::nullopt;
  }
  return found(*client, {}, {});
}

std::optional<Received> read_client(const ReceivedClause& clause) {
  if (clause.name.empty()) return std::nullopt;
  if (auto exim = read_exim_nameless(clause)) return exim;
  if (clause.comments.empty()) return std::nullopt;
  constexpr std::array forms = {read_helo_comment, read_literal_comment, read_named_comment,
                                read_bare_comment, read_messagelabs};
  for (const auto form : forms) {
    if (auto client = form(clause)) return client;
  }
  return std::nullopt;
}

// qmail-queue(8): which program put the message into the queue. "from network" is qmail-smtpd,
// whose own field is the next one down.
bool is_qmail_queue(std::string_view value) {
  if (!value.starts_with("(qmail ")) return false;
  value.remove_prefix(7);
  const std::size_t digits = std::min(value.find_first_not_of("0123456789"), value.size());
  if (digits == 0) return false;
  value.remove_prefix(digits);
  constexpr std::string_view ways[] = {" invoked from network)", " invoked by uid ",
                                       " invoked by alias)"};
  return std::ranges::any_of(ways, [&](std::string_view way) { return value.starts_with(way); });
}

// "Postfix, from userid 112": pickup(8), which takes what sendmail(1) was given.
bool is_pickup(std::string_view product) {
  constexpr std::string_view mark = ", from userid ";
  const std::size_t at = product.find(mark);
  return at != std::string_view::npos && base::parse_number(product.substr(at + mark.size()));
}

// Google's hosts hand a message on among themselves by "by HOST with SMTP id", the field of the one
// that met the client below. Inner ones are called by private addresses, IPv4 or 6to4 of such.
bool is_google_hop(const ReceivedClause& clause) {
  if (clause.protocol != "SMTP" || !clause.product.empty()) return false;
  static const base::Network inner[] = {*base::Network::parse("10.0.0.0/8"),
                                        *base::Network::parse("2002:a00::/24")};
  if (const auto address = base::IpAddress::parse(clause.by)) {
    return std::ranges::any_of(inner, [&](const auto& each) { return each.contains(*address); });
  }
  return clause.by.ends_with(".google.com");
}

// Words of the server's that say: from a program here. No form with a client begins like these.
bool is_internal(const ReceivedClause& clause) {
  if (clause.name.empty()) {
    if (clause.comments.empty()) return is_pickup(clause.product) || is_google_hop(clause);
    // Sendmail: "(from user@localhost) by host (8.17.1/8.17.1/Submit)".
    const std::string_view comment = clause.comments.front();
    return clause.comments.size() == 1 && comment.starts_with("from ") &&
           comment.find_first_of(" [", 5) == std::string_view::npos &&
           clause.product.starts_with("8.");
  }
  // Exim: "from user by host with local (Exim 4.96)", a filter's way back in with a word of its
  // own.
  if (clause.comments.empty()) {
    return clause.exim && clause.name.find_first_of(".[:") == std::string_view::npos &&
           !clause.protocol.empty() && !base::to_lower(clause.protocol).contains("smtp");
  }
  // Momentum: "from [127.0.0.1] ([local])"; OpenSMTPD: "from localhost (host [local])".
  if (clause.comments.size() > 1) return false;
  const std::string_view comment = clause.comments.front();
  const std::string_view behind = base::trim(comment.substr(first_word(comment).size()));
  return comment == "[local]" || (behind == "[local]" && !first_word(comment).contains('=') &&
                                  clause.product.starts_with("OpenSMTPD"));
}

}  // namespace

Received parse_received(std::string_view value) {
  Received received;
  if (is_qmail_queue(base::trim(value))) {
    received.internal = true;
    return received;
  }
  const std::optional<ReceivedClause> clause = read_received_clause(value);
  if (!clause) return received;
  if (auto client = read_client(*clause)) {
    received = *std::move(client);
  } else {
    received.internal = is_internal(*clause);
  }
  received.by = clause->by;
  return received;
}

}  // namespace mail
